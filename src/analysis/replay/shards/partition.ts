/**
 * Which part of the traffic a packet belongs to. All that conntrack binds to a packet lies between the two hosts that it speaks of:
 * those of its addresses, or of the packet that an ICMP error quotes. Pairs of hosts are spread over a fixed number of parts, so
 * that what is kept by part does not depend on how many workers share the parts.
 */

import { readInt32, readUint16 } from '../../../model/bytes/index.ts'
import { findTransport6, found, isIcmpError, isIcmpv6Error, Reason } from '../../../model/conntrack/index.ts'
import { Icmpv6Type, icmpHeaderLength, Protocol } from '../../../model/packet/index.ts'
import type { IpView } from '../ip-view.ts'

export const partitions = 16

/** Of a frame without an IP packet. */
export const noPartition = 0

/** Whose of `workers` a part is. */
export const workerOf = (partition: number, workers: number): number => partition % workers

/** What is left of 32 bits. */
const partShift = 28

/** Of two hosts, in either order: each word of one address with the same word of the other. */
const mixPair = (hash: number, one: number, other: number): number => {
  // The sum keeps apart what the difference alone does not: 10.0.0.1 with 10.1.0.1 from 10.0.0.2 with 10.1.0.2.
  const mixed = Math.imul(hash ^ one ^ other, 0x9e3779b1) ^ Math.imul((one + other) | 0, 0x85ebca77)
  return Math.imul(mixed ^ (mixed >>> 15), 0x2c1b3c6d)
}

/** By two IPv4 addresses as words. */
export const partitionOfPair4 = (one: number, other: number): number => mixPair(0, one, other) >>> partShift

/** By two IPv6 addresses, one behind the other. */
export function partitionOfPair6(bytes: Uint8Array, at: number): number {
  let hash = 0
  for (let i = 0; i < 16; i += 4) hash = mixPair(hash, readInt32(bytes, at + i), readInt32(bytes, at + 16 + i))
  return hash >>> partShift
}

/** By addresses as conntrack keeps them: one word each, or four. */
export function partitionOfWords(one: Int32Array, other: Int32Array, words: 1 | 4): number {
  let hash = 0
  for (let i = 0; i < words; i++) hash = mixPair(hash, one[i]!, other[i]!)
  return hash >>> partShift
}

/** Fragments go by their own addresses, also those of an ICMP error: the other pieces do not show what it quotes. */
export function partitionOf(view: IpView): number {
  if (view.family === 4) return partitionOf4(view)
  return view.family === 6 ? partitionOf6(view) : noPartition
}

const ipv4Length = 20
const ipv6Length = 40

function partitionOf4(view: IpView): number {
  const { bytes, source, transport, available } = view
  if (view.protocol === Protocol.icmp && transport >= 0 && !view.isFragment && isIcmpError(bytes[transport]!)) {
    const quoted = transport + icmpHeaderLength
    if (quoted + ipv4Length <= available)
      return partitionOfPair4(readInt32(bytes, quoted + 12), readInt32(bytes, quoted + 16))
  }
  return partitionOfPair4(readInt32(bytes, source), readInt32(bytes, source + 4))
}

function partitionOf6(view: IpView): number {
  const { bytes, start, available } = view
  const isPlain = view.protocol === Protocol.tcp || view.protocol === Protocol.udp
  if (!isPlain && findTransport6(bytes, start, available) === Reason.none && found.protocol === Protocol.icmpv6) {
    const quoted = hasFragmentHeader(view, found.transport) ? -1 : quotedAt6(bytes, found.transport, available)
    if (quoted >= 0 && quoted + ipv6Length <= available) return partitionOfPair6(bytes, quoted + 8)
  }
  return partitionOfPair6(bytes, view.source)
}

/** Where the packet that an ICMPv6 error quotes begins; -1: it quotes none. */
function quotedAt6(bytes: Uint8Array, transport: number, available: number): number {
  if (transport + icmpHeaderLength > available) return -1
  const type = bytes[transport]!
  if (type !== Icmpv6Type.redirect) return isIcmpv6Error(type) ? transport + icmpHeaderLength : -1
  // Behind target and destination, in an option (RFC 4861 section 4.5).
  const option = transport + icmpHeaderLength + 32
  return option + 8 <= available && bytes[option] === 4 ? option + 8 : -1
}

/** Whether the chain of extension headers up to `transport` has one for fragments. */
function hasFragmentHeader(view: IpView, transport: number): boolean {
  const { bytes, start } = view
  let protocol = view.protocol
  for (let at = start + ipv6Length; at < transport; ) {
    if (protocol === Protocol.fragment) return true
    const next = bytes[at]!
    at += protocol === Protocol.authentication ? (bytes[at + 1]! + 2) << 2 : (bytes[at + 1]! + 1) << 3
    protocol = next
  }
  return false
}

/** The same for an everyday Ethernet frame, from its bytes alone; -1: that takes a closer look ({@link partitionOf}). */
export function partitionOfFrame(bytes: Uint8Array, view: DataView, at: number, length: number): number {
  if (length < 34) return -1
  const type = readUint16(bytes, at + 12)
  if (type === 0x0800) {
    const isPlain = bytes[at + 14]! >>> 4 === 4 && bytes[at + 23] !== Protocol.icmp
    return isPlain ? partitionOfPair4(view.getInt32(at + 26), view.getInt32(at + 30)) : -1
  }
  if (type !== 0x86dd || length < 54 || bytes[at + 14]! >>> 4 !== 6) return -1
  const next = bytes[at + 20]
  return next === Protocol.tcp || next === Protocol.udp ? partitionOfPair6(bytes, at + 22) : -1
}
