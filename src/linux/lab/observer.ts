/** What netfilter says about a packet: the probe's log, conntrack and expectation events, nftrace. */

import type {
  ConntrackEvent,
  Entry,
  Expectation,
  HookState,
  PacketRecord,
  TraceLine,
} from '../../analysis/lab/index.ts'
import { canonical } from '../../analysis/lab/index.ts'
import { statusNames } from '../../model/conntrack/index.ts'
import type { Libc } from '../native/index.ts'
import { errno, netlinkProtocol, SystemCallError } from '../native/index.ts'
import type { Message, TrackedEntry } from '../netlink/index.ts'
import {
  conntrackCommand,
  decodeEntry,
  decodeExpectation,
  decodeLoggedPacket,
  decodeTraceStep,
  encodeEntryQuery,
  flagNames,
  NetlinkSocket,
  netfilterGroup,
  netfilterHeader,
  netfilterType,
  requestFlag,
  splitNetfilterType,
  subsystem,
} from '../netlink/index.ts'
import type { Beginning } from './beginning.ts'
import { bindProbeLog, hookName, installProbe, PROBE_TABLE, probePrefix, removeProbe } from './probe.ts'

/** Values of `ct state` (NF_CT_STATE_BIT). */
const stateNames: Readonly<Record<number, string>> = {
  1: 'invalid',
  2: 'established',
  4: 'related',
  8: 'new',
  64: 'untracked',
}

type Mutable<T> = { -readonly [K in keyof T]: T[K] }

/** Watches netfilter in the network namespace in which it was made. */
export class Observer {
  readonly #requests: NetlinkSocket
  readonly #log: NetlinkSocket
  readonly #events: NetlinkSocket
  readonly #scenario: Beginning
  /** Small numbers of confirmed entries by the kernel's id. */
  readonly #numbers = new Map<number, number>()
  #last = 0
  /** Queries for the entries whose "new" came and whose "destroy" did not, by the kernel's id. */
  readonly #alive = new Map<number, Uint8Array>()

  /** Installs the probe: the user's ruleset is loaded before. */
  constructor(libc: Libc, scenario: Beginning) {
    this.#scenario = scenario
    this.#requests = new NetlinkSocket(libc, netlinkProtocol.netfilter)
    this.#log = new NetlinkSocket(libc, netlinkProtocol.netfilter)
    this.#events = new NetlinkSocket(libc, netlinkProtocol.netfilter)
    bindProbeLog(this.#log)
    installProbe(this.#requests, scenario)
    const { trace, ...conntrack } = netfilterGroup
    for (const group of Object.values(conntrack)) this.#events.join(group)
    if (scenario.trace === true) this.#events.join(trace)
  }

  /** An entry was in a zone in one direction only: a query for its tuple may find another one. */
  #hasHalfZones = false

  /** Everything that was observed since the last call, as the members of a packet's record; empty ones are absent. */
  take(): Pick<PacketRecord, 'ct' | 'ev' | 'trace'> {
    const ct = this.#takeHookStates()
    const confirmedNow = new Set<number>()
    const ev: ConntrackEvent[] = []
    const trace: TraceLine[] = []
    const { messages, overruns } = this.#events.pending()
    for (const message of messages) {
      const { system } = splitNetfilterType(message.type)
      if (system === subsystem.conntrack) ev.push(this.#conntrackEvent(message, confirmedNow))
      else if (system === subsystem.expectation) ev.push(expectationEvent(message))
      else if (system === subsystem.nftables) trace.push(decodeTraceStep(message.body))
    }
    for (let count = 0; count < overruns; count++) ev.push({ ev: 'overrun' })
    const lines = trace.filter(({ table }) => table !== PROBE_TABLE)
    const states = ct.map((state) => this.#numbered(state, confirmedNow))
    // The kernel may give the id of an entry that is over to a new one whose beginning nobody tells (event masks).
    for (const event of ev) if (event.ev === 'destroy' && event.id !== undefined) this.#forgetNumber(event.id)
    return {
      ...(states.length > 0 ? { ct: states } : {}),
      ...(ev.length > 0 ? { ev } : {}),
      ...(lines.length > 0 ? { trace: lines } : {}),
    }
  }

  /** The entries that exist now, by their numbers. */
  entries(): Entry[] {
    const bodies =
      this.#scenario.walk === true || this.#hasHalfZones ? this.#dump(subsystem.conntrack) : this.#fetchEach()
    const entries = bodies.map(decodeEntry).map((entry) => this.#withNumber(entry))
    return entries.sort((a, b) => (a.id ?? 0) - (b.id ?? 0))
  }

  /** The expectations that exist now. */
  expectations(): Expectation[] {
    const expectations = this.#dump(subsystem.expectation).map(decodeExpectation)
    return expectations.sort((a, b) => (canonical(a.tuple) < canonical(b.tuple) ? -1 : 1))
  }

  /** Removes the probe's rules; conntrack is switched off with them unless the user's rules need it. */
  removeProbe(): void {
    removeProbe(this.#requests, this.#scenario)
  }

  /** The states with the kernel's ids still in them. */
  #takeHookStates(): Mutable<HookState>[] {
    const states: Mutable<HookState>[] = []
    for (const message of this.#log.pending().messages) {
      const { hook, mark, prefix } = decodeLoggedPacket(message.body)
      if (prefix === probePrefix.mark) states.push({ hook: hookName(hook), state: '', ...(mark === 0 ? {} : { mark }) })
      const current = states.at(-1)
      if (current !== undefined) addValue(current, prefix, mark)
    }
    return states
  }

  #numbered(state: HookState, confirmedNow: ReadonlySet<number>): HookState {
    if (state.id === undefined) return state
    // An entry without confirmation may have been dropped: the kernel gives its id to the next one.
    const isConfirmed = state.status?.includes('confirmed') === true || confirmedNow.has(state.id)
    return { ...state, id: isConfirmed ? this.#numberOf(state.id) : 0 }
  }

  #conntrackEvent(message: Message, confirmedNow: Set<number>): ConntrackEvent {
    const { timeout, ...entry } = decodeEntry(message.body)
    const id = entry.id ?? 0
    const kind = eventKind(message)
    if (entry.orig?.zone !== undefined || entry.reply?.zone !== undefined) this.#hasHalfZones = true
    if (kind === 'destroy') this.#alive.delete(id)
    else this.#alive.set(id, encodeEntryQuery(message.body))
    if (kind === 'new') {
      // The kernel makes ids from addresses in memory: the same id again is another entry.
      this.#numbers.delete(id)
      confirmedNow.add(id)
    }
    return { ev: kind, ...this.#withNumber(entry) }
  }

  #withNumber(entry: TrackedEntry): TrackedEntry {
    return { ...entry, id: this.#numberOf(entry.id ?? 0) }
  }

  #numberOf(id: number): number {
    let number = this.#numbers.get(id)
    if (number === undefined) {
      number = ++this.#last
      this.#numbers.set(id, number)
    }
    return number
  }

  #forgetNumber(number: number): void {
    for (const [id, known] of this.#numbers) if (known === number && !this.#alive.has(id)) this.#numbers.delete(id)
  }

  #dump(system: number): Uint8Array[] {
    const type = netfilterType(system, conntrackCommand.get)
    return this.#requests.dump('dump', type, netfilterHeader(0)).map((message) => message.body)
  }

  /** One by one: a dump walks the whole machine's table, however few entries are ours. */
  #fetchEach(): Uint8Array[] {
    const type = netfilterType(subsystem.conntrack, conntrackCommand.get)
    const bodies: Uint8Array[] = []
    for (const query of this.#alive.values()) {
      try {
        bodies.push(this.#requests.get('get entry', type, query).body)
      } catch (cause) {
        // Not found is an entry that has expired meanwhile.
        if (!(cause instanceof SystemCallError && cause.errno === errno.noEntry)) throw cause
      }
    }
    return bodies
  }
}

function addValue(state: Mutable<HookState>, prefix: string, value: number): void {
  if (prefix === probePrefix.state) state.state = stateNames[value] ?? value
  if (prefix === probePrefix.status) state.status = flagNames(value, statusNames)
  if (prefix === probePrefix.direction) state.dir = value === 0 ? 'original' : 'reply'
  if (prefix === probePrefix.id) state.id = value
  if (prefix === probePrefix.connectionMark && value !== 0) state.ctmark = value
}

function expectationEvent(message: Message): ConntrackEvent {
  const expectation = decodeExpectation(message.body)
  return { ev: `exp-${eventKind(message)}`, ...expectation }
}

function eventKind({ type, flags }: Message): 'new' | 'update' | 'destroy' {
  if (splitNetfilterType(type).command === conntrackCommand.delete) return 'destroy'
  return (flags & (requestFlag.create | requestFlag.exclusive)) === 0 ? 'update' : 'new'
}
