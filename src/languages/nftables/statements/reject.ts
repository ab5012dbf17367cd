/** `reject [with tcp reset | with icmp|icmpv6|icmpx [type] CODE]`, and what the rule must have matched for it. */

import type { StatementOf } from '../ast.ts'
import { constantNumber } from '../lower/constant.ts'
import type { BareStatement, Scope } from '../lower/scope.ts'
import { refuse } from '../refusal.ts'
import type { DataType } from '../symbols/datatype.ts'
import { dataTypes } from '../symbols/datatypes.ts'
import type { LowerStatement, ParseStatement } from './statement.ts'

export const keywords: readonly string[] = ['reject']

export const parse: ParseStatement<'reject'> = (parser) => {
  const { cursor } = parser
  const start = cursor.start
  cursor.expectWord('reject')
  if (!cursor.takeWord('with')) return { kind: 'reject', with: null, code: null, span: cursor.spanFrom(start) }
  const word = cursor.expectOneOf(['tcp', 'icmp', 'icmpv6', 'icmpx'], 'tcp reset, icmp, icmpv6 or icmpx')
  if (word === 'tcp') {
    cursor.expectOneOf(['reset'], 'reset')
    return { kind: 'reject', with: 'tcp reset', code: null, span: cursor.spanFrom(start) }
  }
  cursor.takeWord('type')
  const code = parser.constant()
  return {
    kind: 'reject',
    with: word === 'icmp' ? 'icmp' : word === 'icmpv6' ? 'icmpv6' : 'icmpx',
    code,
    span: cursor.spanFrom(start),
  }
}

const codeTypes: Readonly<Record<'icmp' | 'icmpv6' | 'icmpx', DataType>> = {
  icmp: dataTypes.icmp_code,
  icmpv6: dataTypes.icmpv6_code,
  icmpx: dataTypes.icmpx_code,
}

export const lower: LowerStatement<'reject'> = (node, scope) => {
  if (node.with === null) return [plainReject(scope)]
  if (node.with === 'tcp reset') {
    scope.atStart(() => scope.protocols.needTransport(6, node.span))
    return [{ kind: 'reject', type: 'tcp reset', code: 0 }]
  }
  return [withCode(node, node.with, scope)]
}

function withCode(node: StatementOf<'reject'>, type: 'icmp' | 'icmpv6' | 'icmpx', scope: Scope): BareStatement {
  const code = node.code === null ? 0 : constantNumber(node.code, codeTypes[type], scope)
  if (type === 'icmpx' && scope.table.family !== 'inet') {
    refuse('nft-unknown-key', node.span, 'reject with icmpx is there in tables of family inet only', {
      hint: `write reject with ${scope.table.family === 'ip' ? 'icmp' : 'icmpv6'}`,
    })
  }
  if (type === 'icmp') scope.atStart(() => scope.protocols.needNetwork('ip', node.span))
  if (type === 'icmpv6') scope.atStart(() => scope.protocols.needNetwork('ip6', node.span))
  return { kind: 'reject', type, code }
}

/** Port unreachable in the network protocol of the rule; where that is not known, the abstract one. */
function plainReject(scope: Scope): BareStatement {
  const network = scope.protocols.network
  if (network === null) return { kind: 'reject', type: 'icmpx', code: 1 }
  return network.is === 'ip' ? { kind: 'reject', type: 'icmp', code: 3 } : { kind: 'reject', type: 'icmpv6', code: 4 }
}
