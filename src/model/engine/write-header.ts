/** Headers of packets that the host makes, written in place: no allocation, unlike packet/build.ts. */

import { complement, sumPseudoHeader, sumWords, writeUint16 } from '../bytes/index.ts'
import type { Route } from '../host/index.ts'
import type { Packet } from '../packet/index.ts'
import { decode, Ipv4Fragment } from '../packet/index.ts'
import type { Box } from './box.ts'

/** Writes 20 bytes at 0, checksum included. `length` is the whole packet's. */
export function writeIpv4(
  packet: Packet,
  fields: {
    readonly length: number
    readonly headerLength: number
    readonly tos: number
    readonly id: number
    readonly dontFragment: boolean
    readonly ttl: number
    readonly protocol: number
  },
): void {
  const { bytes } = packet
  bytes[0] = 0x40 | (fields.headerLength >>> 2)
  bytes[1] = fields.tos
  writeUint16(bytes, 2, fields.length)
  writeUint16(bytes, 4, fields.id)
  writeUint16(bytes, 6, fields.dontFragment ? Ipv4Fragment.dontFragment : 0)
  bytes[8] = fields.ttl
  bytes[9] = fields.protocol
  finishIpv4(bytes, 0)
}

/** Writes the header checksum of the IPv4 header at `at`. */
export function finishIpv4(bytes: Uint8Array, at: number): void {
  writeUint16(bytes, at + 10, 0)
  writeUint16(bytes, at + 10, complement(sumWords(bytes, at, at + ((bytes[at]! & 15) << 2))))
}

/** Writes 40 bytes at 0 but for the addresses. */
export function writeIpv6(
  packet: Packet,
  payloadLength: number,
  trafficClass: number,
  nextHeader: number,
  hopLimit: number,
): void {
  const { bytes } = packet
  bytes[0] = 0x60 | (trafficClass >>> 4)
  bytes[1] = (trafficClass & 15) << 4
  writeUint16(bytes, 2, 0)
  writeUint16(bytes, 4, payloadLength)
  bytes[6] = nextHeader
  bytes[7] = hopLimit
}

/** Fills in the checksum of the segment from `at` to `end`, at `checksumAt`, with the pseudo header where the protocol has one. */
export function writeChecksum(bytes: Uint8Array, at: number, end: number, checksumAt: number, pseudo: number): void {
  writeUint16(bytes, checksumAt, 0)
  writeUint16(bytes, checksumAt, complement(sumWords(bytes, at, end, pseudo)))
}

export const pseudo4 = (bytes: Uint8Array, length: number, protocol: number): number =>
  sumPseudoHeader(bytes, 12, 20, length, protocol)

export const pseudo6 = (bytes: Uint8Array, length: number, protocol: number): number =>
  sumPseudoHeader(bytes, 8, 40, length, protocol)

/** The hop limit that packets on a route start with. */
export const hopLimitOf = (box: Box, route: Route): number =>
  box.host.interfaces[route.output - 1]?.settings.hopLimit ?? 64

/** Copies the address at `from` in `source` over the one at `to` in `target`. */
export function copyAddress(source: Uint8Array, from: number, target: Uint8Array, to: number, length: number): void {
  for (let i = 0; i < length; i++) target[to + i] = source[from + i]!
}

/** Decodes a packet that was just made. */
export function finishMade(packet: Packet): void {
  decode(packet, packet.end)
}
