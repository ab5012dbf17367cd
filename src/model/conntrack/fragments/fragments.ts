/** Reassembly before tracking, at priority -400: Linux nf_defrag_ipv4 (ip_fragment.c) and nf_defrag_ipv6 (nf_conntrack_reasm.c). */

import { complement, readInt32, readUint16, sumWords, writeUint16 } from '../../bytes/index.ts'
import type { HookVerdictNumber, Packet } from '../../packet/index.ts'
import {
  decode,
  Hook,
  HookVerdict,
  Ipv4Fragment,
  ipv6FragmentHeaderLength,
  ipv6HeaderLength,
  Protocol,
  redecode,
  tcpHeaderLength,
} from '../../packet/index.ts'
import { Reason } from '../reason.ts'
import { findTransport6, found } from '../tuple.ts'
import { key4, key6, nextHeaderBefore } from './fragment-keys.ts'
import { Fit, insertPiece, joinPieces, mergedEcn, type Piece } from './fragment-pieces.ts'

/** Why a fragment did not go on; the numbers are ours. */
export const FragmentOutcome = {
  none: 0,
  waiting: 1,
  duplicate: 2,
  overlap: 3,
  corrupt: 4,
  tooLarge: 5,
  noMemory: 6,
} as const
export type FragmentOutcomeNumber = (typeof FragmentOutcome)[keyof typeof FragmentOutcome]

export interface FragmentLimits {
  /** How long a queue waits for its last fragment, in seconds. */
  readonly seconds: { readonly 4: number; readonly 6: number }
  /** Bytes that all queues of a family may take, with the kernel's bookkeeping; above, every fragment is refused. */
  readonly memory: { readonly 4: number; readonly 6: number }
  /** IPv4: so many fragments of one source may pass between two of a packet, else the packet begins anew; 0: any number. */
  readonly distance: number
}

export const defaultFragmentLimits: FragmentLimits = {
  seconds: { 4: 30, 6: 60 },
  memory: { 4: 4194304, 6: 4194304 },
  distance: 64,
}

interface Queue {
  readonly key: string
  readonly family: 4 | 6
  expires: number
  readonly hook: number
  /** IPv4: its source address, and which of that source's fragments the last one was. */
  readonly source: number
  turn: number
  /** Sorted by place; never overlapping. */
  pieces: Piece[]
  /** The whole first fragment as it arrived, or null. */
  first: Uint8Array | null
  firstPayloadAt: number
  /** Where the byte that names the first fragment's payload protocol lies, and its fragment header; IPv6 only. */
  fragmentHeader: number
  nextHeaderAt: number
  input: number
  hasLast: boolean
  length: number
  received: number
  memory: number
  largest: number
  largestUnfragmentable: number
  /** One bit for each ECN value seen. */
  ecn: number
}

/** What the kernel charges for a queue: the size of its own record (measured). */
const queueBytes = { 4: 200, 6: 184 } as const

/** What the kernel charges for a packet of so many bytes that came through a TUN device: its buffer and the buffer's record. */
function chargeOf(length: number): number {
  const needed = 64 + length + 320
  if (needed <= 576) return 576 + 256
  let size = 1024
  while (size < needed) size *= 2
  return size + 256
}

const greatestLength = 65535

/** A queue that ran out of time: its first fragment, for an ICMP time exceeded, or null when that never came. */
export interface ExpiredQueue {
  readonly first: Uint8Array | null
  readonly family: 4 | 6
  readonly hook: number
  readonly input: number
}

export class Fragments {
  /** Why the last fragment given to {@link defragment} was kept or dropped. */
  outcome: FragmentOutcomeNumber = FragmentOutcome.none
  /** Payload lengths, in order, of the fragments that the last reassembled packet came in. */
  pieceLengths: readonly number[] = []
  /** Called for each queue that times out, during {@link advance}. */
  onExpire: ((queue: ExpiredQueue) => void) | null = null
  /** Called for each IPv4 fragment that joins a queue, with its source address. */
  onPiece4: ((source: number) => void) | null = null
  /** The most bytes that have waited at once, by family. */
  readonly peak = { 4: 0, 6: 0 }
  readonly limits: FragmentLimits
  /** Number of packets waiting for fragments; asked for every packet. */
  waiting = 0
  private readonly queues = { 4: new Map<string, Queue>(), 6: new Map<string, Queue>() } as const
  private readonly memory = { 4: 0, 6: 0 }
  /** Of sources with waiting fragments: how many fragments came, and how many of their packets wait. */
  private readonly sources = new Map<number, { fragments: number; queues: number }>()
  private now = 0

  constructor(limits: FragmentLimits = defaultFragmentLimits) {
    this.limits = limits
  }

  /** Lets queues expire. Queues of a family expire in the order of their making. */
  advance(now: number): void {
    this.now = now
    this.expire(this.queues[4])
    this.expire(this.queues[6])
  }

  private expire(queues: Map<string, Queue>): void {
    for (const queue of queues.values()) {
      if (queue.expires > this.now) return
      this.forget(queue)
      this.onExpire?.({ first: queue.first, family: queue.family, hook: queue.hook, input: queue.input })
    }
  }

  /** Whether a queue that ran out of time before `now` still waits for somebody to notice, and would be reported to its sender. */
  hasOverdue(now: number, family: 4 | 6): boolean {
    for (const { expires, first } of this.queues[family].values()) if (expires <= now && first !== null) return true
    return false
  }

  private forget(queue: Queue): void {
    if (!this.queues[queue.family].delete(queue.key)) return
    this.waiting--
    this.memory[queue.family] -= queue.memory
    if (queue.family === 6) return
    const source = this.sources.get(queue.source)
    if (source && --source.queues === 0) this.sources.delete(queue.source)
  }

  /**
   * Accepts a whole packet as it is. Keeps a fragment (stolen), drops it, or, if it was the last one missing, gives `packet` the
   * reassembled bytes, decoded again, and sets `largestFragment`.
   */
  defragment(packet: Packet): HookVerdictNumber {
    // Over the loopback: it was whole and tracked on its way out.
    if (packet.entry !== 0 && packet.hook === Hook.prerouting) return HookVerdict.accept
    // `notrack` came first; the host itself puts together what is for it all the same.
    if (packet.isUntracked && packet.hook !== Hook.input) return HookVerdict.accept
    if (packet.family === 4)
      return packet.moreFragments || packet.fragmentOffset !== 0 ? this.queue4(packet) : HookVerdict.accept
    if (packet.fragmentHeader >= 0) return this.queue6(packet)
    // A fragment header that the packet ends in.
    const isCut = packet.protocol === Protocol.fragment && readUint16(packet.bytes, packet.start + 4) !== 0
    return isCut ? this.refuse(FragmentOutcome.corrupt) : HookVerdict.accept
  }

  private queue4(packet: Packet): HookVerdictNumber {
    const { bytes, start, end } = packet
    const queue = this.find(4, key4(packet), packet)
    if (!queue) return this.refuse(FragmentOutcome.noMemory)
    if (this.isTooFar(queue)) this.beginAnew(queue, packet)
    const payloadAt = start + ((bytes[start]! & 15) << 2)
    const from = packet.fragmentOffset
    let to = from + end - payloadAt
    if (!packet.moreFragments) {
      if (to < queue.length || (queue.hasLast && to !== queue.length))
        return this.discard(queue, FragmentOutcome.corrupt)
      queue.hasLast = true
      queue.length = to
    } else {
      to &= ~7
      if (to > queue.length) {
        if (queue.hasLast) return this.discard(queue, FragmentOutcome.corrupt)
        queue.length = to
      }
    }
    if (to === from) return this.discard(queue, FragmentOutcome.corrupt)
    const fit = insertPiece(queue.pieces, from, to, bytes, payloadAt)
    if (fit === Fit.overlap) return this.discard(queue, FragmentOutcome.overlap)
    if (fit === Fit.duplicate) return this.refuse(FragmentOutcome.duplicate)
    queue.received += to - from
    const size = to - from + payloadAt - start
    queue.largest = Math.max(queue.largest, size)
    if (readUint16(bytes, start + 6) & Ipv4Fragment.dontFragment)
      queue.largestUnfragmentable = Math.max(queue.largestUnfragmentable, size)
    queue.ecn |= 1 << (bytes[start + 1]! & 3)
    if (from === 0) this.keepFirst(queue, packet, payloadAt)
    this.charge(queue, chargeOf(end - start))
    return isComplete(queue) ? this.finish4(packet, queue) : this.hold()
  }

  private finish4(packet: Packet, queue: Queue): HookVerdictNumber {
    this.forget(queue)
    const first = queue.first
    const ecn = mergedEcn(queue.ecn)
    if (!first || ecn < 0) return this.refuse(FragmentOutcome.corrupt)
    const headerLength = queue.firstPayloadAt
    const length = headerLength + queue.length
    if (length > greatestLength) return this.refuse(FragmentOutcome.tooLarge)
    const whole = joinPieces(queue.pieces, queue.length, first, headerLength)
    whole[1] = whole[1]! | ecn
    writeUint16(whole, 2, length)
    writeUint16(whole, 6, queue.largestUnfragmentable === queue.largest ? Ipv4Fragment.dontFragment : 0)
    writeUint16(whole, 10, 0)
    writeUint16(whole, 10, complement(sumWords(whole, 0, headerLength)))
    return this.replace(packet, queue, whole, Math.max(queue.largest, queue.largestUnfragmentable))
  }

  private queue6(packet: Packet): HookVerdictNumber {
    const { bytes, start, end, fragmentHeader } = packet
    // The destination must report such a first fragment: it goes on as it is.
    if (readUint16(bytes, start + 4) === 0 || endsInTransportHeader(packet)) return HookVerdict.accept
    const queue = this.find(6, key6(packet), packet)
    if (!queue) return this.refuse(FragmentOutcome.noMemory)
    const payloadAt = fragmentHeader + ipv6FragmentHeaderLength
    const from = packet.fragmentOffset
    const to = from + end - payloadAt
    if (to > greatestLength) return this.refuse(FragmentOutcome.tooLarge)
    if (!packet.moreFragments) {
      if (to < queue.length || (queue.hasLast && to !== queue.length)) return this.refuse(FragmentOutcome.corrupt)
      queue.hasLast = true
      queue.length = to
    } else {
      if (to & 7) {
        // Whoever must answer with a parameter problem is the destination: the fragment goes on as it is.
        this.forget(queue)
        return HookVerdict.accept
      }
      if (to > queue.length) {
        if (queue.hasLast) return this.refuse(FragmentOutcome.corrupt)
        queue.length = to
      }
    }
    if (to === from) return this.refuse(FragmentOutcome.corrupt)
    const fit = insertPiece(queue.pieces, from, to, bytes, payloadAt)
    if (fit === Fit.overlap) return this.discard(queue, FragmentOutcome.overlap)
    if (fit === Fit.duplicate) return this.hold(FragmentOutcome.duplicate)
    queue.received += to - from
    queue.largest = Math.max(queue.largest, end - start)
    queue.ecn |= 1 << ((bytes[start + 1]! >>> 4) & 3)
    if (from === 0) {
      this.keepFirst(queue, packet, payloadAt)
      queue.fragmentHeader = fragmentHeader - start
      queue.nextHeaderAt = nextHeaderBefore(bytes, start, fragmentHeader) - start
    }
    this.charge(queue, chargeOf(end - start))
    return isComplete(queue) ? this.finish6(packet, queue) : this.hold()
  }

  private finish6(packet: Packet, queue: Queue): HookVerdictNumber {
    this.forget(queue)
    const first = queue.first
    const ecn = mergedEcn(queue.ecn)
    if (!first || ecn < 0) return this.refuse(FragmentOutcome.corrupt)
    const headersLength = queue.fragmentHeader
    const payloadLength = headersLength - ipv6HeaderLength + queue.length
    if (payloadLength > greatestLength) return this.refuse(FragmentOutcome.tooLarge)
    const whole = joinPieces(queue.pieces, queue.length, first, headersLength)
    whole[queue.nextHeaderAt] = first[queue.fragmentHeader]!
    whole[1] = whole[1]! | (ecn << 4)
    writeUint16(whole, 4, payloadLength)
    return this.replace(packet, queue, whole, queue.largest)
  }

  private find(family: 4 | 6, key: string, packet: Packet): Queue | null {
    if (this.memory[family] > this.limits.memory[family] || this.limits.memory[family] === 0) return null
    const found = this.queues[family].get(key)
    if (found) return found
    const source = family === 4 ? readInt32(packet.bytes, packet.start + 12) : 0
    const queue: Queue = {
      key,
      family,
      // While nothing waits nobody tells the time.
      expires: Math.max(this.now, packet.time) + this.limits.seconds[family] * 1000,
      hook: packet.hook,
      source,
      turn: 0,
      pieces: [],
      first: null,
      firstPayloadAt: 0,
      fragmentHeader: 0,
      nextHeaderAt: 0,
      input: packet.input,
      hasLast: false,
      length: 0,
      received: 0,
      memory: 0,
      largest: 0,
      largestUnfragmentable: 0,
      ecn: 0,
    }
    this.queues[family].set(key, queue)
    this.waiting++
    this.charge(queue, queueBytes[family])
    if (family === 4) {
      const known = this.sources.get(source)
      if (known) known.queues++
      else this.sources.set(source, { fragments: 0, queues: 1 })
    }
    return queue
  }

  /** Counts the source's fragment: whether too many of its others came since the last one of this packet (ip_frag_too_far). */
  private isTooFar(queue: Queue): boolean {
    this.onPiece4?.(queue.source)
    const source = this.sources.get(queue.source)
    if (!source || this.limits.distance === 0) return false
    const before = queue.turn
    queue.turn = ++source.fragments
    return queue.pieces.length > 0 && queue.turn - before > this.limits.distance
  }

  private beginAnew(queue: Queue, packet: Packet): void {
    // Expiry goes by the order of the map.
    this.queues[queue.family].delete(queue.key)
    this.queues[queue.family].set(queue.key, queue)
    queue.expires = Math.max(this.now, packet.time) + this.limits.seconds[queue.family] * 1000
    this.charge(queue, queueBytes[queue.family] - queue.memory)
    queue.pieces = []
    queue.first = null
    queue.hasLast = false
    queue.length = 0
    queue.received = 0
    queue.ecn = 0
  }

  private keepFirst(queue: Queue, packet: Packet, payloadAt: number): void {
    queue.first = packet.bytes.slice(packet.start, packet.end)
    queue.firstPayloadAt = payloadAt - packet.start
  }

  private charge(queue: Queue, bytes: number): void {
    queue.memory += bytes
    this.memory[queue.family] += bytes
    if (this.memory[queue.family] > this.peak[queue.family]) this.peak[queue.family] = this.memory[queue.family]
  }

  private hold(outcome: FragmentOutcomeNumber = FragmentOutcome.waiting): HookVerdictNumber {
    this.outcome = outcome
    return HookVerdict.stolen
  }

  private refuse(outcome: FragmentOutcomeNumber): HookVerdictNumber {
    this.outcome = outcome
    return HookVerdict.drop
  }

  private discard(queue: Queue, outcome: FragmentOutcomeNumber): HookVerdictNumber {
    this.forget(queue)
    return this.refuse(outcome)
  }

  private replace(packet: Packet, queue: Queue, whole: Uint8Array, largest: number): HookVerdictNumber {
    packet.bytes = whole
    packet.start = 0
    packet.end = whole.length
    packet.link = -1
    packet.fragmentOffset = 0
    packet.moreFragments = false
    packet.fragmentHeader = -1
    // The header was checked when the fragments came; decode finds the headers of a whole packet.
    if (decode(packet, whole.length) !== 0) redecode(packet)
    packet.largestFragment = largest
    this.pieceLengths = queue.pieces.map((piece) => piece.to - piece.from)
    this.outcome = FragmentOutcome.none
    return HookVerdict.accept
  }
}

const isComplete = (queue: Queue): boolean => queue.hasLast && queue.first !== null && queue.received === queue.length

/** RFC 8200 section 4.5: whether a first fragment ends before its transport header does (Linux ipv6frag_thdr_truncated). */
export function endsInTransportHeader(packet: Packet): boolean {
  const { bytes, start, end } = packet
  // The last extension header may itself lie beyond the end.
  if (findTransport6(bytes, start, end) !== Reason.none) return false
  const { protocol, transport } = found
  const needed =
    protocol === Protocol.tcp ? tcpHeaderLength : protocol === Protocol.udp || protocol === Protocol.icmpv6 ? 8 : 1
  return transport + needed > end
}
