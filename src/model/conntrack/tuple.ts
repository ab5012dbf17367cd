/** A tuple: one direction's addresses and ports, as found in a packet. It has the layout that it has in an entry's record. */

import { readInt32, readUint16 } from '../bytes/index.ts'
import { isExtensionHeader, Protocol } from '../packet/index.ts'
import { isVersion6, tupleWords } from './entry.ts'
import type { GreKeys } from './gre-keys.ts'
import { invertIcmpType, invertIcmpv6Type } from './icmp-types.ts'
import { Reason } from './reason.ts'

/** Source address, destination address (1 word each in IPv4, 4 in IPv6), then source and destination port in one word. */
export type Tuple = Int32Array

export const makeTuple = (): Tuple => new Int32Array(9)

/** Copies the addresses of the network header at `start`. */
export function readAddresses(bytes: Uint8Array, start: number, kind: number, tuple: Tuple): void {
  if (kind & isVersion6) {
    for (let i = 0; i < 8; i++) tuple[i] = readInt32(bytes, start + 8 + 4 * i)
    return
  }
  tuple[0] = readInt32(bytes, start + 12)
  tuple[1] = readInt32(bytes, start + 16)
}

/**
 * Copies what stands for ports: for TCP, UDP, UDP-Lite, SCTP the ports; for ICMP the identifier as source and type and code as
 * destination; for PPTP's GRE the call ids; else nothing. The transport header is at `transport`, the packet ends at `end`.
 * Returns 0 or a {@link Reason}.
 */
export function readPorts(
  bytes: Uint8Array,
  transport: number,
  end: number,
  kind: number,
  tuple: Tuple,
  greKeys: GreKeys,
): number {
  const protocol = kind & 0xff
  const at = kind & isVersion6 ? 8 : 2
  switch (protocol) {
    case Protocol.tcp:
    case Protocol.udp:
    case Protocol.sctp:
    case Protocol.udplite:
      if (transport + 4 > end) return Reason.shortHeader
      tuple[at] = readInt32(bytes, transport)
      return Reason.none
    case Protocol.icmp:
    case Protocol.icmpv6:
      if (transport + 8 > end) return Reason.shortHeader
      tuple[at] = (readUint16(bytes, transport + 4) << 16) | readUint16(bytes, transport)
      return Reason.none
    case Protocol.gre:
      return readGreKeys(bytes, transport, end, kind, tuple, greKeys)
    default:
      tuple[at] = 0
      return Reason.none
  }
}

/** Only version 1 (PPTP, RFC 2637) has keys: the receiver's in the packet, the sender's known from the control connection. */
function readGreKeys(
  bytes: Uint8Array,
  transport: number,
  end: number,
  kind: number,
  tuple: Tuple,
  greKeys: GreKeys,
): number {
  const at = kind & isVersion6 ? 8 : 2
  tuple[at] = 0
  if (transport + 4 > end || (bytes[transport + 1]! & 7) !== 1) return Reason.none
  if (transport + 8 > end) return Reason.none
  if (readUint16(bytes, transport + 2) !== 0x880b) return Reason.greNotPpp
  const receiver = readUint16(bytes, transport + 6)
  const sender = kind & isVersion6 ? 0 : greKeys.sourceKey(tuple[0]!, tuple[1]!, receiver)
  tuple[at] = (sender << 16) | receiver
  return Reason.none
}

/** Writes the tuple of the answer to `from` into `to`. False where no answer can be: an ICMP type that is no request or reply. */
export function invertTuple(from: Tuple, kind: number, to: Tuple): boolean {
  const words = tupleWords(kind)
  const half = (words - 1) >> 1
  for (let i = 0; i < half; i++) {
    to[i] = from[half + i]!
    to[half + i] = from[i]!
  }
  const ports = from[words - 1]!
  const protocol = kind & 0xff
  if (protocol !== Protocol.icmp && protocol !== Protocol.icmpv6) {
    to[words - 1] = (ports << 16) | (ports >>> 16)
    return true
  }
  const type = (ports >>> 8) & 0xff
  const inverse = protocol === Protocol.icmp ? invertIcmpType(type) : invertIcmpv6Type(type)
  to[words - 1] = (ports & 0xffff00ff) | (inverse << 8)
  return inverse >= 0
}

/** Spreads a tuple over 32 bits. `zone` is the zone of its direction. */
export const hashTuple = (words: Int32Array, at: number, kind: number, zone: number): number =>
  kind & isVersion6
    ? hashTuple6(words, at, kind, zone)
    : hashTuple4(words[at]!, words[at + 1]!, words[at + 2]!, kind, zone)

export function hashTuple4(source: number, destination: number, ports: number, kind: number, zone: number): number {
  let hash = Math.imul(kind | (zone << 9), 0x27d4eb2f)
  hash ^= Math.imul(source, 0x9e3779b1) ^ Math.imul(destination, 0x85ebca77) ^ Math.imul(ports, 0xc2b2ae3d)
  hash = Math.imul(hash ^ (hash >>> 15), 0x2c1b3c6d)
  return hash ^ (hash >>> 13)
}

function hashTuple6(words: Int32Array, at: number, kind: number, zone: number): number {
  let hash = Math.imul(kind | (zone << 9), 0x27d4eb2f)
  for (let i = 0; i < 9; i++) hash = Math.imul(hash ^ words[at + i]!, 0x9e3779b1) ^ (hash >>> 15)
  hash = Math.imul(hash ^ (hash >>> 15), 0x2c1b3c6d)
  return hash ^ (hash >>> 13)
}

/** Where the transport header of an IPv6 packet begins, and its protocol: found as conntrack does (ipv6_skip_exthdr). */
export const found = { transport: 0, protocol: 0 }

/** Follows extension headers into {@link found}. "No next header", a later fragment or a cut chain gives a {@link Reason}. */
export function findTransport6(bytes: Uint8Array, start: number, end: number): number {
  let protocol = bytes[start + 6]!
  let at = start + 40
  while (isExtensionHeader(protocol) || protocol === Protocol.none) {
    if (protocol === Protocol.none || at + 2 > end) return Reason.extensionHeaders
    const next = bytes[at]!
    if (protocol === Protocol.fragment) {
      if (at + 4 > end) return Reason.extensionHeaders
      if ((readUint16(bytes, at + 2) & 0xfff8) !== 0) return Reason.laterFragment
      at += 8
    } else if (protocol === Protocol.authentication) at += (bytes[at + 1]! + 2) << 2
    else at += (bytes[at + 1]! + 1) << 3
    protocol = next
  }
  found.transport = at
  found.protocol = protocol
  return Reason.none
}

/** The same for IPv4. As in the kernel neither version nor lengths are judged: only that the header lies inside the packet. */
export function findTransport4(bytes: Uint8Array, start: number, end: number): number {
  if (start + 20 > end) return Reason.networkHeader
  if ((readUint16(bytes, start + 6) & 0x1fff) !== 0) return Reason.laterFragment
  found.transport = start + ((bytes[start]! & 15) << 2)
  found.protocol = bytes[start + 9]!
  return found.transport > end ? Reason.networkHeader : Reason.none
}
