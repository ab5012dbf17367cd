/** ICMP errors that this host makes (Linux icmp_send, icmp6_send): which packets get one, what it quotes, who signs it. */

import { fold, sumPseudoHeader, writeUint16, writeUint32 } from '../bytes/index.ts'
import {
  isAny4,
  isAny6,
  isLinkLocal6,
  isLoopback4,
  isMulticast6,
  isUsable,
  loopbackIndex,
  RouteType,
  selectAddress4,
} from '../host/index.ts'
import type { Packet } from '../packet/index.ts'
import {
  addressLength,
  Hook,
  icmpHeaderLength,
  ipv4HeaderLength,
  ipv6HeaderLength,
  PacketType,
  Protocol,
  sourceAt,
} from '../packet/index.ts'
import type { Box } from './box.ts'
import { answeringAddress, echoOptions } from './ip-options.ts'
import { copyAddress, finishMade, hopLimitOf, pseudo6, writeChecksum, writeIpv4, writeIpv6 } from './write-header.ts'

/** How far the cause had come when the error is made. */
export interface ErrorManner {
  /** Its IPv4 options are echoed if they lie in front of this offset in its header. */
  readonly optionsLimit: number
  /** Whether its destination was looked up: then broadcasts get no error. */
  readonly isRouted: boolean
  /** Whether it still has its entry; if not, conntrack must find what the error is about by itself. */
  readonly isAttached: boolean
}

export const routed: ErrorManner = { optionsLimit: 60, isRouted: true, isAttached: true }
export const unrouted: ErrorManner = { optionsLimit: 0, isRouted: false, isAttached: true }
export const detached: ErrorManner = { optionsLimit: 60, isRouted: true, isAttached: false }

/** RFC 1812 section 4.3.2.3: an IPv4 error is at most so long. */
const longestError4 = 576

/** RFC 4443 section 3: an ICMPv6 error fits the minimum MTU. */
const longestError6 = 1280

/** No error is sent about these: errors, and what nobody has assigned or the kernel does not take (its table `icmp_pointers`). */
const unansweredTypes4: readonly number[] = [1, 2, 3, 4, 5, 6, 7, 9, 10, 11, 12]

const largestIcmpType = 18

/** No error about later fragments, broadcasts and multicasts, nor about ICMP errors and types that nobody knows. */
function mayHaveError4(box: Box, cause: Packet, isRouted: boolean): boolean {
  if (cause.packetType !== PacketType.host || cause.fragmentOffset !== 0) return false
  const type = box.host.addressType(4, cause.bytes, cause.start + 16)
  // Before routing the kernel does not know the address for a broadcast one.
  if (isRouted && (type === RouteType.broadcast || type === RouteType.multicast)) return false
  if (cause.protocol !== Protocol.icmp) return true
  const inner = cause.bytes[cause.transport]
  return (
    cause.transport < cause.end && inner !== undefined && inner <= largestIcmpType && !unansweredTypes4.includes(inner)
  )
}

function sourceOfError4(box: Box, cause: Packet, isRouted: boolean): Uint8Array | null {
  const { bytes, start } = cause
  // Before routing the kernel has only looked up the way back: it does not know that the destination is an address of its own.
  if (!isRouted && cause.input !== loopbackIndex)
    return box.host.selectSource(4, box.host.route(4, bytes, start + 12), bytes, start + 12)
  const isOwn = box.host.addressType(4, bytes, start + 16) === RouteType.local
  if (cause.hook === Hook.prerouting && isLoopback4(bytes, start + 16) && cause.input > loopbackIndex)
    return box.host.selectSource(4, box.host.route(4, bytes, start + 12), bytes, start + 12)
  if (!isOwn && cause.input !== 0 && box.host.settings.isUsingInboundAddressForErrors) {
    return selectAddress4(box.host.interfaces[cause.input - 1], bytes, start + 12, box.host.interfaces)
  }
  return answeringAddress(box, cause)
}

/** `info` is what stands in bytes 4 to 7: an MTU, a pointer, or 0. */
export function sendError4(
  box: Box,
  cause: Packet,
  type: number,
  code: number,
  info: number,
  manner: ErrorManner = routed,
): void {
  if (box.isSendingIcmp || !mayHaveError4(box, cause, manner.isRouted)) return
  const { bytes, start } = cause
  const source = sourceOfError4(box, cause, manner.isRouted)
  // To nobody is to the host itself.
  const isToNobody = source !== null && isAny4(bytes, start + 12)
  const route = isToNobody ? box.host.route(4, source, 0) : box.host.route(4, bytes, start + 12)
  if (!isUsable(route.type) || !source) return
  const options = echoOptions(cause, source, manner.optionsLimit)
  const headerLength = ipv4HeaderLength + options.length
  const room = Math.min(longestError4, route.mtu) - headerLength - icmpHeaderLength
  if (room <= ipv4HeaderLength) return
  const quoted = Math.min(room, cause.end - start)
  const length = headerLength + icmpHeaderLength + quoted
  const made = box.make(cause, length)
  if (!made) return
  copyAddress(source, 0, made.bytes, 12, 4)
  if (isToNobody) copyAddress(source, 0, made.bytes, 16, 4)
  else copyAddress(bytes, start + 12, made.bytes, 16, 4)
  made.bytes.set(options, ipv4HeaderLength)
  writeIpv4(made, {
    length,
    headerLength,
    tos: 0xc0 | (bytes[start + 1]! & 0x1e),
    id: box.random() * 0x10000,
    dontFragment: false,
    ttl: box.host.settings.timeToLive,
    protocol: Protocol.icmp,
  })
  writeError(made, headerLength, type, code, info)
  quote(cause, quoted, made, headerLength + icmpHeaderLength)
  writeChecksum(made.bytes, headerLength, length, headerLength + 2, 0)
  finishMade(made)
  if (manner.isAttached) box.tracking.attach(made, cause)
  box.sendMade(made, route)
}

function writeError(made: Packet, at: number, type: number, code: number, info: number): void {
  made.bytes[at] = type
  made.bytes[at + 1] = code
  writeUint32(made.bytes, at + 4, info)
}

/** A checksum that is still to be written holds the sum of the pseudo header alone. */
function quote(cause: Packet, length: number, made: Packet, at: number): void {
  const { bytes, start, transport, protocol, end } = cause
  made.bytes.set(bytes.subarray(start, start + length), at)
  if (!cause.isChecksumPending) return
  const checksumAt = transport - start + (protocol === Protocol.udp ? 6 : 16)
  if (checksumAt + 2 > length) return
  const addresses = sourceAt(cause)
  const pseudo = sumPseudoHeader(bytes, addresses, addresses + 2 * addressLength(cause), end - transport, protocol)
  writeUint16(made.bytes, at + checksumAt, fold(pseudo))
}

/** RFC 4443 section 2.4 (e): multicasts get an error only where it helps path MTU discovery, or where an option asks for it. */
function mayHaveError6(cause: Packet, type: number, code: number, pointer: number): boolean {
  const { bytes, start } = cause
  if (isMulticast6(bytes, start + 24) || cause.packetType !== PacketType.host) {
    const isAskedFor = type === 4 && code === 2 && (bytes[start + pointer]! & 0xc0) === 0x80
    if (type !== 2 && !isAskedFor) return false
  }
  if (isAny6(bytes, start + 8) || isMulticast6(bytes, start + 8)) return false
  const isIcmp = cause.protocol === Protocol.icmpv6 && cause.fragmentOffset === 0 && cause.transport >= 0
  return !isIcmp || (cause.transport < cause.end && bytes[cause.transport]! >= 128)
}

/** The same for ICMPv6. */
export function sendError6(
  box: Box,
  cause: Packet,
  type: number,
  code: number,
  info: number,
  manner: ErrorManner = routed,
): void {
  if (box.isSendingIcmp || !mayHaveError6(cause, type, code, info)) return
  const { bytes, start } = cause
  const device = isLinkLocal6(bytes, start + 8) ? cause.input : 0
  const route = box.host.route(6, bytes, start + 8, device)
  // An anycast address of ours as the source: nobody knows who that is.
  if (!isUsable(route.type) || route.type === RouteType.anycast) return
  const own = box.host.addressType(6, bytes, start + 24)
  const isOwn = own === RouteType.local || own === RouteType.anycast
  const source = isOwn
    ? bytes.subarray(start + 24, start + 40)
    : box.host.selectSource(6, route, bytes, start + 8, cause.input)
  if (!source) return
  const quoted = Math.min(longestError6 - ipv6HeaderLength - icmpHeaderLength, cause.end - start)
  const length = ipv6HeaderLength + icmpHeaderLength + quoted
  const made = box.make(cause, length)
  if (!made) return
  copyAddress(source, 0, made.bytes, 8, 16)
  copyAddress(bytes, start + 8, made.bytes, 24, 16)
  writeIpv6(made, length - ipv6HeaderLength, 0, Protocol.icmpv6, hopLimitOf(box, route))
  writeError(made, ipv6HeaderLength, type, code, info)
  quote(cause, quoted, made, ipv6HeaderLength + icmpHeaderLength)
  const pseudo = pseudo6(made.bytes, length - ipv6HeaderLength, Protocol.icmpv6)
  writeChecksum(made.bytes, ipv6HeaderLength, length, ipv6HeaderLength + 2, pseudo)
  finishMade(made)
  if (manner.isAttached) box.tracking.attach(made, cause)
  box.sendMade(made, route)
}
