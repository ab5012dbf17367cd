/** One packet on its way through the host: where its bytes lie, what was decoded once, and what netfilter attached to it. */

import { printAddress } from '../bytes/index.ts'
import type { Template } from './template.ts'

/** How the link layer addressed the frame; the numbers are the kernel's PACKET_*. */
export const PacketType = { host: 0, broadcast: 1, multicast: 2, other: 3, outgoing: 4, loopback: 5 } as const

const noBytes = new Uint8Array(0)

/**
 * Reused from packet to packet, never allocated on the established path. The walk owns `bytes` from `start` to `end` while it
 * lasts and rewrites them in place (TTL, mangling); whoever needs the original copies it before.
 */
export class Packet {
  bytes: Uint8Array = noBytes
  /** Offset of the network header. */
  start = 0
  /** Offset behind the last byte of the network packet, as its own length field says. */
  end = 0
  /** Offset of the link-layer header, or -1 when there is none (point-to-point IP devices). */
  link = -1
  /** 4 or 6; 0 before {@link decode}. */
  family: 0 | 4 | 6 = 0
  /** Transport protocol number, behind any IPv6 extension headers. */
  protocol = 0
  /** Offset of the transport header; -1 in a later fragment or where extension headers cannot be followed. */
  transport = -1
  /** Offset of this fragment in its packet, in bytes; 0 in a whole packet or first fragment. */
  fragmentOffset = 0
  moreFragments = false
  /** Offset of the IPv6 fragment header, or -1. */
  fragmentHeader = -1
  /** Largest fragment that this packet was reassembled from, network header included, in bytes; 0 when it arrived whole. */
  largestFragment = 0

  /**
   * Bytes from the transport header on that had to lie together to be read or rewritten: when the first fragment of a reassembled
   * packet is shorter, its fragments are joined for good, and later cut anew (Linux skb_ensure_writable, skb_linearize).
   */
  joinedLength = 0

  /** The hook that it is on now (a {@link HookNumber}). */
  hook = 0
  /** Index of the interface it came in by; 0: none, this host made it. */
  input = 0
  /** Index of the interface it leaves by; 0: not known (yet). */
  output = 0
  mark = 0
  priority = 0
  packetType = 0
  /** Model time in milliseconds. */
  time = 0
  /** Number of the packet in its scenario or replay, from 1; packets that the host makes carry their cause's number. */
  number = 0
  /** User and group of the local socket that sent it; -1 when forwarded or unknown. */
  userId = -1
  groupId = -1
  /** True when checksums were not captured faithfully (cut by a snap length, left to the network card): never verified then. */
  isChecksumTrusted = false
  /** True when whoever hands the packet in has summed the transport segment and found it right: conntrack need not sum it again. */
  isChecksumVerified = false
  /**
   * NAT has rewritten the payload, or a rule made this reset: the kernel leaves the checksum to whoever sends it (CHECKSUM_PARTIAL). Only
   * errors that quote the packet show that; everything else here has the checksum that it will have.
   */
  isChecksumPending = false

  /** Heap handle of the conntrack entry (conntrack/entry.ts); 0: none is attached. */
  entry = 0
  /** A {@link State} bit of conntrack; 0 before conntrack has seen it. */
  state = 0
  /** True when the packet runs against the direction in which its entry was opened. */
  isReply = false
  /** True when conntrack attached nothing on purpose (notrack, neighbour discovery). */
  isUntracked = false
  /** Zone of each direction, as the template says. */
  zoneOriginal = 0
  zoneReply = 0
  /** What a rule before conntrack asked of tracking; null: nothing. */
  template: Template | null = null
  /** Code of conntrack's reason for INVALID (conntrack/reason.ts); 0 otherwise. */
  reason = 0

  /** Identity of the rule that decided (rules/ruleset.ts); 0: none did; negative: policy of that base chain. */
  rule = 0
  /** {@link rule} as it was when the packet had passed input, forward or output: postrouting comes behind. 0: it did not. */
  passedRule = 0

  /** The bytes up to `at` had to lie together. */
  joinTo(at: number): void {
    if (this.largestFragment !== 0 && at - this.transport > this.joinedLength) this.joinedLength = at - this.transport
  }

  /** Forgets what a former packet left here; the caller then sets bytes, start and end, and decodes. */
  reset(): void {
    this.link = -1
    this.family = 0
    this.protocol = 0
    this.transport = -1
    this.fragmentOffset = 0
    this.moreFragments = false
    this.fragmentHeader = -1
    this.largestFragment = 0
    this.joinedLength = 0
    this.input = 0
    this.output = 0
    this.mark = 0
    this.priority = 0
    this.packetType = 0
    this.userId = -1
    this.groupId = -1
    this.isChecksumTrusted = false
    this.isChecksumVerified = false
    this.isChecksumPending = false
    this.entry = 0
    this.state = 0
    this.isReply = false
    this.isUntracked = false
    this.zoneOriginal = 0
    this.zoneReply = 0
    this.template = null
    this.reason = 0
    this.rule = 0
    this.passedRule = 0
  }
}

/** Bytes of an address of the packet's family: 4 or 16. */
export const addressLength = (packet: Packet): number => (packet.family === 4 ? 4 : 16)

/** Offset of the source address; the destination follows it. */
export const sourceAt = (packet: Packet): number => packet.start + (packet.family === 4 ? 12 : 8)

export const destinationAt = (packet: Packet): number => packet.start + (packet.family === 4 ? 16 : 24)

export const sourceText = (packet: Packet): string =>
  printAddress(packet.bytes, sourceAt(packet), addressLength(packet))

export const destinationText = (packet: Packet): string =>
  printAddress(packet.bytes, destinationAt(packet), addressLength(packet))
