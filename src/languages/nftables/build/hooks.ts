/** What the kernel refuses on some hooks, also in a chain that is only jumped to from there (`validate` of nf_tables' expressions). */

import { hookNames } from '../../../model/packet/index.ts'
import type { NatStatement, Statement, Value } from '../../../model/rules/index.ts'
import { alternatives } from '../../diagnostics/index.ts'
import { refuse } from '../refusal.ts'
import { jumpsOf } from './references.ts'
import type { ChainState, TableState } from './table-state.ts'

type HookName = (typeof hookNames)[number]

/** Something in a statement that has its place on some hooks only. */
interface Bound {
  readonly what: string
  readonly hooks: readonly HookName[]
  /** Only in chains of this type. */
  readonly type?: 'nat'
}

const arriving: readonly HookName[] = ['prerouting', 'input', 'forward']
const leaving: readonly HookName[] = ['forward', 'output', 'postrouting']

/** Refuses statements that a packet could reach on a hook where the kernel does not allow them. */
export function checkHooks(table: TableState): void {
  for (const chain of table.chains.values()) {
    const hook = chain.base && hookNames[chain.base.hook]
    if (hook) checkReached(chain, hook, table)
  }
}

function checkReached(base: ChainState, hook: HookName, table: TableState): void {
  const reached = new Set([base])
  for (const chain of reached) {
    for (const statement of chain.rules.flatMap(({ statements }) => statements)) {
      const bounds = boundsOf(statement)
      const related = chain === base ? [] : [{ span: base.source, message: 'packets come from this chain' }]
      const type = base.base?.type
      const misplaced = bounds.find((bound) => bound.type !== undefined && bound.type !== type)
      if (misplaced) {
        const message = `expected ${misplaced.what} in a chain of type ${misplaced.type}, found it in one of type ${type}`
        refuse('nft-hook', statement.source, message, { related })
      }
      const wrong = bounds.find(({ hooks }) => !hooks.includes(hook))
      if (wrong) {
        refuse(
          'nft-hook',
          statement.source,
          `expected ${wrong.what} on the hook ${alternatives(wrong.hooks)}, found it on ${hook}`,
          { related },
        )
      }
      for (const { chain: name } of jumpsOf(statement)) {
        const next = table.chains.get(name)
        if (next) reached.add(next)
      }
    }
  }
}

function boundsOf(statement: Statement): Bound[] {
  switch (statement.kind) {
    case 'reject':
      return [{ what: 'reject', hooks: ['prerouting', 'input', 'forward', 'output'] }]
    case 'nat':
      return [
        { what: statement.type, hooks: natHooks[statement.type], type: 'nat' },
        ...statement.values.flatMap(boundsIn),
      ]
    case 'set meta':
      return statement.key === 'pkttype'
        ? [{ what: 'meta pkttype set', hooks: ['prerouting'] }, ...boundsIn(statement.value)]
        : boundsIn(statement.value)
    case 'compare':
    case 'range':
      return boundsIn(statement.left)
    case 'lookup':
    case 'verdict-map':
    case 'object-map':
      return boundsIn(statement.key)
    case 'update set':
      return [...boundsIn(statement.key), ...(statement.data === null ? [] : boundsIn(statement.data))]
    case 'set ct':
    case 'set payload':
    case 'set tcp-option':
      return boundsIn(statement.value)
    default:
      return []
  }
}

const natHooks: Readonly<Record<NatStatement['type'], readonly HookName[]>> = {
  snat: ['input', 'postrouting'],
  dnat: ['prerouting', 'output'],
  masquerade: ['postrouting'],
  redirect: ['prerouting', 'output'],
}

function boundsIn(value: Value): Bound[] {
  switch (value.kind) {
    case 'fib': {
      const hooks = fibHooks(value)
      return hooks === null
        ? []
        : [{ what: `fib ${[value.address, ...value.with].join(' . ')} ${value.result}`, hooks }]
    }
    case 'rt':
      return value.key === 'mtu' ? [{ what: 'rt mtu', hooks: leaving }] : []
    case 'concatenation':
      return value.parts.flatMap(boundsIn)
    case 'bitwise':
      return boundsIn(value.of)
    case 'map':
      return boundsIn(value.key)
    case 'hash':
      return value.of === null ? [] : boundsIn(value.of)
    default:
      return []
  }
}

/** Null: all. */
function fibHooks({ result, with: keys }: Value & { readonly kind: 'fib' }): readonly HookName[] | null {
  if (result !== 'type' || keys.includes('iif')) return arriving
  return keys.includes('oif') ? leaving : null
}
