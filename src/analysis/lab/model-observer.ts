/** Watches the model as the kernel lab watches the kernel: conntrack's view at each hook, events, rules met, packets that left. */

import type { Conntrack, ConntrackListener } from '../../model/conntrack/index.ts'
import { eventSnapshot, expectationSnapshot, Status, statusNames } from '../../model/conntrack/index.ts'
import type { Probe } from '../../model/engine/index.ts'
import { Hook, type HookNumber, type Packet } from '../../model/packet/index.ts'
import type { ConntrackEvent, Emitted, HookState, PacketRecord, TraceLine } from './format.ts'

/** Where the kernel lab's probe stands: just after conntrack where packets enter, behind all user chains elsewhere. */
const probePlaces: readonly {
  readonly hook: HookNumber
  readonly priority: number
  readonly name: HookState['hook']
}[] = [
  { hook: Hook.prerouting, priority: -199, name: 'pre' },
  { hook: Hook.input, priority: 1_000_000, name: 'in' },
  { hook: Hook.forward, priority: 1_000_000, name: 'fwd' },
  { hook: Hook.output, priority: -199, name: 'out' },
  { hook: Hook.postrouting, priority: 1_000_000, name: 'post' },
]

const stateNames: Readonly<Record<number, string>> = {
  1: 'invalid',
  2: 'established',
  4: 'related',
  8: 'new',
  64: 'untracked',
}

const statusWords = (status: number): string[] => statusNames.filter((_, bit) => (status >>> bit) & 1)

/** A record being made; `handle` is the entry that a state's id is looked up by when the packet is done. */
interface Pending {
  readonly state: HookState
  readonly handle: number
}

export class ModelObserver implements ConntrackListener {
  #conntrack: Conntrack | null = null
  readonly #interfaceNames: readonly string[]
  #states: Pending[] = []
  #events: ConntrackEvent[] = []
  #out: Emitted[] = []
  /** Entries that were told to be new during this packet: their ids by handle. */
  readonly #confirmed = new Map<number, number>()
  /** Small numbers by id, in the order in which the lab hears of entries: masked events delay that. */
  readonly #numbers = new Map<number, number>()
  trace: TraceLine[] = []

  /** Interfaces in the order in which what leaves through them is told. */
  constructor(interfaceNames: readonly string[]) {
    this.#interfaceNames = interfaceNames
  }

  watch(conntrack: Conntrack): void {
    this.#conntrack = conntrack
    conntrack.listener = this
  }

  probes(): Probe[] {
    return probePlaces.map(({ hook, priority, name }) => ({ hook, priority, run: (packet) => this.#see(name, packet) }))
  }

  emitted(interfaceName: string, packet: Packet): void {
    this.#out.push([interfaceName, hex(packet.bytes, packet.start, packet.end)])
  }

  entry(kind: 'new' | 'update' | 'destroy', entry: number, changes: number): void {
    const conntrack = this.#conntrack
    if (!conntrack) return
    if (!conntrack.isTold(kind, entry, changes)) return
    const id = conntrack.id(entry)
    if (kind === 'new') this.#confirmed.set(entry, id)
    this.#events.push({ ev: kind, ...eventSnapshot(conntrack, kind, entry, changes), id: this.numberOf(id) })
  }

  expectation(kind: 'new' | 'destroy', expectation: Parameters<ConntrackListener['expectation']>[1]): void {
    const conntrack = this.#conntrack
    if (conntrack?.isExpectationTold(kind, expectation.master))
      this.#events.push({ ev: `exp-${kind}`, ...expectationSnapshot(conntrack, expectation) })
  }

  /** Everything since the last call, as a packet's record; empty members are absent. */
  take(error: string | null): PacketRecord {
    const ct = this.#states.map((pending) => this.#numbered(pending))
    const out = this.#interfaceNames.flatMap((name) => this.#out.filter(([device]) => device === name))
    const record = {
      out,
      ...(ct.length > 0 ? { ct } : {}),
      ...(this.#events.length > 0 ? { ev: this.#events } : {}),
      ...(this.trace.length > 0 ? { trace: this.trace } : {}),
      ...(error === null ? {} : { error }),
    }
    this.#states = []
    this.#events = []
    this.#out = []
    this.trace = []
    this.#confirmed.clear()
    return record
  }

  #see(hook: HookState['hook'], packet: Packet): void {
    const conntrack = this.#conntrack
    if (!conntrack) return
    const mark = packet.mark === 0 ? {} : { mark: packet.mark >>> 0 }
    const seen = { hook, state: stateNames[packet.state] ?? 'invalid', ...mark }
    const { entry } = packet
    if (entry === 0) {
      this.#states.push({ state: seen, handle: 0 })
      return
    }
    const status = conntrack.status(entry)
    const id = status & Status.confirmed ? conntrack.id(entry) : 0
    const ctmark = conntrack.mark(entry)
    const state: HookState = {
      ...seen,
      status: statusWords(status),
      dir: packet.isReply ? 'reply' : 'original',
      id,
      ...(ctmark === 0 ? {} : { ctmark: ctmark >>> 0 }),
    }
    this.#states.push({ state, handle: entry })
  }

  /** An entry that is confirmed only at the end of its packet's walk has its number at the hooks before, too. */
  #numbered({ state, handle }: Pending): HookState {
    if (handle === 0) return state
    const id = state.id || (this.#confirmed.get(handle) ?? 0)
    return { ...state, id: id === 0 ? 0 : this.numberOf(id) }
  }

  /** The number by which the lab names the entry with this id. */
  numberOf(id: number): number {
    const known = this.#numbers.get(id)
    if (known !== undefined) return known
    const number = this.#numbers.size + 1
    this.#numbers.set(id, number)
    return number
  }
}

const digits = '0123456789abcdef'

function hex(bytes: Uint8Array, from: number, to: number): string {
  let text = ''
  for (let at = from; at < to; at++) text += digits[bytes[at]! >>> 4]! + digits[bytes[at]! & 15]!
  return text
}
