/** `log [prefix "..."] [level LEVEL] [group N] [flags ...] [snaplen N] [queue-threshold N]`. */

import type { Parser } from '../parser/parser.ts'
import { refuse } from '../refusal.ts'
import { logLevels } from '../symbols/header-names.ts'
import type { LowerStatement, ParseStatement } from './statement.ts'

export const keywords: readonly string[] = ['log']

export const parse: ParseStatement<'log'> = (parser) => {
  const { cursor } = parser
  const start = cursor.start
  cursor.expectWord('log')
  let prefix: string | null = null
  let group: number | null = null
  let level: string | null = null
  let hasFlags = false
  let hasSizes = false
  for (;;) {
    if (cursor.takeWord('prefix')) prefix = parser.text('a prefix in quotes')
    else if (cursor.takeWord('group')) group = cursor.expectNumber('the number of a group', 65_535)
    else if (cursor.takeWord('level'))
      level = cursor.expectOneOf([...logLevels, 'error', 'warning', 'panic'], 'a syslog level')
    else if (cursor.takeWord('snaplen')) {
      cursor.expectNumber('a length', 0xffffffff)
      hasSizes = true
    } else if (cursor.takeWord('queue-threshold')) {
      cursor.expectNumber('a number of messages', 65_535)
      hasSizes = true
    } else if (cursor.takeWord('flags')) {
      parseFlags(parser)
      hasFlags = true
    } else break
  }
  const span = cursor.spanFrom(start)
  if (level === 'audit' && (prefix !== null || group !== null || hasFlags || hasSizes)) {
    refuse('nft-syntax', span, 'expected log level audit alone: the audit log has its own form')
  }
  if (group !== null && (level !== null || hasFlags)) {
    refuse(
      'nft-syntax',
      span,
      `expected a group or ${level === null ? 'flags' : 'a level'}, found both: a group's messages go to a program and not to the kernel's log`,
    )
  }
  return { kind: 'log', prefix, group, level, span }
}

/** What the log line holds is no matter of the model: read, checked, not kept. */
function parseFlags({ cursor }: Parser): void {
  do {
    const flag = cursor.expectOneOf(['all', 'tcp', 'ip', 'skuid', 'ether'], 'all, tcp, ip, skuid or ether')
    if (flag === 'ip') cursor.expectOneOf(['options'], 'options')
    if (flag === 'tcp') {
      do cursor.expectOneOf(['sequence', 'options', 'seq'], 'sequence or options')
      while (cursor.takeSign(','))
    }
  } while (cursor.takeSign(','))
}

export const lower: LowerStatement<'log'> = ({ prefix, group, level }) => [{ kind: 'log', prefix, group, level }]
