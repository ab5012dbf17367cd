/** `notrack`: the packet is not to be tracked. */

import type { LowerStatement, ParseStatement } from './statement.ts'

export const keywords: readonly string[] = ['notrack']

export const parse: ParseStatement<'notrack'> = ({ cursor }) => {
  const token = cursor.expectWord('notrack')
  return { kind: 'notrack', span: cursor.spanOfToken(token) }
}

export const lower: LowerStatement<'notrack'> = () => [{ kind: 'notrack' }]
