/** A ruleset on a host: packets in, packets out, and what became of each. */

import type { ConntrackSettings, PacketRows } from '../conntrack/index.ts'
import { Conntrack, Fragments } from '../conntrack/index.ts'
import type { Host } from '../host/index.ts'
import {
  type CompiledBaseChain,
  type CompiledRuleset,
  compileRuleset,
  type Form,
  type Tracer,
} from '../machine/index.ts'
import { Nat } from '../nat/index.ts'
import type { HookFunction, HookNumber, Packet } from '../packet/index.ts'
import { Hook, HookVerdict } from '../packet/index.ts'
import type { Ruleset } from '../rules/index.ts'
import { Courses } from './courses.ts'
import type { DropNumber, FateNumber, SendError } from './fate.ts'
import type { HookEntry } from './hook-lists.ts'
import { buildHookLists, Place, trackingEntries } from './hook-lists.ts'
import { makeHostView } from './host-view.ts'
import { familiesOf, natEntries } from './nat-chains.ts'
import type { Observer } from './observer.ts'
import { ownAddresses } from './own-addresses.ts'
import { reject } from './reject.ts'
import { type Rerouter, rerouting } from './route-chain.ts'
import { Walker } from './walker.ts'

/** A function that watches a hook at a priority of its own, behind the chains of the same priority; it cannot change the walk. */
export interface Probe {
  readonly hook: HookNumber
  readonly priority: number
  readonly run: (packet: Packet) => void
}

export interface EngineOptions {
  readonly host: Host
  readonly ruleset: Ruleset
  readonly settings: ConntrackSettings
  /** 0 (inclusive) to 1 (exclusive). */
  readonly random: () => number
  /** Milliseconds since 1970-01-01 UTC at model time 0; 0 when nobody knows. */
  readonly epoch?: number
  readonly tracer?: Tracer | null
  /** How rules run; `tiered` when left out. */
  readonly form?: Form
  readonly probes?: readonly Probe[]
  /** By family; false: nothing asks for conntrack, and fragments pass one by one. On in both when left out. */
  readonly isTracking?: { readonly 4: boolean; readonly 6: boolean }
}

export class Engine implements Observer {
  readonly host: Host
  readonly conntrack: Conntrack
  readonly fragments: Fragments
  private readonly compiled: CompiledRuleset
  private readonly courses: Courses
  /** May be replaced at any time. What they are given is only lent. */
  onTransmit: Observer['onTransmit'] = () => {}
  onDeliver: Observer['onDeliver'] = () => {}
  onConclude: Observer['onConclude'] = () => {}
  private readonly nat: Nat
  private readonly walker: Walker

  constructor(options: EngineOptions) {
    const { host, random } = options
    const { settings } = host
    this.host = host
    this.conntrack = new Conntrack(options.settings)
    this.conntrack.random = random
    this.fragments = new Fragments({
      seconds: settings.fragmentSeconds,
      memory: settings.fragmentMemory,
      distance: settings.fragmentDistance,
    })
    const epoch = options.epoch ?? 0
    let walker: Walker | null = null
    this.nat = new Nat({ conntrack: this.conntrack, addresses: ownAddresses(host), random })
    this.conntrack.translator = this.nat
    this.compiled = compileRuleset(
      options.ruleset,
      {
        host,
        conntrack: this.conntrack,
        random,
        now: () => this.conntrack.now,
        wallClock: () => epoch + this.conntrack.now,
        reject: (packet, type, code) => {
          if (walker) reject(walker, packet, type, code)
        },
        nat: this.nat,
      },
      options.tracer ?? null,
      options.form,
    )
    this.courses = new Courses(this.compiled.journal)
    const entries = this.hookEntries(options)
    const hooks = { 4: buildHookLists(entries, 4), 6: buildHookLists(entries, 6) }
    const { conntrack, courses, fragments, nat } = this
    walker = new Walker({ host, tracking: conntrack, fragments, hooks, random, observer: this, nat, courses })
    this.walker = walker
    this.conntrack.host = makeHostView(host, (packet) => this.walker.isFromSocket(packet))
  }

  /** Counters are those of all packets so far: ask for them anew behind others. */
  get rules(): CompiledRuleset {
    this.courses.settle()
    return this.compiled
  }

  /** Conntrack first: where priorities are equal it was there before the chains. */
  private hookEntries(options: EngineOptions): HookEntry[] {
    const isTracking = options.isTracking ?? { 4: true, 6: true }
    const families = ([4, 6] as const).filter((family) => isTracking[family])
    const own = trackingEntries(families)
    const chains = this.compiled.baseChains
    const rerouter: Rerouter = { reroute: (packet) => this.walker.reroute(packet) }
    const nat = natEntries(
      chains.filter((chain) => chain.base.type === 'nat'),
      this.nat,
      rerouter,
    )
    const plain = chains
      .filter((chain) => chain.base.type !== 'nat')
      .map((chain) => ({ entry: this.chainEntry(chain, rerouter), since: chain.base.id }))
    const newestFirst = [...nat, ...plain].sort((a, b) => b.since - a.since).map(({ entry }) => entry)
    return [...own, ...newestFirst, ...(options.probes ?? []).map(probeEntry)]
  }

  private chainEntry(chain: CompiledBaseChain, rerouter: Rerouter): HookEntry {
    const { base } = chain
    const isRerouting = base.type === 'route' && base.hook === Hook.output
    const run: HookFunction = isRerouting ? rerouting(chain.run, rerouter) : chain.run
    return {
      hook: base.hook,
      priority: base.priority,
      families: familiesOf(chain),
      place: Place.chain,
      run,
      note: chain.note,
    }
  }

  /** A packet arrives: `bytes`, `start`, `input`, `time` and `number` are set; its bytes end at `available` at the latest. */
  receive(packet: Packet, available: number): void {
    this.walker.receive(packet, available)
  }

  /** Whether conntrack sees IPv4 packets before any rule does: only then may {@link Packet.isChecksumVerified} be set. */
  get isConntrackFirst(): boolean {
    return this.walker.isConntrackFirst
  }

  /**
   * Everyday packets from `from` on, up to `to`, of connections whose way is known (courses.ts): what {@link receive} would do to connections and
   * counters is done, but nobody is told of them, and their bytes stay as they came. Answers where the first one stands that has to be
   * received. The others are established and go out, and have a course in their row. `packet` was reset; it is used on the way.
   */
  passKnown(rows: PacketRows, packet: Packet, from: number, to: number): number {
    return this.walker.passKnown(rows, packet, from, to)
  }

  /**
   * The same as {@link receive} for the everyday packet at `i`, where {@link passKnown} has ended. `packet` is as that has left it, but for its time
   * and number.
   */
  receiveEveryday(rows: PacketRows, i: number, packet: Packet): void {
    this.walker.receiveEveryday(rows, i, packet)
  }

  /** A local program sends a packet with its IP header; see {@link error}. Broadcasts need a socket that may send them. */
  send(packet: Packet, available: number, isBroadcaster = false): void {
    this.walker.send(packet, available, isBroadcaster)
  }

  /** Lets time pass without a packet. */
  advance(now: number): void {
    this.walker.advance(now)
  }

  /** What became of the last packet given to {@link receive} or {@link send}. */
  get fate(): FateNumber {
    return this.walker.fate
  }

  /** The hook where it was dropped or held; -1: none. */
  get hook(): number {
    return this.walker.hook
  }

  /** Number into `dropReasons`: why, or what the local stack did with it. */
  get reason(): DropNumber {
    return this.walker.reason
  }

  /** Number into `malformedReasons` when the fate is `malformed`. */
  get malformed(): number {
    return this.walker.malformed
  }

  /** Why the last {@link send} failed; null: it did not. */
  get error(): SendError | null {
    return this.walker.error
  }
}

const probeEntry = (probe: Probe): HookEntry => ({
  hook: probe.hook,
  priority: probe.priority,
  families: [4, 6],
  place: Place.probe,
  note: null,
  run: (packet) => {
    probe.run(packet)
    return HookVerdict.accept
  },
})
