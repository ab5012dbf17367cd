/** What statements write of that which values are read from: behind such a rule the packet has to be looked at again. */

import type { SetDefinition, Statement, Table, Value, Verdict } from '../../rules/index.ts'

/** Bits. `packet`: its bytes, and what follows from them; `meta`: marks and the like; `conntrack`: the entry and the state. */
export const Change = { packet: 1, meta: 2, conntrack: 4 } as const

const nothing = 0
const all = Change.packet | Change.meta | Change.conntrack

/** What may be different behind a statement; `ofChain` says it of the chains that it may go to. */
export function changesOf(statement: Statement, ofChain: (name: string) => number): number {
  switch (statement.kind) {
    case 'set meta':
      return Change.meta
    case 'set ct':
    case 'notrack':
      return Change.conntrack
    case 'set payload':
    case 'set tcp-option':
    case 'reset tcp-option':
      return Change.packet
    case 'nat':
      return Change.packet | Change.conntrack
    case 'object':
      return changesOfObject(statement.object.kind)
    case 'object-map':
      return changesOfObject(statement.objectKind)
    case 'verdict':
      return changesOfVerdict(statement.verdict, ofChain)
    case 'verdict-map': {
      let changes = nothing
      for (const { verdict } of statement.map.elements) if (verdict) changes |= changesOfVerdict(verdict, ofChain)
      return changes
    }
    default:
      return nothing
  }
}

/** What else is different with the answer of a value. */
export function dependenciesOf(value: Value): number {
  switch (value.kind) {
    case 'payload':
    case 'exthdr':
    case 'tcp-option':
    case 'ip-option':
    case 'sctp-chunk':
      return Change.packet
    case 'meta':
      return metaOfThePacket.has(value.key) ? Change.packet : Change.packet | Change.meta
    case 'ct':
      return Change.conntrack
    case 'bitwise':
      return dependenciesOf(value.of)
    case 'concatenation':
      return value.parts.reduce((sum, part) => sum | dependenciesOf(part), nothing)
    case 'constant':
      return nothing
    default:
      return all
  }
}

const metaOfThePacket: ReadonlySet<string> = new Set(['length', 'protocol', 'nfproto', 'l4proto'])

const changesOfObject = (kind: string): number =>
  kind === 'counter' || kind === 'quota' || kind === 'limit' ? nothing : Change.conntrack

const changesOfVerdict = (verdict: Verdict, ofChain: (name: string) => number): number =>
  verdict.kind === 'jump' || verdict.kind === 'goto' ? ofChain(verdict.chain) : nothing

/** Sets that packets change. */
export function changedSetsOf(table: Table): ReadonlySet<SetDefinition> {
  const sets = new Set<SetDefinition>()
  for (const { rules } of table.chains)
    for (const { statements } of rules)
      for (const statement of statements) if (statement.kind === 'update set') sets.add(statement.set)
  return sets
}
