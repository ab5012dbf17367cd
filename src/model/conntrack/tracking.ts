/** The first of conntrack's two hooks (nf_conntrack_in): which entry a packet belongs to, and what its state is. */

import { readInt32 } from '../bytes/index.ts'
import { bareTemplate, HookVerdict, type HookVerdictNumber, type Packet, Protocol } from '../packet/index.ts'
import { Assigning } from './assigning.ts'
import { Flag, tupleKind, tupleWords, Word } from './entry.ts'
import { IcmpAnswer, judgeIcmp } from './icmp-error.ts'
import { type CourseBook, type PacketRows, Row, rowWords, takeFrom } from './packet-rows.ts'
import { Reason } from './reason.ts'
import { allChanges, Change, State, Status } from './status.ts'
import * as generic from './trackers/generic.ts'
import * as gre from './trackers/gre.ts'
import * as icmp from './trackers/icmp.ts'
import * as icmpv6 from './trackers/icmpv6.ts'
import * as sctp from './trackers/sctp.ts'
import * as tcp from './trackers/tcp.ts'
import { Answer, type Tracker } from './trackers/tracker.ts'
import * as udp from './trackers/udp.ts'
import * as udplite from './trackers/udplite.ts'
import {
  findTransport4,
  findTransport6,
  found,
  hashTuple,
  invertTuple,
  makeTuple,
  readAddresses,
  readPorts,
} from './tuple.ts'

/** All other protocols are `generic`. */
const trackers: Readonly<Record<number, Tracker>> = {
  [Protocol.icmp]: icmp,
  [Protocol.tcp]: tcp,
  [Protocol.udp]: udp,
  [Protocol.gre]: gre,
  [Protocol.icmpv6]: icmpv6,
  [Protocol.sctp]: sctp,
  [Protocol.udplite]: udplite,
}

/** How many buckets are looked through to make room. */
const earlyDropBuckets = 8

export class PacketTracking extends Assigning {
  protected readonly tuple: Int32Array = makeTuple()
  protected readonly inverse: Int32Array = makeTuple()
  /** The entry that was made last, and how often the table had changed then. */
  protected opened = 0
  protected changesAtOpening = 0

  /** Moves the clock (milliseconds, never back): entries and expectations whose time has come go, with their events. */
  advance(now: number): void {
    this.moveClock(now)
    this.expireExpectations()
  }

  /** At priority -200 of prerouting and output: sets entry, state, isReply, and the reason of an INVALID packet. */
  track(packet: Packet): HookVerdictNumber {
    // The loopback's second pass, what this host made about another packet, and notrack.
    if (packet.entry !== 0 || packet.isUntracked) return HookVerdict.accept
    packet.reason = Reason.none
    return this.trackKnown(packet) ? HookVerdict.accept : this.trackAnew(packet)
  }

  /**
   * The everyday case: a packet, not tracked yet, of a TCP or UDP flow over IPv4 that is known. False: {@link track} must look at
   * it, and finds it as it was but for state and reason, which it sets itself.
   */
  trackKnown(packet: Packet): boolean {
    const link = this.findKnown(packet)
    return link !== 0 && this.follow(packet, link, packet.protocol, packet.transport) !== Answer.repeat
  }

  /** The link (`handle | direction`) of the entry alive whose tuple in zone 0 has these words, hashed by `hashTuple4`; 0: there is none. */
  findHashed(hash: number, source: number, destination: number, ports: number, protocol: number): number {
    const link = this.probe4(hash, source, destination, ports, protocol, 0, 0)
    return link === 0 || this.isExpired(link & ~1) ? 0 : link
  }

  /** The same for the packet at `i`, behind `lookAhead`. */
  liveLinkAt(rows: PacketRows, i: number): number {
    const link = this.linkAt(rows.words, i * rowWords)
    return link === 0 || this.isExpired(link & ~1) ? 0 : link
  }

  /** The same as {@link trackKnown} for a packet whose link was found. */
  trackFound(packet: Packet, link: number): boolean {
    return this.follow(packet, link, packet.protocol, packet.transport) !== Answer.repeat
  }

  /**
   * All that {@link trackFound} and {@link confirm} do with packets of established connections that have a course and that no helper
   * reads, from `from` on, each at its time. Answers where the first one is that is another one. `packet` was reset, and becomes the TCP packets on
   * the way. It is given back without a state, and only time has passed for the last one; or it is that one, and INVALID: it is tracked already,
   * but where it has no reason {@link trackNew} has to look at it.
   */
  passKnown(rows: PacketRows, packet: Packet, from: number, to: number, book: CourseBook): number {
    const { times, words } = rows
    // Nothing on the way makes room for entries.
    const entries = this.words
    for (let i = from; i < to; i++) {
      const row = i * rowWords
      const input = words[row + Row.input]!
      words[row + Row.course] = 0
      if (input === 0) return i
      this.advance(times[i]!)
      const link = this.linkAt(words, row)
      const entry = link & ~1
      const flags = entries[entry + Word.flags]!
      if (link === 0 || this.isExpired(entry) || (flags & allChanges) !== 0) return i
      if ((flags & Flag.hasSide) !== 0 && this.isTreated(entry)) return i
      const course = this.course(link)
      const length = words[row + Row.length]!
      if (!book.isFor(course, input, length)) return i
      if (words[row + Row.protocol] === Protocol.udp) {
        if (!udp.renew(this, entry, entries[entry + Word.status]!, flags, (link & 1) !== 0, length)) return i
      } else if (!this.passSegment(rows, i, packet, link)) return i
      book.count(course, length)
      words[row + Row.course] = course
      words[row + Row.owner] = entries[entry + Word.owner]!
    }
    return to
  }

  private passSegment(rows: PacketRows, i: number, packet: Packet, link: number): boolean {
    takeFrom(rows, i, packet)
    if (this.follow(packet, link, Protocol.tcp, packet.transport) !== Answer.accept) return false
    const entry = link & ~1
    packet.entry = 0
    packet.state = 0
    packet.isReply = false
    if ((this.words[entry + Word.flags]! & allChanges) !== 0) this.deliver(entry)
    return true
  }

  /** 0 sends the packet the long way, which covers everything. */
  private findKnown(packet: Packet): number {
    const { bytes, start, protocol, transport } = packet
    if (packet.family !== 4 || (protocol !== Protocol.tcp && protocol !== Protocol.udp)) return 0
    if (transport < 0 || transport + 4 > packet.end) return 0
    const source = readInt32(bytes, start + 12)
    const destination = readInt32(bytes, start + 16)
    const ports = readInt32(bytes, transport)
    const link = this.find4(source, destination, ports, protocol, packet.zoneOriginal, packet.zoneReply)
    return link !== 0 && !this.isExpired(link & ~1) ? link : 0
  }

  private trackAnew(packet: Packet): HookVerdictNumber {
    packet.state = State.invalid
    packet.isReply = false
    const unreadable = this.locate(packet)
    if (unreadable !== Reason.none) return invalid(packet, unreadable)
    const { transport, protocol } = found
    if ((protocol === Protocol.icmp && packet.family === 4) || (protocol === Protocol.icmpv6 && packet.family === 6)) {
      const answer = judgeIcmp(this, packet, transport)
      if (answer === IcmpAnswer.settled) return HookVerdict.accept
      if (answer !== IcmpAnswer.ordinary) return invalid(packet, answer)
    }
    const kind = tupleKind(packet.family, protocol)
    readAddresses(packet.bytes, packet.start, kind, this.tuple)
    const portless = readPorts(packet.bytes, transport, packet.end, kind, this.tuple, this.greKeys)
    if (portless !== Reason.none) return invalid(packet, portless)
    return this.trackTuple(packet, kind, protocol, transport)
  }

  /** {@link track} for the packet at `i`, made from it, that no entry alive is for. */
  trackNew(rows: PacketRows, i: number, packet: Packet): HookVerdictNumber {
    const { tuple } = this
    const row = i * rowWords
    tuple[0] = rows.words[row + Row.source]!
    tuple[1] = rows.words[row + Row.destination]!
    tuple[2] = rows.words[row + Row.ports]!
    packet.state = State.invalid
    packet.isReply = false
    packet.reason = Reason.none
    return this.trackTuple(packet, packet.protocol, packet.protocol, packet.transport)
  }

  /** Of the tuple at hand. */
  private trackTuple(packet: Packet, kind: number, protocol: number, transport: number): HookVerdictNumber {
    for (;;) {
      const known = this.lookUp(this.tuple, kind, packet.zoneOriginal, packet.zoneReply)
      const link = known === 0 ? this.open(packet, kind) : known
      if (link === 0) return invalid(packet, Reason.icmpNotRequest)
      if (link < 0) return refuse(packet, Reason.tableFull)
      if (this.follow(packet, link, protocol, transport) !== Answer.repeat) return HookVerdict.accept
    }
  }

  /** Fills `found`. Extension headers are followed by conntrack's own rules, which differ from those of nftables. */
  protected locate(packet: Packet): number {
    const { bytes, start, end } = packet
    return packet.family === 6 ? findTransport6(bytes, start, end) : findTransport4(bytes, start, end)
  }

  /** Moves the entry on, and sets the packet's state; the tracker's answer. */
  private follow(packet: Packet, link: number, protocol: number, transport: number): number {
    const entry = link & ~1
    const isReply = (link & 1) !== 0
    const status = this.words[entry + Word.status]!
    packet.isReply = isReply
    const answer = this.advanceTracker(packet, entry, protocol, transport)
    if (answer !== Answer.accept) {
      packet.isReply = false
      packet.state = State.invalid
      if (answer !== Answer.repeat) packet.reason = answer
      return answer
    }
    packet.entry = entry
    if (isReply || (status & Status.seenReply) !== 0) packet.state = State.established
    else packet.state = status & Status.expected ? State.related : State.new
    if (isReply && (status & Status.seenReply) === 0) {
      this.words[entry + Word.status]! |= Status.seenReply
      this.words[entry + Word.flags]! |= Change.reply
    }
    return answer
  }

  private advanceTracker(packet: Packet, entry: number, protocol: number, transport: number): number {
    // Called by name, the two that nearly all packets belong to can be compiled into one piece.
    if (protocol === Protocol.udp) return udp.advance(this, packet, entry, transport)
    if (protocol === Protocol.tcp) return tcp.advance(this, packet, entry, transport)
    return (trackers[protocol] ?? generic).advance(this, packet, entry, transport)
  }

  /** A new, unconfirmed entry for the tuple at hand, or 0 if nothing can answer it, or -1 if the table is full. */
  private open(packet: Packet, kind: number): number {
    const { tuple, inverse } = this
    if (!invertTuple(tuple, kind, inverse)) return 0
    const { maximumEntries } = this.settings
    if (maximumEntries > 0 && this.count >= maximumEntries && !this.makeRoom(kind, packet.zoneOriginal)) return -1
    const entry = this.create(kind)
    if (entry === 0) return -1
    this.opened = entry
    this.changesAtOpening = this.changes
    const size = tupleWords(kind)
    const { words } = this
    for (let i = 0; i < size; i++) {
      words[entry + Word.tuples + i] = tuple[i]!
      words[entry + Word.tuples + size + i] = inverse[i]!
    }
    words[entry + Word.zones] = packet.zoneOriginal | (packet.zoneReply << 16)
    const { template } = packet
    if (template !== null && template !== bareTemplate) this.applyTemplate(entry, template)
    const isExpected = this.expectationCount > 0 && this.fulfil(packet, entry, this.tuple, kind)
    if (!isExpected && (template?.helper || this.settings.isHelperAutomatic)) this.assignFirstHelper(entry, template)
    return entry
  }

  /**
   * Early drop (early_drop): from the tuple's own bucket on, the unassured entries of the first of eight that has any. Which entries
   * share a bucket is the model's own choice: in Linux the hash has a random key.
   */
  private makeRoom(kind: number, zone: number): boolean {
    const { buckets } = this.settings
    const home = hashTuple(this.tuple, 0, kind, zone)
    for (let i = 0; i < earlyDropBuckets; i++) {
      let dropped = 0
      for (const entry of this.inBucket((home + i) & (buckets - 1), buckets)) {
        if (this.isExpired(entry)) this.kill(entry)
        else if ((this.status(entry) & Status.assured) === 0 && this.kill(entry)) dropped++
      }
      if (dropped > 0) return true
    }
    this.pressHard()
    return false
  }
}

function invalid(packet: Packet, reason: number): HookVerdictNumber {
  packet.reason = reason
  return HookVerdict.accept
}

export function refuse(packet: Packet, reason: number): HookVerdictNumber {
  packet.reason = reason
  return HookVerdict.drop
}
