/**
 * The everyday packet's way in one piece of straight code: whole, IPv4 without options, TCP or UDP, passing through this host. It takes the steps of the walk (walker.ts, forward.ts, output.ts) in their order, and hands the packet over to
 * them wherever it turns out to be another: they decide, this only saves what everyday packets do not need.
 */

import { fold, readInt32, readUint16, sumWords } from '../bytes/index.ts'
import { hashTuple4, type PacketRows, Row, rowWords, State, takeFrom } from '../conntrack/index.ts'
import { type Host, type InterfaceSettings, loopbackIndex, noRoute, type Route, RouteType } from '../host/index.ts'
import type { HookFunction, Packet } from '../packet/index.ts'
import { Hook, HookVerdict, PacketType, Protocol } from '../packet/index.ts'
import type { Box, Tracking } from './box.ts'
import { Course, type Courses } from './courses.ts'
import { Drop, Fate } from './fate.ts'
import { decreaseTimeToLive, forward4, leaveForwarded } from './forward.ts'
import type { HookEntry, HookLists, PlaceNumber } from './hook-lists.ts'
import { Place } from './hook-lists.ts'
import { InputRoute, isOrdinary4, routeInput4 } from './input-route.ts'
import type { Observer } from './observer.ts'

/** IPv4 without options, and the first four bytes behind it. */
const leastLength = 28
const headerLength = 20

/** The walk as the lane sees it: where a packet that is none of its own goes on. */
export interface LongWay extends Box {
  /** Behind the routing decision. */
  goOn(packet: Packet, way: InputRoute): void
  /** A function on a hook did not let it pass. */
  stop(packet: Packet, place: PlaceNumber, isStolen: boolean): void
}

/** What stands on a hook behind conntrack, in order; its own confirmation is called by name. */
interface Station {
  readonly place: PlaceNumber
  readonly run: HookFunction | null
  /** See {@link HookEntry}. */
  readonly note: ((packet: Packet) => boolean) | null
}

export class Express {
  private readonly host: Host
  private readonly tracking: Tracking
  private readonly longWay: LongWay
  private readonly observer: Observer
  private readonly way = new InputRoute()
  private readonly courses: Courses
  /** The packet that walks is the first of its direction, and what its chains count is noted: it may get a course. */
  private isNoting = false
  /** It went out on the usual way. */
  private hasLeft = false
  /** Where the packet goes. */
  private route: Route = noRoute
  /** Null: something stands before conntrack, or nothing is tracked. */
  private readonly arrival: readonly Station[] | null
  private readonly forward: readonly Station[]
  private readonly departure: readonly Station[]
  /** 1 for interfaces that forward, have no reverse path filter, and refuse packets from own addresses. */
  private readonly isPlainInput: Uint8Array

  constructor(
    host: Host,
    tracking: Tracking,
    hooks: HookLists,
    longWay: LongWay,
    observer: Observer,
    courses: Courses,
  ) {
    this.host = host
    this.tracking = tracking
    this.longWay = longWay
    this.observer = observer
    this.courses = courses
    this.arrival = behindConntrack(hooks[Hook.prerouting] ?? [])
    this.forward = hooks[Hook.forward] ?? []
    this.departure = hooks[Hook.postrouting] ?? []
    const plain = host.interfaces.map(({ settings }) => isPlain(settings))
    this.isPlainInput = Uint8Array.from([false, ...plain], Number)
  }

  /** Whether nothing sees a packet before conntrack does, so that packets may take this way at all. */
  get isOpen(): boolean {
    return this.arrival !== null
  }

  /** Walks a packet as it arrived to its end. False: nothing has happened to it, the long way is to be taken from the beginning. */
  take(packet: Packet, available: number): boolean {
    if (this.arrival === null || packet.packetType !== PacketType.host || !decodeEveryday(packet, available))
      return false
    const { bytes, start } = packet
    const source = readInt32(bytes, start + 12)
    const destination = readInt32(bytes, start + 16)
    const ports = readInt32(bytes, start + headerLength)
    const hash = hashTuple4(source, destination, ports, packet.protocol, 0)
    const link = this.tracking.findHashed(hash, source, destination, ports, packet.protocol)
    if (link === 0) return false
    packet.hook = Hook.prerouting
    packet.reason = 0
    if (!this.tracking.trackFound(packet, link)) return false
    this.walk(packet, source, destination)
    return true
  }

  /** The same for the packet at `i`, whether or not its connection is known. `packet` is as {@link passKnown} has left it. */
  walkAt(rows: PacketRows, i: number, packet: Packet): void {
    const { tracking } = this
    const isFollowed = packet.state !== 0
    if (!isFollowed) takeFrom(rows, i, packet)
    const source = rows.words[i * rowWords + Row.source]!
    const destination = rows.words[i * rowWords + Row.destination]!
    packet.hook = Hook.prerouting
    const link = isFollowed ? 0 : tracking.liveLinkAt(rows, i)
    const isTracked = isFollowed ? packet.reason !== 0 : link !== 0 && tracking.trackFound(packet, link)
    if (!isTracked && tracking.trackNew(rows, i, packet) !== HookVerdict.accept)
      this.longWay.stop(packet, Place.conntrack, false)
    else if (link !== 0 && this.isFirst(packet, link)) this.walkFirst(packet, link, source, destination)
    else this.walk(packet, source, destination)
  }

  /** Whether nobody knows yet how packets of the link's direction are walked, and all of them may be walked alike. */
  private isFirst(packet: Packet, link: number): boolean {
    const { tracking } = this
    return packet.state === State.established && !tracking.isTreated(link & ~1) && tracking.course(link) === Course.none
  }

  /** Everyday packets of connections that have a course, from `from` on; answers where the first one is that is to be walked. */
  passKnown(rows: PacketRows, packet: Packet, from: number, to: number): number {
    return this.tracking.passKnown(rows, packet, from, to, this.courses)
  }

  /** Walks the first packet of a direction and keeps its course: where chains note what they would count, they are not run. */
  private walkFirst(packet: Packet, link: number, source: number, destination: number): void {
    const { courses } = this
    courses.begin()
    this.isNoting = true
    this.hasLeft = false
    const length = packet.end - packet.start
    this.walk(packet, source, destination)
    const hasCourse = this.isNoting && this.hasLeft
    this.isNoting = false
    this.tracking.setCourse(link, hasCourse ? courses.end(packet, length, this.route.mtu) : courses.giveUp(length))
  }

  /** Behind conntrack. */
  private walk(packet: Packet, source: number, destination: number): void {
    const arrival = this.arrival!
    if (arrival.length > 0) this.walkThrough(arrival, packet)
    else if (this.routeAcross(packet.input, source, destination)) this.sendOn(packet)
    else this.routeAny(packet)
  }

  /** Functions behind conntrack may write another destination. */
  private walkThrough(arrival: readonly Station[], packet: Packet): void {
    if (!this.pass(arrival, packet)) return
    const { bytes, start } = packet
    const isOrdinary = bytes[start] === 0x45 && isOrdinary4(bytes, start + 12) && isOrdinary4(bytes, start + 16)
    if (isOrdinary && this.routeAcross(packet.input, readInt32(bytes, start + 12), readInt32(bytes, start + 16)))
      this.sendOn(packet)
    else this.routeAny(packet)
  }

  private routeAny(packet: Packet): void {
    routeInput4(this.host, packet, this.way)
    this.longWay.goOn(packet, this.way)
  }

  /** {@link routeInput4} for what comes in where sources are not looked at but for being own ones, and goes out. False: ask that. */
  private routeAcross(input: number, source: number, destination: number): boolean {
    if (this.isPlainInput[input] !== 1) return false
    const route = this.host.route4(destination)
    if (route.type !== RouteType.unicast || this.host.isOwnAddress4(source)) return false
    if (this.route !== route) this.route = route
    return true
  }

  private sendOn(packet: Packet): void {
    const { route } = this
    const { bytes, start } = packet
    if (packet.packetType !== PacketType.host || bytes[start + 8]! <= 1 || packet.end - start > route.mtu)
      return forward4(this.longWay, packet, route)
    packet.output = route.output
    decreaseTimeToLive(bytes, start)
    packet.hook = Hook.forward
    if (!this.pass(this.forward, packet)) return
    const { output } = packet
    const isUsual = packet.bytes[packet.start] === 0x45 && output === route.output && output !== loopbackIndex
    if (!isUsual || packet.end - packet.start > route.mtu) return leaveForwarded(this.longWay, packet)
    packet.passedRule = packet.rule
    packet.hook = Hook.postrouting
    if (!this.pass(this.departure, packet)) return
    this.hasLeft = true
    this.observer.onTransmit(output, packet)
    this.longWay.conclude(packet, Fate.forwarded, Drop.none)
  }

  private pass(stations: readonly Station[], packet: Packet): boolean {
    for (let i = 0; i < stations.length; i++) {
      const { note, place, run } = stations[i]!
      if (this.isNoting) {
        this.isNoting = note?.(packet) === true
        if (this.isNoting && place === Place.chain) continue
      }
      const verdict = place === Place.confirm ? this.tracking.confirm(packet) : run ? run(packet) : HookVerdict.accept
      if (verdict === HookVerdict.accept) continue
      this.longWay.stop(packet, place, verdict === HookVerdict.stolen)
      return false
    }
    return true
  }
}

const isPlain = ({ isForwarding, reversePathFilter, isAcceptingLocalSources }: InterfaceSettings): boolean =>
  isForwarding[4] && reversePathFilter === 0 && !isAcceptingLocalSources

/**
 * Decodes what the IP layer would take and nothing on its way would do anything about but forward it: IPv4 without options, whole,
 * TCP or UDP between ordinary addresses. False: {@link decode} is to look at it. Bytes `start` to `available` are at hand.
 */
function decodeEveryday(packet: Packet, available: number): boolean {
  const { bytes, start } = packet
  if (available - start < leastLength || bytes[start] !== 0x45 || bytes[start + 8]! <= 1) return false
  if (((bytes[start + 6]! & 0x3f) | bytes[start + 7]!) !== 0) return false
  const protocol = bytes[start + 9]!
  if (protocol !== Protocol.udp && protocol !== Protocol.tcp) return false
  const length = readUint16(bytes, start + 2)
  if (length < leastLength || start + length > available) return false
  if (!isOrdinary4(bytes, start + 12) || !isOrdinary4(bytes, start + 16)) return false
  if (!packet.isChecksumTrusted && fold(sumWords(bytes, start, start + headerLength)) !== 0xffff) return false
  packet.family = 4
  packet.protocol = protocol
  packet.end = start + length
  packet.transport = start + headerLength
  packet.fragmentOffset = 0
  packet.moreFragments = false
  return true
}

function behindConntrack(entries: readonly HookEntry[]): readonly Station[] | null {
  const at = entries.findIndex(({ place }) => place === Place.conntrack)
  const before = entries.slice(0, at)
  return at < 0 || before.some(({ place }) => place !== Place.defragment) ? null : entries.slice(at + 1)
}
