/**
 * What of a ruleset and its host binds packets of different connections together, so that they cannot be replayed apart. All
 * that conntrack knows is bound to a pair of hosts (`partition.ts`); this is the table of what goes beyond, with the reason.
 */

import type { ConntrackSettings } from '../../../model/conntrack/index.ts'
import type {
  Chain,
  ConntrackKey,
  MetaKey,
  RuleObject,
  Ruleset,
  SetDefinition,
  Source,
  Statement,
  Table,
  Value,
} from '../../../model/rules/index.ts'
import { helperBindings } from './helper-bindings.ts'

/** Null: it asks and changes nothing beyond the packet's own pair of hosts. Else what binds all packets together, as the end of a sentence. */
export type Why = string | null

/** Where a ruleset binds all packets together, and why. `source` null: not a place in the ruleset. */
export interface Binding {
  readonly source: Source | null
  readonly why: string
}

const lot = 'draws by lot, and the lots come to all packets in turn'
const serial = 'counts all packets in turn'

/** A key of `meta` that is not here is read off the packet, its interfaces or the clock. */
const metaBindings: Readonly<Partial<Record<MetaKey, string>>> = { random: lot }

/** All others are of the packet's own entry. */
const conntrackBindings: Readonly<Partial<Record<ConntrackKey, string>>> = {
  id: 'reads the number of an entry, which counts all connections in turn',
}

type ValueBindings = { readonly [K in Value['kind']]: (value: Extract<Value, { kind: K }>) => Why }

const nothing = (): Why => null

/** What reading a value asks for, its parts aside. */
export const valueBindings: ValueBindings = {
  payload: (value) => (readsIdentification(value) ? 'reads what the box draws by lot for packets of its own' : null),
  meta: ({ key }) => metaBindings[key] ?? null,
  ct: ({ key }) => conntrackBindings[key] ?? null,
  // Routes and interfaces do not change.
  fib: nothing,
  rt: nothing,
  exthdr: nothing,
  'tcp-option': nothing,
  'ip-option': nothing,
  'sctp-chunk': nothing,
  bitwise: ({ of }) => bindingOfValue(of),
  concatenation: ({ parts }) => firstOf(parts.map(bindingOfValue)),
  map: ({ key, map }) => bindingOfValue(key) ?? bindingOfSet(map),
  constant: nothing,
  numgen: ({ mode }) => (mode === 'inc' ? serial : lot),
  // A seed that is not given is drawn before the first packet: the same for all workers.
  hash: ({ of }) => (of === null ? null : bindingOfValue(of)),
}

type ObjectBindings = { readonly [K in RuleObject['kind']]: (object: Extract<RuleObject, { kind: K }>) => Why }

/** What a reference to a stateful object asks for. */
export const objectBindings: ObjectBindings = {
  // Sums can be summed.
  counter: nothing,
  quota: () => 'counts the bytes of all packets against one quota',
  limit: () => 'takes the tokens of all packets from one bucket',
  'ct helper': ({ helper }) => helperBindings[helper] ?? null,
  'ct timeout': nothing,
  // The connection that it expects is between the same two hosts.
  'ct expectation': nothing,
}

type StatementBindings = { readonly [K in Statement['kind']]: (statement: Extract<Statement, { kind: K }>) => Why }

/** What a statement asks for, and what its values do. */
export const statementBindings: StatementBindings = {
  compare: ({ left }) => bindingOfValue(left),
  range: ({ left }) => bindingOfValue(left),
  lookup: ({ key, set }) => bindingOfValue(key) ?? bindingOfSet(set),
  verdict: nothing,
  'verdict-map': ({ key, map }) => bindingOfValue(key) ?? bindingOfSet(map),
  counter: nothing,
  limit: () => 'takes the tokens of all packets from one bucket',
  quota: () => 'counts the bytes of all packets against one quota',
  'ct count': () => 'counts the connections of all hosts together',
  // Nothing that a packet meets tells when another one was last seen.
  last: nothing,
  log: nothing,
  // The answer goes back to the packet's own source, and its identification is read by no rule (see payload).
  reject: nothing,
  notrack: nothing,
  nat: () => 'chooses addresses and ports that no other connection uses',
  'set meta': ({ value }) => bindingOfValue(value),
  'set ct': ({ value }) => bindingOfValue(value),
  'set payload': (statement) =>
    bindingOfValue(statement.value) ??
    (staysOfItsHosts(statement) ? null : 'may turn a packet into one of other hosts'),
  'set tcp-option': ({ value }) => bindingOfValue(value),
  'reset tcp-option': nothing,
  'update set': ({ set }) => `changes the set @${set.name}, in which other packets' elements stand`,
  object: ({ object }) => bindingOfObject(object),
  'object-map': ({ key, map }) => bindingOfValue(key) ?? bindingOfSet(map),
}

const firstOf = (all: readonly Why[]): Why => all.find((one) => one !== null) ?? null

// The tables are keyed by the kind that the argument has, which a union of functions cannot say.
const bindingOfValue = (value: Value): Why => (valueBindings[value.kind] as (value: Value) => Why)(value)
const bindingOfObject = (object: RuleObject): Why =>
  (objectBindings[object.kind] as (object: RuleObject) => Why)(object)
const bindingOfStatement = (statement: Statement): Why =>
  (statementBindings[statement.kind] as (statement: Statement) => Why)(statement)

/** Statements on elements run when a packet finds them. */
function bindingOfSet(set: SetDefinition): Why {
  const ofElements = set.elements.map(
    ({ object, statements }) =>
      firstOf(statements.map(bindingOfStatement)) ?? (object ? bindingOfObject(object) : null),
  )
  return firstOf(set.statements.map(bindingOfStatement)) ?? firstOf(ofElements)
}

const overlaps = (field: { readonly offset: number; readonly width: number }, from: number, to: number): boolean =>
  field.offset < to && field.offset + field.width > from

const isIpv6Field = (name: string): boolean => name.startsWith('ip6 ')

/** IPv4's identification, or the header checksum that it is summed into: the box draws one for each packet of its own. */
const readsIdentification = (value: Extract<Value, { kind: 'payload' }>): boolean =>
  value.base === 'network' && !isIpv6Field(value.name) && (overlaps(value, 32, 48) || overlaps(value, 80, 96))

/** Whether the written bits leave alone by whom, to whom and about what the packet is. */
function staysOfItsHosts({ base, offset, width, name }: Extract<Statement, { kind: 'set payload' }>): boolean {
  if (base === 'link') return true
  // Of TCP and UDP, whose packets quote no others.
  if (base === 'transport') return name.startsWith('tcp ') || name.startsWith('udp ')
  if (base !== 'network') return false
  const isWithin = (from: number, to: number): boolean => offset >= from && offset + width <= to
  // Traffic class, flow label and hop limit; type of service and time to live.
  return isIpv6Field(name) ? isWithin(4, 32) || isWithin(56, 64) : isWithin(8, 16) || isWithin(64, 72)
}

const isRun = (table: Table): boolean =>
  !table.isDormant && (table.family === 'ip' || table.family === 'ip6' || table.family === 'inet')

function* bindingsOfChain(chain: Chain): Iterable<Binding> {
  if (chain.base?.type === 'nat')
    yield {
      source: chain.source,
      why: `${chain.name} translates addresses, so that a connection goes by two pairs of hosts`,
    }
  for (const rule of chain.rules) {
    for (const statement of rule.statements) {
      const why = bindingOfStatement(statement)
      if (why !== null) yield { source: statement.source, why: `${statement.text} ${why}` }
    }
  }
}

/** All that binds packets of different hosts together; empty: every pair of hosts can be replayed by itself. */
export function bindingsOf(ruleset: Ruleset, settings: ConntrackSettings): readonly Binding[] {
  const chains = ruleset.tables.filter(isRun).flatMap((table) => table.chains)
  const bindings = chains.flatMap((chain) => [...bindingsOfChain(chain)])
  if (settings.isHelperAutomatic)
    bindings.push({ source: null, why: 'this kernel gives helpers to connections by their ports' })
  return bindings
}
