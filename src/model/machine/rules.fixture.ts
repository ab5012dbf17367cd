/** What this room's tests and bench build rulesets from, in few words. Not part of the model. */

import { InvariantError, parseAddress, parsePrefix, readInt32 } from '../bytes/index.ts'
import { Host, type HostConfiguration } from '../host/index.ts'
import type { NatRange, RuleNat } from '../nat/index.ts'
import { Hook, HookVerdict, Packet } from '../packet/index.ts'
import {
  type BaseChain,
  type BitwiseValue,
  type Chain,
  type CompareStatement,
  type ConcatenationValue,
  type ConntrackKey,
  type ConntrackValue,
  type Family,
  type KeyField,
  type MetaKey,
  type MetaValue,
  type NatStatement,
  type PayloadValue,
  plainElement,
  type Rule,
  type RuleObject,
  type Ruleset,
  registersOf,
  type SetDefinition,
  type SetElement,
  type Source,
  type Statement,
  stringWords,
  type Table,
  type Value,
  type Verdict,
  wordsOf,
} from '../rules/index.ts'
import type { Form } from './code/joiner.ts'
import { type CompiledRuleset, compileRuleset } from './compile.ts'
import type { Machine } from './machine.ts'
import { Result } from './result.ts'
import { buildStore } from './sets/build-store.ts'
import { SetElements } from './sets/set-elements.ts'
import type { SetStore } from './sets/set-store.ts'
import type { RulesConntrack, Surroundings } from './surroundings.ts'
import type { Tracer } from './tracer.ts'

export const nowhere: Source = { file: 'test', line: 1, column: 1, offset: 0, length: 0 }

type Unwritten<S> = S extends Statement ? Omit<S, 'text' | 'source'> : never

/** A statement as if it had been written: its kind is its text. */
export function written(statement: Unwritten<Statement>): Statement {
  // Omit over the union keeps each member whole; TypeScript cannot put it together again.
  return { ...statement, text: statement.kind, source: nowhere } as unknown as Statement
}

// ---- values

export const payload = (name: string, base: PayloadValue['base'], offset: number, width: number): PayloadValue => ({
  kind: 'payload',
  base,
  offset,
  width,
  name,
})

export const field = {
  'ip saddr': payload('ip saddr', 'network', 96, 32),
  'ip daddr': payload('ip daddr', 'network', 128, 32),
  'ip ttl': payload('ip ttl', 'network', 64, 8),
  'ip dscp': payload('ip dscp', 'network', 8, 6),
  'ip version': payload('ip version', 'network', 0, 4),
  'ip6 saddr': payload('ip6 saddr', 'network', 64, 128),
  'ip6 daddr': payload('ip6 daddr', 'network', 192, 128),
  'ip6 flowlabel': payload('ip6 flowlabel', 'network', 12, 20),
  'th sport': payload('th sport', 'transport', 0, 16),
  'th dport': payload('th dport', 'transport', 16, 16),
  'tcp sport': payload('tcp sport', 'transport', 0, 16),
  'tcp dport': payload('tcp dport', 'transport', 16, 16),
  'tcp flags': payload('tcp flags', 'transport', 104, 8),
  'tcp sequence': payload('tcp sequence', 'transport', 32, 32),
  'udp sport': payload('udp sport', 'transport', 0, 16),
  'udp dport': payload('udp dport', 'transport', 16, 16),
  'icmp type': payload('icmp type', 'transport', 0, 8),
  'ether saddr': payload('ether saddr', 'link', 48, 48),
} as const

const metaWidths: Partial<Record<MetaKey, number>> = {
  iifname: 128,
  oifname: 128,
  l4proto: 8,
  nfproto: 8,
  pkttype: 8,
  day: 8,
  protocol: 16,
  iiftype: 16,
  oiftype: 16,
  time: 64,
}

export const meta = (key: MetaKey): MetaValue => ({ kind: 'meta', key, width: metaWidths[key] ?? 32 })

const conntrackWidths: Partial<Record<ConntrackKey, number>> = {
  direction: 8,
  helper: 128,
  label: 128,
  zone: 16,
  l3proto: 8,
  protocol: 8,
  'proto-src': 16,
  'proto-dst': 16,
  bytes: 64,
  packets: 64,
  avgpkt: 64,
}

export const ct = (
  key: ConntrackKey,
  direction: ConntrackValue['direction'] = null,
  family: 4 | 6 | null = null,
): ConntrackValue => ({
  kind: 'ct',
  key,
  direction,
  family,
  width: family === null ? (conntrackWidths[key] ?? 32) : family === 4 ? 32 : 128,
})

export const masked = (of: Value, and: number): BitwiseValue => ({
  kind: 'bitwise',
  of,
  and: [and],
  xor: [0],
  shift: 0,
  width: of.width,
})

export const concatenation = (...parts: readonly Value[]): ConcatenationValue => ({
  kind: 'concatenation',
  parts,
  width: parts.reduce((sum, part) => sum + wordsOf(part.width) * 32, 0),
})

export const constant = (width: number, ...words: readonly number[]): Value => ({ kind: 'constant', words, width })

/** Words of an address. */
export function address(text: string): number[] {
  const bytes = parseAddress(text)
  if (!bytes) throw new InvariantError(text)
  return Array.from({ length: bytes.length / 4 }, (_, i) => readInt32(bytes, 4 * i))
}

// ---- statements

export const compare = (left: Value, operator: CompareStatement['operator'], ...right: readonly number[]): Statement =>
  written({ kind: 'compare', operator, left, right, interfaceName: null, prefixBits: null })

export const lookup = (key: Value, set: SetDefinition, isNegated = false): Statement =>
  written({ kind: 'lookup', isNegated, key, set })

export const verdict = (is: Verdict['kind'] | Verdict): Statement =>
  written({ kind: 'verdict', verdict: typeof is === 'string' ? ({ kind: is } as Verdict) : is })

export const jump = (chain: string): Statement => verdict({ kind: 'jump', chain })
export const goto = (chain: string): Statement => verdict({ kind: 'goto', chain })
/** Destination NAT of nothing to nothing, but for what is said. */
export const nat = (more: Partial<NatStatement>): Statement =>
  written({
    kind: 'nat',
    type: 'dnat',
    family: null,
    values: [],
    minimumAddress: null,
    maximumAddress: null,
    minimumPort: null,
    maximumPort: null,
    isRandom: false,
    isFullyRandom: false,
    isPersistent: false,
    isNetmap: false,
    ...more,
  })
export const counter: Statement = written({ kind: 'counter', packets: 0, bytes: 0 })

// ---- sets

export const keyField = (type: string, width: number): KeyField => ({ type, width, words: wordsOf(width) })
export const addressField: KeyField = keyField('ipv4_addr', 32)
export const portField: KeyField = keyField('inet_service', 16)

export function element(
  from: readonly number[],
  to: readonly number[] = from,
  more: Partial<SetElement> = {},
): SetElement {
  return { ...plainElement(from, nowhere, to), ...more }
}

export const catchAll = (more: Partial<SetElement> = {}): SetElement => element([], [], { isCatchAll: true, ...more })

export function set(
  key: readonly KeyField[],
  elements: readonly SetElement[],
  more: Partial<SetDefinition> = {},
): SetDefinition {
  return {
    name: 's',
    handle: 1,
    isAnonymous: false,
    key,
    data: null,
    isInterval: elements.some((each) => each.from.some((word, i) => word !== each.to[i])),
    isConstant: false,
    isDynamic: false,
    hasTimeout: false,
    timeout: null,
    sweepInterval: null,
    isSmall: false,
    size: null,
    statements: [],
    elements,
    comment: null,
    source: nowhere,
    ...more,
  }
}

// ---- rulesets

export const filterInput: BaseChain = { id: 1, type: 'filter', hook: Hook.input, priority: 0, policy: 'accept' }

export function chain(
  name: string,
  rules: readonly (readonly Statement[])[],
  firstId: number,
  base: BaseChain | null = null,
): Chain {
  const numbered = rules.map(
    (statements, i): Rule => ({
      id: firstId + i,
      handle: 0,
      statements,
      text: statements.map(({ text }) => text).join(' '),
      source: nowhere,
      comment: null,
    }),
  )
  return { name, handle: 0, rules: numbered, base, source: nowhere }
}

export interface TableParts {
  readonly family?: Family
  readonly sets?: readonly SetDefinition[]
  readonly objects?: readonly RuleObject[]
}

export const table = (chains: readonly Chain[], parts: TableParts = {}): Table => ({
  family: parts.family ?? 'inet',
  name: 't',
  handle: 1,
  isDormant: false,
  chains,
  sets: parts.sets ?? [],
  objects: parts.objects ?? [],
  source: nowhere,
})

/** One inet table with one base chain on input, policy as `base` says. */
export const ruleset = (
  rules: readonly (readonly Statement[])[],
  parts: TableParts = {},
  base: BaseChain = filterInput,
): Ruleset => ({
  tables: [table([chain('c', rules, 1, base)], parts)],
})

// ---- surroundings

const interfaceNamed = (name: string, ...addresses: string[]): HostConfiguration['interfaces'][number] => ({
  name,
  addresses: addresses.flatMap((text) => parsePrefix(text) ?? []),
  mtu: 1500,
  mac: null,
  group: name === 'lan' ? 7 : 0,
})

/** lo, lan (index 2), wan (index 3); default route by wan. */
export const testHost = (): Host =>
  new Host({
    interfaces: [
      interfaceNamed('lan', '192.168.1.1/24', '2001:db8:1::1/64'),
      interfaceNamed('wan', '203.0.113.1/24', '2001:db8:2::1/64'),
    ],
    routes: [
      {
        to: { address: new Uint8Array(4), length: 0 },
        via: Uint8Array.of(203, 0, 113, 254),
        device: null,
        type: 'unicast',
      },
    ],
    isForwarding: { 4: true, 6: true },
    sysctls: {},
    listening: [],
  })

/** An entry of the stand-in for conntrack. */
export interface TestEntry {
  status: number
  mark: number
  id: number
  family: 4 | 6
  protocol: number
  /** Original source, original destination, reply source, reply destination. */
  addresses: readonly (readonly number[])[]
  ports: readonly number[]
  zones: readonly number[]
  packets: readonly number[]
  bytes: readonly number[]
  remaining: number
  masterHelper: string | null
  labels: number[]
}

export const testEntry = (more: Partial<TestEntry> = {}): TestEntry => ({
  status: 0,
  mark: 0,
  id: 1,
  family: 4,
  protocol: 17,
  addresses: [[1], [2], [2], [1]],
  ports: [1000, 53, 53, 1000],
  zones: [0, 0],
  packets: [0, 0],
  bytes: [0, 0],
  remaining: 30_000,
  masterHelper: null,
  labels: [0, 0, 0, 0],
  ...more,
})

/** Entries by handle, from 1. */
export function testConntrack(entries: readonly TestEntry[] = []): RulesConntrack {
  const of = (handle: number): TestEntry => {
    const found = entries[handle - 1]
    if (!found) throw new InvariantError(`no entry ${handle}`)
    return found
  }
  const pick = (list: readonly number[], direction: number, which = 0): number => list[direction * 2 + which] ?? 0
  return {
    isAccounting: false,
    untrack: (packet) => {
      packet.isUntracked = true
      packet.state = 64
    },
    status: (entry) => of(entry).status,
    mark: (entry) => of(entry).mark,
    setMark: (entry, mark) => {
      of(entry).mark = mark
    },
    id: (entry) => of(entry).id,
    family: (entry) => of(entry).family,
    protocol: (entry) => of(entry).protocol,
    addressWords: (entry, direction, which, into, at) => {
      for (const [i, word] of (of(entry).addresses[direction * 2 + which] ?? []).entries()) into[at + i] = word
    },
    port: (entry, direction, which) => pick(of(entry).ports, direction, which),
    zone: (entry, direction) => of(entry).zones[direction] ?? 0,
    packets: (entry, direction) => of(entry).packets[direction] ?? 0,
    bytes: (entry, direction) => of(entry).bytes[direction] ?? 0,
    remaining: (entry) => of(entry).remaining,
    masterHelperName: (entry) => of(entry).masterHelper,
    label: (entry, word) => of(entry).labels[word] ?? 0,
    addLabel: (entry, word, bits) => {
      of(entry).labels[word] = (of(entry).labels[word] ?? 0) | bits
    },
    setEventMask: () => {},
    assignHelper: () => {},
    assignTimeout: () => {},
    expect: () => 'made',
  }
}

export interface TestSurroundings extends Surroundings {
  /** Model time in milliseconds. */
  clock: number
  wall: number
  /** What `random` answers next, in turn; 0 when they are used up. */
  randoms: number[]
  readonly rejected: string[]
  /** What nat statements asked for: the method, and the range as text. */
  readonly translations: string[]
}

export function surroundings(conntrack: RulesConntrack = testConntrack()): TestSurroundings {
  const translations: string[] = []
  return {
    clock: 0,
    wall: 0,
    randoms: [],
    rejected: [],
    translations,
    nat: testNat(translations),
    host: testHost(),
    conntrack,
    random(): number {
      return this.randoms.shift() ?? 0
    },
    now(): number {
      return this.clock
    },
    wallClock(): number {
      return this.wall
    },
    reject(_packet, type, code): void {
      this.rejected.push(`${type} ${code}`)
    },
  }
}

/** Notes what is asked of it and accepts: `source 1.2.3.4-1.2.3.5 port 80-80`, addresses as hexadecimal words. */
function testNat(into: string[]): RuleNat {
  const hex = (words: Int32Array): string => Array.from(words, (word) => (word >>> 0).toString(16)).join(':')
  const note = (method: string) => (_packet: Packet, range: NatRange) => {
    const addresses = range.hasAddresses ? ` ${hex(range.minimumAddress)}-${hex(range.maximumAddress)}` : ''
    const ports = range.hasPorts ? ` port ${range.minimumPort}-${range.maximumPort}` : ''
    const flags = [
      range.isRandom ? ' random' : '',
      range.isFullyRandom ? ' fully-random' : '',
      range.isPersistent ? ' persistent' : '',
      range.isNetmap ? ' netmap' : '',
      range.basePort >= 0 ? ` base ${range.basePort}` : '',
    ]
    into.push(method + addresses + ports + flags.join(''))
    return HookVerdict.accept
  }
  return {
    source: note('source'),
    destination: note('destination'),
    masquerade: note('masquerade'),
    redirect: note('redirect'),
  }
}

/** Runs the only base chain over a packet on input; the verdict as a word. */
export function judge(compiled: CompiledRuleset, packet: Packet): 'accept' | 'drop' {
  const [first] = compiled.baseChains
  if (!first) throw new InvariantError('no base chain')
  packet.hook = first.base.hook
  return first.run(packet) === HookVerdict.accept ? 'accept' : 'drop'
}

export const compiled = (
  rules: readonly (readonly Statement[])[],
  around: Surroundings = surroundings(),
  parts: TableParts = {},
  tracer: Tracer | null = null,
  form: Form = 'tiered',
): CompiledRuleset => compileRuleset(ruleset(rules, parts), around, tracer, form)

/** A packet of its own with the same bytes. */
export const copyOf = (packet: Packet): Packet => Object.assign(new Packet(), packet, { bytes: packet.bytes.slice() })

/** Whether a rule of these statements matches the packet, in generated code; the closures are held against it. */
export function matches(statements: readonly Statement[], packet: Packet, around?: Surroundings): boolean {
  const isMatchedBy = (form: Form, by: Packet): boolean => {
    const rules = compiled([statements], around ?? surroundings(), {}, null, form)
    judge(rules, by)
    return rules.packets[1] === 1
  }
  // Surroundings that a test has made are often spent after one packet.
  const other = around ? null : copyOf(packet)
  const isMatched = isMatchedBy('source', packet)
  if (other && isMatchedBy('closures', other) !== isMatched)
    throw new InvariantError(`${statements.map(({ text }) => text)}: the two forms of code differ`)
  return isMatched
}

/** Words of a value, concatenations included. */
/** An interface name as words of a constant. */
export const interfaceName = (name: string): number[] => [...stringWords(name)]

export const wordCount = (value: Value): number => registersOf(value)

/** A ruleset of one base chain as `base` says. */
export const compileOn = (rules: readonly (readonly Statement[])[], base: BaseChain): CompiledRuleset =>
  compileRuleset(ruleset(rules, {}, base), surroundings(), null)

/** As much of a machine as stores need: interfaces, a clock, verdicts as nothing. */
export function testMachine(): Machine & { readonly around: TestSurroundings; elements(): SetElements } {
  const around = surroundings()
  const refuse = (): never => {
    throw new InvariantError('not part of this machine')
  }
  return {
    around,
    elements: () => new SetElements(0, () => around.now()),
    registers: new Int32Array(16),
    surroundings: around,
    code: refuse,
    load: refuse,
    instantiate: refuse,
    store: refuse,
    object: refuse,
    verdictResult: () => Result.next,
    keep: refuse,
    isTraced: () => false,
    setTraced: refuse,
    nameWords: refuse,
  }
}

/** A set at run time, on a host of its own. */
export const storeOf = (definition: SetDefinition): SetStore => buildStore(definition, testMachine())
