/** Statements of nft that are not modelled: refused at their place, each with its own code. */

import type { NftablesCode } from '../../diagnostics/index.ts'
import type { Cursor } from '../parser/cursor.ts'
import { refuse } from '../refusal.ts'

const refused: Readonly<Record<string, readonly [code: NftablesCode, message: string]>> = {
  tproxy: ['nft-unsupported-tproxy', 'tproxy hands packets to a local program, which is not modelled'],
  synproxy: ['nft-unsupported-synproxy', 'synproxy answers in place of the server, which is not modelled'],
  dup: ['nft-unsupported-dup', 'dup sends a copy of the packet, which is not modelled'],
  fwd: ['nft-unsupported-fwd', 'fwd belongs to netdev tables, which are not modelled'],
  flow: ['nft-unsupported-flowtable', 'flowtables pass packets around the rules, which is not modelled'],
  xt: ['nft-unsupported-value', 'extensions of iptables inside nft rules are not modelled'],
}

export const keywords: readonly string[] = Object.keys(refused)

/** Refuses the statement that begins here, if it is one of these. `flow` may also be the old word for a meter. */
export function refuseStatement(cursor: Cursor): void {
  const token = cursor.peek()
  if (token.kind !== 'word' || !Object.hasOwn(refused, token.text)) return
  if (token.text === 'flow' && !cursor.isOneOf(['add', 'offload'], 1)) return
  const [code, message] = refused[token.text] ?? ['nft-unknown-statement', '']
  refuse(code, cursor.spanOfToken(token), message)
}
