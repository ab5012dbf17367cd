/** `log [prefix "..."] [level LEVEL] [group N] [flags ...] [snaplen N] [queue-threshold N]`. */

import { logLevels } from '../symbols/header-names.ts'
import type { Parser } from '../parser/parser.ts'
import type { LowerStatement, ParseStatement } from './statement.ts'

export const keywords: readonly string[] = ['log']

export const parse: ParseStatement<'log'> = (parser) => {
  const { cursor } = parser
  const start = cursor.start
  cursor.expectWord('log')
  let prefix: string | null = null
  let group: number | null = null
  let level: string | null = null
  for (;;) {
    if (cursor.takeWord('prefix')) prefix = parser.text('a prefix in quotes')
    else if (cursor.takeWord('group')) group = cursor.expectNumber('the number of a group', 65_535)
    else if (cursor.takeWord('level')) level = cursor.expectOneOf([...logLevels, 'error', 'warning', 'panic'], 'a syslog level')
    else if (cursor.takeWord('snaplen')) cursor.expectNumber('a length', 0xffffffff)
    else if (cursor.takeWord('queue-threshold')) cursor.expectNumber('a number of messages', 65_535)
    else if (cursor.takeWord('flags')) parseFlags(parser)
    else break
  }
  return { kind: 'log', prefix, group, level, span: cursor.spanFrom(start) }
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
