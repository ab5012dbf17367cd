/** Base chains as the kernel allows them: type, hook, priority by number and name. */

import { Hook, HookPriority } from '../../../model/packet/index.ts'
import type { BaseChain } from '../../../model/rules/index.ts'
import { alternatives, didYouMean, quoted } from '../../diagnostics/index.ts'
import type { HookNode, Name } from '../ast.ts'
import { refuse } from '../refusal.ts'
import { chainPriorities } from '../symbols/header-names.ts'
import type { ChainState } from './table-state.ts'

const hooksOfType: Readonly<Record<BaseChain['type'], readonly (keyof typeof Hook)[]>> = {
  filter: ['prerouting', 'input', 'forward', 'output', 'postrouting'],
  nat: ['prerouting', 'input', 'output', 'postrouting'],
  route: ['output'],
}

export function baseChainFrom(node: HookNode): NonNullable<ChainState['base']> {
  const type = (['filter', 'nat', 'route'] as const).find((known) => known === node.type.text)
  if (type === undefined) {
    return refuse('nft-base-chain', node.type.span, `expected filter, nat or route, found ${quoted(node.type.text)}`, {
      hint: didYouMean(node.type.text, ['filter', 'nat', 'route']),
    })
  }
  if (node.hook.text === 'ingress' || node.hook.text === 'egress') {
    refuse('nft-unsupported-hook', node.hook.span, `the hook ${node.hook.text} lies outside of what is modelled`)
  }
  const hook = hooksOfType.filter.find((known) => known === node.hook.text)
  if (hook === undefined) {
    return refuse(
      'nft-base-chain',
      node.hook.span,
      `expected ${alternatives(hooksOfType.filter)}, found ${quoted(node.hook.text)}`,
      {
        hint: didYouMean(node.hook.text, hooksOfType.filter),
      },
    )
  }
  if (!hooksOfType[type].includes(hook)) {
    refuse(
      'nft-base-chain',
      node.hook.span,
      `chains of type ${type} have the hook ${alternatives(hooksOfType[type])}, found ${hook}`,
    )
  }
  const priority = priorityOf(node.priority, hook)
  if (type === 'nat' && priority <= HookPriority.conntrack) {
    refuse(
      'nft-base-chain',
      node.priority.span,
      `expected a priority behind conntrack's (${HookPriority.conntrack}) for type nat, found ${priority}`,
    )
  }
  return { type, hook: Hook[hook], priority, policy: 'accept' }
}

function priorityOf({ name, offset, span }: HookNode['priority'], hook: string): number {
  if (name === null) return offset
  const known = Object.hasOwn(chainPriorities, name) ? chainPriorities[name] : undefined
  if (!known) {
    return refuse(
      'nft-base-chain',
      span,
      `expected a priority by number or as ${alternatives(Object.keys(chainPriorities))}, found ${quoted(name)}`,
      {
        hint: didYouMean(name, Object.keys(chainPriorities)),
      },
    )
  }
  if (known.hooks !== null && !known.hooks.includes(hook)) {
    refuse(
      'nft-base-chain',
      span,
      `the priority ${name} belongs to the hooks ${alternatives(known.hooks)}, found ${hook}`,
    )
  }
  return known.priority + offset
}

export function policyFrom(name: Name, chain: ChainState): 'accept' | 'drop' {
  if (chain.base === null) refuse('nft-base-chain', name.span, `${chain.name} has no hook, so no policy either`)
  if (name.text === 'accept' || name.text === 'drop') return name.text
  return refuse('nft-base-chain', name.span, `expected accept or drop, found ${quoted(name.text)}`)
}
