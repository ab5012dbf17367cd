/** TCP resets: those of `reject with tcp reset` and those of the local stack for ports where nobody listens. */

import { readUint16, readUint32, writeUint16, writeUint32 } from '../bytes/index.ts'
import type { Route } from '../host/index.ts'
import { isAny6, isMulticast6, isUsable, RouteType } from '../host/index.ts'
import type { Packet } from '../packet/index.ts'
import { Hook, ipv4HeaderLength, ipv6HeaderLength, Protocol, TcpFlag, tcpHeaderLength } from '../packet/index.ts'
import type { Box } from './box.ts'
import { echoOptions } from './ip-options.ts'
import { isSegmentSumRight } from './transport-checksum.ts'
import {
  copyAddress,
  finishMade,
  hopLimitOf,
  pseudo4,
  pseudo6,
  writeChecksum,
  writeIpv4,
  writeIpv6,
} from './write-header.ts'

/** RFC 9293 section 3.10.7.1: the sequence the peer expects, or an acknowledgment of all that it sent. */
function writeReset(made: Packet, at: number, cause: Packet): void {
  const { bytes, transport } = cause
  const flags = bytes[transport + 13]!
  made.bytes.fill(0, at, at + tcpHeaderLength)
  writeUint16(made.bytes, at, readUint16(bytes, transport + 2))
  writeUint16(made.bytes, at + 2, readUint16(bytes, transport))
  made.bytes[at + 12] = tcpHeaderLength << 2
  if (flags & TcpFlag.ack) {
    writeUint32(made.bytes, at + 4, readUint32(bytes, transport + 8))
    made.bytes[at + 13] = TcpFlag.rst
    return
  }
  const data = cause.end - transport - ((bytes[transport + 12]! >>> 4) << 2)
  const consumed = data + (flags & TcpFlag.syn ? 1 : 0) + (flags & TcpFlag.fin ? 1 : 0)
  writeUint32(made.bytes, at + 8, (readUint32(bytes, transport + 4) + consumed) >>> 0)
  made.bytes[at + 13] = TcpFlag.rst | TcpFlag.ack
}

function makeReset4(box: Box, cause: Packet, tos: number, options: Uint8Array): Packet | null {
  const headerLength = ipv4HeaderLength + options.length
  const length = headerLength + tcpHeaderLength
  const made = box.make(cause, length)
  if (!made) return null
  copyAddress(cause.bytes, cause.start + 16, made.bytes, 12, 4)
  copyAddress(cause.bytes, cause.start + 12, made.bytes, 16, 4)
  made.bytes.set(options, ipv4HeaderLength)
  const ttl = box.host.settings.timeToLive
  writeIpv4(made, { length, headerLength, tos, id: 0, dontFragment: true, ttl, protocol: Protocol.tcp })
  writeReset(made, headerLength, cause)
  writeChecksum(made.bytes, headerLength, length, headerLength + 16, pseudo4(made.bytes, tcpHeaderLength, Protocol.tcp))
  finishMade(made)
  return made
}

function makeReset6(box: Box, cause: Packet, route: Route, trafficClass: number): Packet | null {
  const length = ipv6HeaderLength + tcpHeaderLength
  const made = box.make(cause, length)
  if (!made) return null
  copyAddress(cause.bytes, cause.start + 24, made.bytes, 8, 16)
  copyAddress(cause.bytes, cause.start + 8, made.bytes, 24, 16)
  writeIpv6(made, tcpHeaderLength, trafficClass, Protocol.tcp, hopLimitOf(box, route))
  writeReset(made, ipv6HeaderLength, cause)
  const pseudo = pseudo6(made.bytes, tcpHeaderLength, Protocol.tcp)
  writeChecksum(made.bytes, ipv6HeaderLength, length, ipv6HeaderLength + 16, pseudo)
  finishMade(made)
  return made
}

/** No reset for a reset, a fragment, a cut-off header. */
const mayHaveReset = (cause: Packet): boolean =>
  cause.protocol === Protocol.tcp &&
  cause.transport >= 0 &&
  cause.transport + tcpHeaderLength <= cause.end &&
  (cause.bytes[cause.transport + 13]! & TcpFlag.rst) === 0

/** The reset of a reject: RELATED to the rejected packet's connection, which it moves to CLOSE. */
export function rejectWithReset(box: Box, cause: Packet): void {
  if (!mayHaveReset(cause) || !isSegmentSumRight(cause, true)) return
  const { bytes, start } = cause
  const family = cause.family === 6 ? 6 : 4
  if (family === 6 && !(isUnicast6(bytes, start + 8) && isUnicast6(bytes, start + 24))) return
  if (family === 4 && cause.hook !== Hook.prerouting && isBroadcast(box, cause, start + 16)) return
  if (family === 4 && isBroadcast(box, cause, start + 12)) return
  const route = box.host.route(family, bytes, family === 4 ? start + 12 : start + 8)
  if (!isUsable(route.type)) return
  const made = family === 4 ? makeReset4(box, cause, 0, noOptions) : makeReset6(box, cause, route, 0)
  if (!made) return
  made.isChecksumPending = family === 4
  box.tracking.attach(made, cause)
  if (cause.entry !== 0) box.tracking.closeByReset(cause.entry)
  box.sendMade(made, route)
}

const noOptions = new Uint8Array(0)

const isUnicast6 = (bytes: Uint8Array, at: number): boolean => !isMulticast6(bytes, at) && !isAny6(bytes, at)

function isBroadcast(box: Box, cause: Packet, at: number): boolean {
  const type = box.host.addressType(4, cause.bytes, at)
  return type === RouteType.broadcast || type === RouteType.multicast
}

/** The reset of the local TCP stack: a packet like any other, which conntrack finds to be a reply. Says whether one was made. */
export function answerWithReset(box: Box, cause: Packet): boolean {
  if (!mayHaveReset(cause)) return false
  const { bytes, start } = cause
  const family = cause.family === 6 ? 6 : 4
  if (family === 6 && box.host.addressType(6, bytes, start + 24) !== RouteType.local) return false
  const sourceAt = family === 4 ? start + 12 : start + 8
  const route = box.host.route(family, bytes, sourceAt, family === 6 && bytes[sourceAt] === 0xfe ? cause.input : 0)
  if (!isUsable(route.type)) return false
  const made =
    family === 4
      ? makeReset4(box, cause, bytes[start + 1]! & 0xfc, echoOptions(cause, bytes.subarray(start + 16, start + 20), 60))
      : makeReset6(box, cause, route, ((bytes[start]! & 15) << 4) | ((bytes[start + 1]! >>> 4) & 0xc))
  if (!made) return false
  box.sendMade(made, route)
  return true
}
