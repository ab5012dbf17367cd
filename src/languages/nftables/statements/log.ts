/** `log [prefix "..."] [level LEVEL] [group N] [flags ...] [snaplen N] [queue-threshold N]`. */

import type { LogFlag } from '../../../model/rules/index.ts'
import type { StatementOf } from '../ast.ts'
import type { Cursor } from '../parser/cursor.ts'
import type { Parser } from '../parser/parser.ts'
import { refuse } from '../refusal.ts'
import { logLevels } from '../symbols/header-names.ts'
import type { LowerStatement, ParseStatement } from './statement.ts'

export const keywords: readonly string[] = ['log']

interface Draft {
  prefix: string | null
  group: number | null
  level: string | null
  flags: Set<LogFlag>
  snapLength: number | null
  queueThreshold: number | null
}

export const parse: ParseStatement<'log'> = (parser) => {
  const { cursor } = parser
  const start = cursor.start
  cursor.expectWord('log')
  const draft: Draft = {
    prefix: null,
    group: null,
    level: null,
    flags: new Set(),
    snapLength: null,
    queueThreshold: null,
  }
  while (takeOption(parser, draft));
  const flags = logFlags.filter((flag) => draft.flags.has(flag))
  const node: StatementOf<'log'> = { kind: 'log', ...draft, flags, span: cursor.spanFrom(start) }
  check(node)
  return node
}

function takeOption(parser: Parser, draft: Draft): boolean {
  const { cursor } = parser
  if (cursor.takeWord('prefix')) draft.prefix = parser.text('a prefix in quotes')
  else if (cursor.takeWord('group')) draft.group = cursor.expectNumber('the number of a group', 65_535)
  else if (cursor.takeWord('level'))
    draft.level = cursor.expectOneOf([...logLevels, 'error', 'warning', 'panic'], 'a syslog level')
  else if (cursor.takeWord('snaplen')) draft.snapLength = cursor.expectNumber('a length', 0xffffffff)
  else if (cursor.takeWord('queue-threshold'))
    draft.queueThreshold = cursor.expectNumber('a number of messages', 65_535)
  else if (cursor.takeWord('flags')) for (const flag of parseFlags(cursor)) draft.flags.add(flag)
  else return false
  return true
}

/** What some of the options exclude. */
function check({ flags, group, level, prefix, queueThreshold, snapLength, span }: StatementOf<'log'>): void {
  const isForProgram = group !== null || snapLength !== null || queueThreshold !== null
  if (level === 'audit' && (prefix !== null || isForProgram || flags.length > 0)) {
    refuse('nft-syntax', span, 'expected log level audit alone: the audit log has its own form')
  }
  if (isForProgram && (level !== null || flags.length > 0)) {
    const what = group !== null ? 'a group' : snapLength !== null ? 'snaplen' : 'queue-threshold'
    refuse(
      'nft-syntax',
      span,
      `expected ${what} or ${level === null ? 'flags' : 'a level'}, found both: a group's messages go to a program and not to the kernel's log`,
    )
  }
}

/** In the kernel's order. */
const logFlags: readonly LogFlag[] = ['tcp sequence', 'tcp options', 'ip options', 'skuid', 'ether']

function parseFlags(cursor: Cursor): readonly LogFlag[] {
  const word = cursor.expectOneOf(['all', 'tcp', 'ip', 'skuid', 'ether'], 'all, tcp, ip, skuid or ether')
  if (word === 'all') return logFlags
  if (word === 'skuid' || word === 'ether') return [word]
  if (word === 'ip') {
    cursor.expectOneOf(['options'], 'options')
    return ['ip options']
  }
  const found: LogFlag[] = []
  do
    found.push(
      cursor.expectOneOf(['sequence', 'options'], 'sequence or options') === 'options' ? 'tcp options' : 'tcp sequence',
    )
  while (cursor.takeSign(','))
  return found
}

export const lower: LowerStatement<'log'> = ({ flags, group, level, prefix, queueThreshold, snapLength }) => [
  { kind: 'log', prefix, group, level, flags, snapLength, queueThreshold },
]
