/** Writing other bytes, perhaps more or fewer, into a TCP or UDP payload: lengths and checksums are made right (Linux nf_nat_mangle). */

import { complement, readUint16, sumPseudoHeader, sumWords, writeUint16 } from '../bytes/index.ts'
import { type Packet, sourceAt } from './packet.ts'
import { Protocol } from './protocols.ts'

const largestPacket = 65_535

/**
 * Writes `text` over the bytes `from` to `to` of the packet whose transport header is at `transport`. A packet that changes its
 * length moves into a buffer of its own: `bytes`, `start`, `end` and the offsets of its headers are new then. False, and nothing
 * done, when it would grow beyond 65,535 bytes. An absent UDP checksum stays absent.
 */
export function replacePayload(
  packet: Packet,
  protocol: number,
  transport: number,
  from: number,
  to: number,
  text: Uint8Array,
): boolean {
  packet.joinTo(packet.end)
  const growth = text.length - (to - from)
  if (packet.end - packet.start + growth > largestPacket) return false
  let header = transport
  if (growth === 0) packet.bytes.set(text, from)
  else {
    header -= packet.start
    moveInto(packet, from, to, text)
  }
  mendLengths(packet, protocol, header)
  mendChecksum(packet, protocol, header)
  return true
}

function moveInto(packet: Packet, from: number, to: number, text: Uint8Array): void {
  const { bytes, start, end } = packet
  const moved = new Uint8Array(end - start + text.length - (to - from))
  moved.set(bytes.subarray(start, from))
  moved.set(text, from - start)
  moved.set(bytes.subarray(to, end), from - start + text.length)
  packet.bytes = moved
  packet.start = 0
  packet.end = moved.length
  packet.link = -1
  if (packet.transport >= 0) packet.transport -= start
  if (packet.fragmentHeader >= 0) packet.fragmentHeader -= start
}

function mendLengths(packet: Packet, protocol: number, transport: number): void {
  const { bytes, start, end } = packet
  if (protocol === Protocol.udp) writeUint16(bytes, transport + 4, end - transport)
  if (packet.family === 6) return writeUint16(bytes, start + 4, end - start - 40)
  writeUint16(bytes, start + 2, end - start)
  writeUint16(bytes, start + 10, 0)
  writeUint16(bytes, start + 10, complement(sumWords(bytes, start, start + ((bytes[start]! & 15) << 2))))
}

function mendChecksum(packet: Packet, protocol: number, transport: number): void {
  const { bytes, end } = packet
  const at = transport + (protocol === Protocol.udp ? 6 : 16)
  if (protocol === Protocol.udp && readUint16(bytes, at) === 0) return
  const addresses = sourceAt(packet)
  const addressesEnd = addresses + (packet.family === 4 ? 8 : 32)
  writeUint16(bytes, at, 0)
  const sum = sumPseudoHeader(bytes, addresses, addressesEnd, end - transport, protocol)
  packet.isChecksumPending = true
  const checksum = complement(sumWords(bytes, transport, end, sum))
  writeUint16(bytes, at, protocol === Protocol.udp && checksum === 0 ? 0xffff : checksum)
}
