/** One packet's way through the hooks of the host, and those of the packets it makes the host send. */

import { readInt32 } from '../bytes/index.ts'
import type { FragmentOutcomeNumber, Fragments, PacketRows } from '../conntrack/index.ts'
import { FragmentOutcome } from '../conntrack/index.ts'
import type { Host, Route } from '../host/index.ts'
import { isLocalMulticast4, isMulticast4, loopbackIndex, RouteType } from '../host/index.ts'
import type { Nat, NatRefusalNumber } from '../nat/index.ts'
import type { HookNumber, HookVerdictNumber, MalformedReason, Packet } from '../packet/index.ts'
import { decode, Hook, HookVerdict, IcmpType, Icmpv6Type, PacketType, Protocol } from '../packet/index.ts'
import type { Tracking } from './box.ts'
import type { Courses } from './courses.ts'
import { ErrorBudget } from './error-budget.ts'
import { Express, type LongWay } from './express.ts'
import type { DropNumber, FateNumber, SendError } from './fate.ts'
import { Drop, Fate } from './fate.ts'
import { forward4, forward6 } from './forward.ts'
import type { HookEntry, HookLists, PlaceNumber } from './hook-lists.ts'
import { Place } from './hook-lists.ts'
import { routed, sendError4, sendError6 } from './icmp-error.ts'
import { InputRoute, routeInput4, routeInput6, Way } from './input-route.ts'
import { OptionsVerdict, takeOptions } from './ip-options.ts'
import { checkArrival6 } from './ipv6-arrival.ts'
import { prepareLocal } from './local-send.ts'
import { receiveLocally } from './local-stack.ts'
import type { Observer } from './observer.ts'
import { cut } from './output.ts'
import { PacketPool } from './packet-pool.ts'
import { reroute } from './reroute.ts'

export interface WalkerOptions {
  readonly host: Host
  readonly tracking: Tracking
  readonly fragments: Fragments
  readonly hooks: { readonly 4: HookLists; readonly 6: HookLists }
  readonly random: () => number
  readonly observer: Observer
  readonly nat: Pick<Nat, 'refusal' | 'hasNewDestination'>
  readonly courses: Courses
}

const fragmentDrops: Readonly<Record<FragmentOutcomeNumber, DropNumber>> = {
  0: Drop.none,
  1: Drop.fragmentWaiting,
  2: Drop.fragmentDuplicate,
  3: Drop.fragmentOverlap,
  4: Drop.fragmentCorrupt,
  5: Drop.fragmentTooLarge,
  6: Drop.fragmentMemory,
}

/** By {@link NatRefusal}; a rule's own drop is told apart from a policy's. */
const natDrops: Readonly<Record<NatRefusalNumber, DropNumber>> = {
  0: Drop.rule,
  1: Drop.natAddress,
  2: Drop.natError,
  3: Drop.natHeader,
  4: Drop.natInterface,
  5: Drop.noRoute,
}

const noPieces: readonly number[] = []

export class Walker implements LongWay {
  readonly host: Host
  readonly tracking: Tracking
  readonly random: () => number
  /** Of the packet last given to {@link receive} or {@link send}: what became of it, at which hook (-1: none), and why. */
  fate: FateNumber = Fate.none
  hook = -1
  reason: DropNumber = Drop.none
  malformed: MalformedReason = 0
  /** Why a local send failed, as its `errno`; null: it did not. */
  error: SendError | null = null
  private readonly fragments: Fragments
  private readonly hooks4: HookLists
  private readonly hooks6: HookLists
  private readonly observer: Observer
  private readonly nat: Pick<Nat, 'refusal' | 'hasNewDestination'>
  private readonly pool = new PacketPool()
  private readonly budget = new ErrorBudget()
  private readonly inputRoute = new InputRoute()
  /** Packets on their way through the loopback interface: they arrive when the one that caused them is done. */
  private readonly looped: Packet[] = []
  private readonly express: Express
  /** While the host sends an ICMP packet of its own it makes no error about it: its one ICMP socket is in use. */
  isSendingIcmp = false
  private outer: Packet | null = null
  /** The interface that the sender of {@link outer} is bound to. */
  private bound = 0
  /** Why {@link outer} could not be routed anew. */
  private routeError: SendError | null = null
  private isBusy = false

  constructor(options: WalkerOptions) {
    this.host = options.host
    this.tracking = options.tracking
    this.fragments = options.fragments
    this.hooks4 = options.hooks[4]
    this.hooks6 = options.hooks[6]
    this.random = options.random
    this.observer = options.observer
    this.nat = options.nat
    this.express = new Express(this.host, this.tracking, this.hooks4, this, this.observer, options.courses)
    this.fragments.onExpire = ({ first, family, hook, input }) => this.reportExpired(first, family, hook, input)
  }

  /** A packet arrives: bytes, start, input and time are set; `available` is where its bytes end. */
  receive(packet: Packet, available: number): void {
    this.begin(packet)
    this.isBusy = true
    if (!this.express.take(packet, available)) this.receiveAny(packet, available)
    this.finish()
  }

  /** Whether conntrack sees IPv4 packets before any rule does. */
  get isConntrackFirst(): boolean {
    return this.express.isOpen
  }

  passKnown(rows: PacketRows, packet: Packet, from: number, to: number): number {
    // Fragments that wait in vain are told of before the next packet.
    return this.fragments.waiting > 0 ? from : this.express.passKnown(rows, packet, from, to)
  }

  receiveEveryday(rows: PacketRows, i: number, packet: Packet): void {
    this.begin(packet)
    this.isBusy = true
    this.express.walkAt(rows, i, packet)
    this.finish()
  }

  private receiveAny(packet: Packet, available: number): void {
    this.malformed = decode(packet, available)
    if (this.malformed !== 0) this.conclude(packet, Fate.malformed, Drop.malformed)
    else this.arrive(packet)
  }

  /** A local program sends a packet with its IP header; `output` not 0 binds it to that interface. */
  send(packet: Packet, available: number, isBroadcaster: boolean): void {
    this.begin(packet)
    this.bound = packet.output
    const prepared = prepareLocal(this, packet, available, isBroadcaster)
    if (typeof prepared === 'string') {
      this.error = prepared
      this.malformed = decode(packet, available)
      this.conclude(
        packet,
        this.malformed !== 0 ? Fate.malformed : Fate.dropped,
        this.malformed !== 0 ? Drop.malformed : Drop.noRoute,
      )
    } else if (!this.sendMade(packet, prepared) && this.fate === Fate.dropped) this.error = this.sendError()
    this.finish()
  }

  private sendError(): SendError {
    if (this.reason === Drop.mtu) return 'EMSGSIZE'
    return this.routeError ?? 'EPERM'
  }

  /** Whether a local socket sent this very packet: copies of it that come back, and what the host itself makes, have none. */
  isFromSocket(packet: Packet): boolean {
    return packet === this.outer && packet.input === 0
  }

  /** A packet of this host whose header has changed gets another route. Drop: none leads there. */
  reroute(packet: Packet): HookVerdictNumber {
    const isOuter = packet === this.outer
    const problem = reroute(this.host, packet, isOuter ? this.bound : 0)
    if (problem !== null && isOuter) this.routeError = problem
    return problem === null ? HookVerdict.accept : HookVerdict.drop
  }

  private begin(packet: Packet): void {
    this.fate = Fate.none
    this.hook = -1
    this.reason = Drop.none
    this.malformed = 0
    this.error = null
    this.bound = 0
    this.routeError = null
    this.outer = packet
    this.isBusy = false
    this.advance(packet.time)
  }

  /** Lets time pass: entries expire, fragments that waited too long are given up. */
  advance(now: number): void {
    this.tracking.advance(now)
    if (this.fragments.waiting > 0) this.fragments.advance(now)
  }

  /** Entries that only lived on packets of this walk are gone with the next one: conntrack sees to that. */
  private finish(): void {
    if (this.looped.length > 0) this.drain()
    this.tracking.endWalk()
    this.pool.giveBackAll()
    this.outer = null
  }

  private arrive(packet: Packet): void {
    if (packet.packetType === PacketType.other) return this.conclude(packet, Fate.dropped, Drop.otherHost)
    if (packet.family === 6) {
      const reason = checkArrival6(this, packet)
      if (reason !== Drop.none)
        return this.conclude(packet, reason === Drop.malformed ? Fate.malformed : Fate.dropped, reason)
    }
    if (this.pass(Hook.prerouting, packet)) this.routeArrived(packet)
  }

  private routeArrived(packet: Packet): void {
    const way = this.inputRoute
    if (packet.family === 4) routeInput4(this.host, packet, way)
    else routeInput6(this.host, packet, way)
    this.goOn(packet, way)
  }

  goOn(packet: Packet, way: InputRoute): void {
    const { route } = way
    if (
      packet.family === 4 &&
      way.way !== Way.refuse &&
      (packet.bytes[packet.start]! & 15) > 5 &&
      !this.takesOptions(packet)
    )
      return
    if (way.way === Way.forward)
      return packet.family === 4 ? forward4(this, packet, route) : forward6(this, packet, route)
    if (way.way === Way.local) return this.deliverLocally(packet)
    if (way.way === Way.error) this.reportUnreachable(packet, way.reason)
    this.conclude(packet, Fate.dropped, way.reason)
  }

  private takesOptions(packet: Packet): boolean {
    const wrong = takeOptions(this, packet)
    if (wrong === OptionsVerdict.fine) return true
    if (wrong > 0)
      sendError4(this, packet, IcmpType.parameterProblem, 0, (wrong << 24) >>> 0, { ...routed, optionsLimit: wrong })
    this.conclude(packet, Fate.dropped, wrong > 0 ? Drop.ipOptions : Drop.sourceRoute)
    return false
  }

  private reportUnreachable(packet: Packet, reason: DropNumber): void {
    if (packet.family === 6)
      return sendError6(this, packet, Icmpv6Type.destinationUnreachable, reason === Drop.prohibit ? 1 : 0, 0)
    if (!this.budget.spend(readInt32(packet.bytes, packet.start + 12), packet.time)) return
    const code = reason === Drop.prohibit ? 13 : reason === Drop.unreachable ? 1 : 0
    sendError4(this, packet, IcmpType.destinationUnreachable, code, 0)
  }

  private deliverLocally(packet: Packet): void {
    const isFragment = packet.family === 4 && (packet.moreFragments || packet.fragmentOffset !== 0)
    if (isFragment && this.reassemble(packet) !== HookVerdict.accept)
      return this.conclude(packet, this.fragmentFate(), this.fragmentReason())
    if (!this.pass(Hook.input, packet)) return
    packet.passedRule = packet.rule
    this.deliver(packet)
    const reason = receiveLocally(this, packet)
    this.conclude(packet, reason === Drop.fragmentWaiting ? Fate.held : Fate.delivered, reason)
  }

  reassemble(packet: Packet): HookVerdictNumber {
    packet.hook = Hook.input
    return this.fragments.defragment(packet)
  }

  fragmentReason(): DropNumber {
    return fragmentDrops[this.fragments.outcome]
  }

  private fragmentFate(): FateNumber {
    return this.fragments.outcome === FragmentOutcome.waiting ? Fate.held : Fate.dropped
  }

  /** The packet kept its route over the loopback: it goes to input without another lookup, unless NAT gives it another destination. */
  private arriveByLoopback(packet: Packet): void {
    packet.input = packet.output
    packet.output = 0
    if (packet.family === 6) {
      const reason = checkArrival6(this, packet)
      if (reason !== Drop.none) return this.conclude(packet, Fate.dropped, reason)
    }
    const { nat } = this
    nat.hasNewDestination = false
    if (!this.pass(Hook.prerouting, packet)) return
    if (nat.hasNewDestination) return this.routeArrived(packet)
    if (packet.family === 4 && (packet.bytes[packet.start]! & 15) > 5 && !this.takesOptions(packet)) return
    this.deliverLocally(packet)
  }

  pass(hook: HookNumber, packet: Packet): boolean {
    packet.hook = hook
    const entries = (packet.family === 4 ? this.hooks4 : this.hooks6)[hook]!
    for (let i = 0; i < entries.length; i++) {
      const entry = entries[i]!
      const verdict = this.run(entry, packet)
      if (verdict === HookVerdict.accept) continue
      this.stop(packet, entry.place, verdict === HookVerdict.stolen)
      return false
    }
    return true
  }

  /** Conntrack's own are called by name, so that they can be compiled into one piece with the walk. */
  private run(entry: HookEntry, packet: Packet): HookVerdictNumber {
    const { place, run } = entry
    if (place === Place.conntrack) return this.tracking.track(packet)
    if (place === Place.confirm) return this.tracking.confirm(packet)
    if (place === Place.defragment) return this.fragments.defragment(packet)
    return run ? run(packet) : HookVerdict.accept
  }

  stop(packet: Packet, place: PlaceNumber, isStolen: boolean): void {
    if (place === Place.defragment)
      return this.conclude(packet, isStolen ? Fate.held : Fate.dropped, this.fragmentReason())
    if (place === Place.conntrack) return this.conclude(packet, Fate.dropped, Drop.conntrack)
    if (place === Place.confirm) return this.conclude(packet, Fate.dropped, Drop.confirm)
    const reason = place === Place.nat ? natDrops[this.nat.refusal] : Drop.rule
    this.conclude(packet, Fate.dropped, reason === Drop.rule && packet.rule < 0 ? Drop.policy : reason)
  }

  make(cause: Packet, length: number): Packet | null {
    const made = this.pool.take(length)
    if (!made) return null
    made.time = cause.time
    made.number = cause.number
    return made
  }

  sendMade(packet: Packet, route: Route): boolean {
    packet.output = outputOf(route)
    packet.packetType = PacketType.host
    const isIcmp = packet !== this.outer && (packet.protocol === Protocol.icmp || packet.protocol === Protocol.icmpv6)
    const before = this.isSendingIcmp
    if (isIcmp) this.isSendingIcmp = true
    const isSent = this.pass(Hook.output, packet) && this.leave(packet, Fate.sent)
    this.isSendingIcmp = before
    return isSent
  }

  leave(packet: Packet, fate: FateNumber): boolean {
    packet.passedRule = packet.rule
    const isGroup = fate === Fate.sent && packet.output !== loopbackIndex && isLoopedGroup(this.host, packet)
    if (isGroup && packet.family === 4) {
      this.loopGroup(packet)
      if (staysHere(packet)) return this.concludeSent(packet, fate)
    }
    if (!this.pass(Hook.postrouting, packet)) return false
    if (isGroup && packet.family === 6) {
      this.loopGroup(packet)
      if (staysHere(packet)) return this.concludeSent(packet, fate)
    }
    const reason = cut(this, packet)
    this.conclude(packet, reason === Drop.none ? fate : Fate.dropped, reason)
    return reason === Drop.none
  }

  private concludeSent(packet: Packet, fate: FateNumber): boolean {
    this.conclude(packet, fate, Drop.none)
    return true
  }

  /** A copy of what goes to a group that this host is in comes back; it passes postrouting on its own. */
  private loopGroup(packet: Packet): void {
    const copy = this.copyOf(packet)
    if (!copy || !this.pass(Hook.postrouting, copy)) return
    copy.packetType = PacketType.loopback
    this.loop(copy)
  }

  /** Received packets are worked off before what they sent to the host itself; a local sender's arrive at once. */
  private loop(packet: Packet): void {
    const copy = this.copyOf(packet)
    if (!copy) return this.observer.onConclude(packet, Fate.dropped, -1, Drop.tooMany)
    copy.packetType = packet.packetType
    this.looped.push(copy)
    if (!this.isBusy) this.drain()
  }

  private drain(): void {
    this.isBusy = true
    for (let i = 0; i < this.looped.length; i++) {
      const arriving = this.looped[i]
      if (arriving) this.arriveByLoopback(arriving)
    }
    this.looped.length = 0
    this.isBusy = false
  }

  private copyOf(packet: Packet): Packet | null {
    const { start, end } = packet
    const copy = this.make(packet, end - start)
    if (!copy) return null
    copy.bytes.set(packet.bytes.subarray(start, end))
    decode(copy, end - start)
    copy.isChecksumPending = packet.isChecksumPending
    copy.mark = packet.mark
    copy.priority = packet.priority
    copy.entry = packet.entry
    copy.state = packet.state
    copy.isReply = packet.isReply
    copy.isUntracked = packet.isUntracked
    copy.zoneOriginal = packet.zoneOriginal
    copy.zoneReply = packet.zoneReply
    copy.template = packet.template
    copy.reason = packet.reason
    copy.output = packet.output
    return copy
  }

  emit(packet: Packet): void {
    if (packet.output === loopbackIndex) this.loop(packet)
    else this.observer.onTransmit(packet.output, packet)
  }

  deliver(packet: Packet): void {
    this.observer.onDeliver(packet)
  }

  pieceLengths(packet: Packet): readonly number[] {
    const { pieceLengths } = this.fragments
    return (pieceLengths[0] ?? 0) < packet.joinedLength ? noPieces : pieceLengths
  }

  conclude(packet: Packet, fate: FateNumber, reason: DropNumber): void {
    const hook = isAtHook(reason) ? packet.hook : -1
    if (packet === this.outer) {
      this.fate = fate
      this.reason = reason
      this.hook = hook
    }
    this.observer.onConclude(packet, fate, hook, reason)
  }

  /** RFC 1122 section 3.3.2, RFC 8200 section 4.5: only where the first fragment came; a router says nothing of IPv4 ones. */
  private reportExpired(first: Uint8Array | null, family: 4 | 6, hook: number, input: number): void {
    const cause = first ? this.pool.take(first.length) : null
    if (!first || !cause || hook === Hook.output) return
    cause.bytes.set(first)
    decode(cause, first.length)
    cause.input = input
    cause.time = this.outer?.time ?? 0
    cause.number = this.outer?.number ?? 0
    if (family === 6) return sendError6(this, cause, Icmpv6Type.timeExceeded, 1, 0)
    routeInput4(this.host, cause, this.inputRoute)
    if (this.inputRoute.way === Way.local) sendError4(this, cause, IcmpType.timeExceeded, 1, 0)
  }
}

/** Whether something on a hook decided, not the host between two of them. */
const isAtHook = (reason: DropNumber): boolean =>
  (reason >= Drop.rule && reason <= Drop.confirm) ||
  (reason >= Drop.natAddress && reason <= Drop.natInterface) ||
  (reason >= Drop.fragmentWaiting && reason <= Drop.fragmentMemory)

/** A route to an own address leads through the loopback, whatever interface the address is on. */
function outputOf(route: Route): number {
  return route.type === RouteType.local || route.type === RouteType.anycast ? loopbackIndex : route.output
}

/** Broadcasts, and the groups of all hosts. */
function isLoopedGroup(host: Host, packet: Packet): boolean {
  const { bytes, start } = packet
  if (packet.family === 6) return isAllNodes(bytes, start + 24)
  if (isMulticast4(bytes, start + 16)) return isLocalMulticast4(bytes, start + 16) && bytes[start + 19] === 1
  return host.isBroadcast(bytes, start + 16, packet.output)
}

/** RFC 1112 section 6.1: a multicast with time to live 0 does not leave the host. */
const staysHere = ({ family, bytes, start }: Packet): boolean =>
  family === 4 ? isMulticast4(bytes, start + 16) && bytes[start + 8] === 0 : bytes[start + 7] === 0

/** ff01::1 and ff02::1 */
function isAllNodes(bytes: Uint8Array, at: number): boolean {
  if (bytes[at] !== 0xff || bytes[at + 15] !== 1) return false
  for (let i = 2; i < 15; i++) if (bytes[at + i] !== 0) return false
  return (bytes[at + 1]! & 15) <= 2
}
