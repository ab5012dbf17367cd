/** Named objects, checked as the kernel would: helpers that it has, states that a protocol has. */

import { modelledHelpers, type RuleObject } from '../../../model/rules/index.ts'
import { didYouMean, expectedFound, quoted } from '../../diagnostics/index.ts'
import type { Name, ObjectNode } from '../ast.ts'
import { refuse } from '../refusal.ts'
import { timeoutStates } from '../symbols/conntrack-names.ts'
import type { TableState } from './table-state.ts'

/** `userSpaceHelpers`: names of the helpers that run in user space and were added to the kernel. */
export function objectFrom(
  node: ObjectNode,
  handle: number,
  table: TableState,
  userSpaceHelpers: readonly string[],
): RuleObject {
  const common = { name: node.name.text, handle, comment: node.comment, source: node.span }
  switch (node.kind) {
    case 'counter':
      return { kind: node.kind, ...common, packets: node.packets, bytes: node.bytes }
    case 'quota':
      return { kind: node.kind, ...common, bytes: node.bytes, used: node.used, isOver: node.isOver }
    case 'limit':
      return { kind: node.kind, ...common, limit: node.limit }
    case 'ct helper':
      return helperFrom(node, common, table, userSpaceHelpers)
    case 'ct timeout': {
      const protocol = protocolOf(node.protocol)
      const policy = Object.fromEntries(
        node.policy.map(({ state, seconds }) => [checkedState(state, protocol), seconds]),
      )
      return { kind: node.kind, ...common, protocol, family: familyOf(node.family, table), policy }
    }
    case 'ct expectation':
      return expectationFrom(node, common, table)
  }
}

interface Common {
  readonly name: string
  readonly handle: number
  readonly comment: string | null
  readonly source: ObjectNode['span']
}

function helperFrom(
  node: ObjectNode & { readonly kind: 'ct helper' },
  common: Common,
  table: TableState,
  userSpaceHelpers: readonly string[],
): RuleObject {
  const { helper } = node
  const protocol = protocolOf(node.protocol)
  const family = familyOf(node.family, table)
  const named = modelledHelpers.filter(({ name }) => name === helper.text)
  if (named.length === 0) {
    const hint = didYouMean(
      helper.text,
      modelledHelpers.map(({ name }) => name),
    )
    refuse('nft-unknown-helper', helper.span, `expected a helper of the kernel, found ${quoted(helper.text)}`, { hint })
  }
  if (named.every(({ isUserSpace }) => isUserSpace) && !userSpaceHelpers.includes(helper.text)) {
    refuse('nft-unknown-helper', helper.span, `the helper ${helper.text} runs in user space, and nobody has added it`, {
      hint: `where conntrackd runs it (nfct add helper ${helper.text} ...), name it in userspaceHelpers of the host`,
    })
  }
  const known = named.find((one) => one.protocol === protocol)
  if (!known) {
    return refuse(
      'nft-unknown-helper',
      node.protocol.span,
      `the helper ${helper.text} does not run over ${node.protocol.text}`,
    )
  }
  if (family !== null && !known.families.includes(family)) {
    refuse('nft-unknown-helper', helper.span, `the helper ${helper.text} is for IPv${known.families.join('')} only`)
  }
  return { kind: 'ct helper', ...common, helper: helper.text, protocol, family }
}

function expectationFrom(
  node: ObjectNode & { readonly kind: 'ct expectation' },
  common: Common,
  table: TableState,
): RuleObject {
  const { port: destinationPort, size, timeout } = node
  const family = familyOf(node.family, table)
  if (family === null) {
    refuse('nft-protocol-needed', node.name.span, 'an expectation is of one family: IPv4 or IPv6', {
      hint: 'write l3proto ip or l3proto ip6 in its declaration',
    })
  }
  for (const [what, number] of [
    ['dport', destinationPort] as const,
    ['timeout', timeout] as const,
    ['size', size] as const,
  ]) {
    if (number === 0)
      refuse('nft-value-range', node.name.span, `expected a ${what} above 0 in ${node.kind} ${common.name}`)
  }
  return { kind: node.kind, ...common, protocol: protocolOf(node.protocol), family, destinationPort, timeout, size }
}

/** The family that is written, or the table's own; null: both. */
function familyOf(written: Name | null, table: TableState): 4 | 6 | null {
  const word = written?.text ?? table.family
  if (word === 'ip') return 4
  if (word === 'ip6') return 6
  if (word === 'inet') return null
  return refuse('nft-unknown-symbol', written?.span ?? table.source, expectedFound('ip, ip6 or inet', quoted(word)))
}

/** nft knows these objects for two protocols. */
const protocolOf = (name: Name): 6 | 17 => (name.text === 'tcp' ? 6 : 17)

function checkedState(state: Name, protocol: 6 | 17): string {
  const known = Object.keys(timeoutStates[protocol === 6 ? 'tcp' : 'udp'])
  if (known.includes(state.text)) return state.text
  return refuse('nft-unknown-symbol', state.span, `expected one of ${known.join(', ')}, found ${quoted(state.text)}`, {
    hint: didYouMean(state.text, known),
  })
}
