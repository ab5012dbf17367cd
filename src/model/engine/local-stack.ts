/** What the host's own protocols do with a packet that passed input: sockets, echoes, errors and resets for what nobody takes. */

import { readUint16, writeUint32 } from '../bytes/index.ts'
import { isMulticast6, isUsable, RouteType } from '../host/index.ts'
import type { Packet } from '../packet/index.ts'
import {
  IcmpType,
  Icmpv6Type,
  icmpHeaderLength,
  ipv4HeaderLength,
  ipv6HeaderLength,
  PacketType,
  Protocol,
  tcpHeaderLength,
  udpHeaderLength,
} from '../packet/index.ts'
import type { Box } from './box.ts'
import type { DropNumber } from './fate.ts'
import { Drop } from './fate.ts'
import { detached, sendError4, sendError6 } from './icmp-error.ts'
import { answeringAddress, echoOptions } from './ip-options.ts'
import { processExtensionHeaders } from './local-extension.ts'
import { answerSolicitation } from './neighbour-answer.ts'
import { answerWithReset } from './tcp-reset.ts'
import { isCoveredSumRight, isSegmentSumRight } from './transport-checksum.ts'
import { copyAddress, finishMade, hopLimitOf, pseudo6, writeChecksum, writeIpv4, writeIpv6 } from './write-header.ts'

/** Protocol Independent Multicast: the kernel has a handler for it, for multicast routing. */
const pim = 103

/** Hands the packet to its protocol, and says what came of it. */
export function receiveLocally(box: Box, packet: Packet): DropNumber {
  if (packet.family === 6) {
    const reason = processExtensionHeaders(box, packet)
    if (reason !== Drop.none) return reason
  }
  if (packet.protocol === Protocol.tcp) return receiveTcp(box, packet)
  if (packet.protocol === Protocol.udp) return receiveUdp(box, packet)
  if (packet.protocol === Protocol.udplite) return receiveUdplite(box, packet)
  if (packet.family === 4 && packet.protocol === Protocol.icmp) return receiveIcmp4(box, packet)
  if (packet.family === 6 && packet.protocol === Protocol.icmpv6) return receiveIcmp6(box, packet)
  if (box.host.isListening(packet.protocol, 0, packet.bytes, destination(packet), packet.family === 4 ? 4 : 16))
    return Drop.listening
  return refuseProtocol(box, packet)
}

const destination = (packet: Packet): number => packet.start + (packet.family === 4 ? 16 : 24)

const isGroup = (box: Box, packet: Packet): boolean => {
  const type = box.host.addressType(packet.family === 4 ? 4 : 6, packet.bytes, destination(packet))
  return type === RouteType.broadcast || type === RouteType.multicast
}

const isListening = (box: Box, packet: Packet): boolean =>
  box.host.isListening(
    packet.protocol,
    readUint16(packet.bytes, packet.transport + 2),
    packet.bytes,
    destination(packet),
    packet.family === 4 ? 4 : 16,
  )

function receiveTcp(box: Box, packet: Packet): DropNumber {
  const { bytes, transport, end } = packet
  if (packet.packetType !== PacketType.host || isGroup(box, packet)) return Drop.ignored
  if (transport + tcpHeaderLength > end) return Drop.transportShort
  const headerLength = (bytes[transport + 12]! >>> 4) << 2
  if (headerLength < tcpHeaderLength || transport + headerLength > end) return Drop.transportShort
  if (!isSegmentSumRight(packet, true)) return Drop.transportChecksum
  if (isListening(box, packet)) return Drop.listening
  answerWithReset(box, packet)
  return Drop.portClosed
}

function receiveUdp(box: Box, packet: Packet): DropNumber {
  const { bytes, transport, end } = packet
  if (transport + udpHeaderLength > end) return Drop.transportShort
  const length = readUint16(bytes, transport + 4)
  if (length < udpHeaderLength || transport + length > end) return Drop.transportShort
  // Bytes behind the UDP length are thrown away here: an error does not quote them.
  packet.end = transport + length
  if (!isUdpSumRight(packet)) return Drop.transportChecksum
  return takeDatagram(box, packet)
}

function takeDatagram(box: Box, packet: Packet): DropNumber {
  if (isListening(box, packet)) return Drop.listening
  if (isGroup(box, packet)) return Drop.ignored
  if (packet.family === 4) sendError4(box, packet, IcmpType.destinationUnreachable, 3, 0, detached)
  else sendError6(box, packet, Icmpv6Type.destinationUnreachable, 4, 0, detached)
  return Drop.portClosed
}

/** Without a checksum IPv4 takes it and IPv6 does not. */
function isUdpSumRight(packet: Packet): boolean {
  if (readUint16(packet.bytes, packet.transport + 6) === 0) return packet.family === 4 || packet.isChecksumTrusted
  return isSegmentSumRight(packet, true)
}

/** RFC 3828: the length field says how much the checksum covers, 0 all; a checksum must be there. */
function receiveUdplite(box: Box, packet: Packet): DropNumber {
  const { bytes, transport, end } = packet
  if (transport + udpHeaderLength > end) return Drop.transportShort
  const coverage = readUint16(bytes, transport + 4) || end - transport
  if (coverage < udpHeaderLength || transport + coverage > end) return Drop.transportShort
  if (readUint16(bytes, transport + 6) === 0 || !isCoveredSumRight(packet, coverage)) return Drop.transportChecksum
  return takeDatagram(box, packet)
}

function receiveIcmp4(box: Box, packet: Packet): DropNumber {
  const { bytes, transport, end } = packet
  if (transport + icmpHeaderLength > end) return Drop.transportShort
  if (!isSegmentSumRight(packet, false)) return Drop.transportChecksum
  const type = bytes[transport]!
  const { settings } = box.host
  if (type !== IcmpType.echoRequest && type !== IcmpType.timestampRequest) return Drop.ignored
  if (isGroup(box, packet) && settings.isIgnoringBroadcastEcho) return Drop.ignored
  if (type === IcmpType.timestampRequest) return answerTimestamp(box, packet)
  if (settings.isIgnoringEcho) return Drop.ignored
  return answer4(box, packet, IcmpType.echoReply, end - transport, () => {})
}

/** RFC 792: receive and transmit time, in milliseconds since midnight, behind the originate time. */
function answerTimestamp(box: Box, packet: Packet): DropNumber {
  if (packet.transport + icmpHeaderLength + 4 > packet.end) return Drop.ignored
  const now = Math.floor(packet.time) % 86400000
  return answer4(box, packet, IcmpType.timestampReply, icmpHeaderLength + 12, (bytes, at) => {
    bytes[at + 1] = 0
    writeUint32(bytes, at + 12, now)
    writeUint32(bytes, at + 16, now)
  })
}

/** Sends the first `segmentLength` bytes of the request back under another type. */
function answer4(
  box: Box,
  packet: Packet,
  type: number,
  segmentLength: number,
  change: (bytes: Uint8Array, at: number) => void,
): DropNumber {
  const { bytes, start, transport } = packet
  const route = box.host.route(4, bytes, start + 12)
  if (!isUsable(route.type)) return Drop.ignored
  const source = answeringAddress(box, packet)
  if (!source) return Drop.ignored
  const options = echoOptions(packet, source, 60)
  const headerLength = ipv4HeaderLength + options.length
  const length = headerLength + segmentLength
  const made = box.make(packet, length)
  if (!made) return Drop.tooMany
  copyAddress(source, 0, made.bytes, 12, 4)
  copyAddress(bytes, start + 12, made.bytes, 16, 4)
  made.bytes.set(options, ipv4HeaderLength)
  const ttl = box.host.settings.timeToLive
  writeIpv4(made, {
    length,
    headerLength,
    tos: bytes[start + 1]!,
    id: box.random() * 0x10000,
    dontFragment: false,
    ttl,
    protocol: Protocol.icmp,
  })
  made.bytes.fill(0, headerLength, length)
  made.bytes.set(bytes.subarray(transport, Math.min(packet.end, transport + segmentLength)), headerLength)
  made.bytes[headerLength] = type
  change(made.bytes, headerLength)
  writeChecksum(made.bytes, headerLength, length, headerLength + 2, 0)
  finishMade(made)
  box.sendMade(made, route)
  return Drop.answered
}

function receiveIcmp6(box: Box, packet: Packet): DropNumber {
  const { bytes, start, transport, end } = packet
  if (transport + icmpHeaderLength > end) return Drop.transportShort
  if (!isSegmentSumRight(packet, true)) return Drop.transportChecksum
  if (bytes[transport] === Icmpv6Type.neighbourSolicitation) return answerSolicitation(box, packet)
  const { settings } = box.host
  if (bytes[transport] !== Icmpv6Type.echoRequest || settings.isIgnoringEcho6) return Drop.ignored
  const isMulticast = isMulticast6(bytes, start + 24)
  if (isMulticast && settings.isIgnoringMulticastEcho6) return Drop.ignored
  const type = box.host.addressType(6, bytes, start + 24)
  if (type === RouteType.anycast && settings.isIgnoringAnycastEcho6) return Drop.ignored
  return answerEcho6(box, packet, type === RouteType.local)
}

function answerEcho6(box: Box, packet: Packet, isOwn: boolean): DropNumber {
  const { bytes, start, transport, end } = packet
  const route = box.host.route(6, bytes, start + 8, bytes[start + 8] === 0xfe ? packet.input : 0)
  const source = isOwn ? bytes.subarray(start + 24, start + 40) : box.host.selectSource(6, route, bytes, start + 8)
  if (!isUsable(route.type) || !source) return Drop.ignored
  const length = ipv6HeaderLength + end - transport
  const made = box.make(packet, length)
  if (!made) return Drop.tooMany
  copyAddress(source, 0, made.bytes, 8, 16)
  copyAddress(bytes, start + 8, made.bytes, 24, 16)
  const trafficClass = ((bytes[start]! & 15) << 4) | (bytes[start + 1]! >>> 4)
  writeIpv6(made, end - transport, trafficClass, Protocol.icmpv6, hopLimitOf(box, route))
  made.bytes.set(bytes.subarray(transport, end), ipv6HeaderLength)
  made.bytes[ipv6HeaderLength] = Icmpv6Type.echoReply
  writeChecksum(
    made.bytes,
    ipv6HeaderLength,
    length,
    ipv6HeaderLength + 2,
    pseudo6(made.bytes, end - transport, Protocol.icmpv6),
  )
  finishMade(made)
  box.sendMade(made, route)
  return Drop.answered
}

function refuseProtocol(box: Box, packet: Packet): DropNumber {
  if ((packet.protocol === Protocol.igmp && packet.family === 4) || packet.protocol === pim) return Drop.ignored
  if (packet.family === 4) sendError4(box, packet, IcmpType.destinationUnreachable, 2, 0)
  else if (packet.protocol !== Protocol.none)
    sendError6(box, packet, Icmpv6Type.parameterProblem, 1, nextHeaderPointer(packet))
  return Drop.protocolUnknown
}

/** Offset from the packet's start of the byte that names its transport protocol. */
function nextHeaderPointer(packet: Packet): number {
  const { bytes, start, transport } = packet
  let named = 6
  let at = start + ipv6HeaderLength
  let protocol = bytes[start + 6]!
  while (at < transport) {
    named = at - start
    const length =
      protocol === Protocol.fragment
        ? 8
        : protocol === Protocol.authentication
          ? (bytes[at + 1]! + 2) << 2
          : (bytes[at + 1]! + 1) << 3
    protocol = bytes[at]!
    at += length
  }
  return named
}
