/** Named objects, checked as the kernel would: helpers that it has, states that a protocol has. */

import type { RuleObject } from '../../../model/rules/index.ts'
import { didYouMean, expectedFound, quoted } from '../../diagnostics/index.ts'
import type { Name, ObjectNode } from '../ast.ts'
import { refuse } from '../refusal.ts'
import { conntrackHelpers, timeoutStates } from '../symbols/conntrack-names.ts'
import { protocolNumbers } from '../symbols/protocols-table.ts'
import type { TableState } from './table-state.ts'

export function objectFrom(node: ObjectNode, handle: number, table: TableState): RuleObject {
  const common = { name: node.name.text, handle, comment: node.comment, source: node.span }
  switch (node.kind) {
    case 'counter':
      return { kind: node.kind, ...common, packets: node.packets, bytes: node.bytes }
    case 'quota':
      return { kind: node.kind, ...common, bytes: node.bytes, used: node.used, isOver: node.isOver }
    case 'limit':
      return { kind: node.kind, ...common, limit: node.limit }
    case 'ct helper':
      return helperFrom(node, common, table)
    case 'ct timeout': {
      const protocol = protocolOf(node.protocol)
      const policy = Object.fromEntries(
        node.policy.map(({ state, seconds }) => [checkedState(state, protocol), seconds]),
      )
      return { kind: node.kind, ...common, protocol, family: familyOf(node.family, table), policy }
    }
    case 'ct expectation':
      return {
        kind: node.kind,
        ...common,
        protocol: protocolOf(node.protocol),
        family: familyOf(node.family, table),
        destinationPort: node.port,
        timeout: node.timeout,
        size: node.size,
      }
  }
}

interface Common {
  readonly name: string
  readonly handle: number
  readonly comment: string | null
  readonly source: ObjectNode['span']
}

function helperFrom(node: ObjectNode & { readonly kind: 'ct helper' }, common: Common, table: TableState): RuleObject {
  const protocol = protocolOf(node.protocol)
  const family = familyOf(node.family, table)
  const known = Object.hasOwn(conntrackHelpers, node.helper.text) ? conntrackHelpers[node.helper.text] : undefined
  if (!known) {
    return refuse(
      'nft-unknown-helper',
      node.helper.span,
      `expected a helper of the kernel, found ${quoted(node.helper.text)}`,
      {
        hint: didYouMean(node.helper.text, Object.keys(conntrackHelpers)),
      },
    )
  }
  if (!known.protocols.includes(protocol))
    refuse(
      'nft-unknown-helper',
      node.protocol.span,
      `the helper ${node.helper.text} does not run over ${node.protocol.text}`,
    )
  if (known.families === 4 && family === 6)
    refuse('nft-unknown-helper', node.helper.span, `the helper ${node.helper.text} is for IPv4 only`)
  return { kind: 'ct helper', ...common, helper: node.helper.text, protocol, family }
}

/** The family that is written, or the table's own; null: both. */
function familyOf(written: Name | null, table: TableState): 4 | 6 | null {
  const word = written?.text ?? table.family
  if (word === 'ip') return 4
  if (word === 'ip6') return 6
  if (word === 'inet') return null
  return refuse('nft-unknown-symbol', written?.span ?? table.source, expectedFound('ip, ip6 or inet', quoted(word)))
}

function protocolOf(name: Name): number {
  const found = Object.entries(protocolNumbers).find(([known]) => known === name.text)?.[1]
  if (found !== undefined) return found
  if (/^\d+$/.test(name.text)) return Number(name.text)
  return refuse('nft-unknown-symbol', name.span, `expected a transport protocol, found ${quoted(name.text)}`, {
    hint: didYouMean(name.text, Object.keys(protocolNumbers)),
  })
}

function checkedState(state: Name, protocol: number): string {
  const known = protocol === 6 ? timeoutStates.tcp : protocol === 17 ? timeoutStates.udp : null
  if (known === null)
    return refuse('nft-unsupported-value', state.span, 'timeouts by state are modelled for tcp and udp')
  if (known.includes(state.text)) return state.text
  return refuse('nft-unknown-symbol', state.span, `expected one of ${known.join(', ')}, found ${quoted(state.text)}`, {
    hint: didYouMean(state.text, known),
  })
}
