/** IPv4 options, RFC 791 section 3.1: checked and stamped on arrival, stamped on the way, echoed in answers (Linux ip_options.c). */

import { complement, sumWords, writeUint16, writeUint32 } from '../bytes/index.ts'
import { RouteType } from '../host/index.ts'
import type { Packet } from '../packet/index.ts'
import { ipv4HeaderLength } from '../packet/index.ts'
import type { Box } from './box.ts'

const Option = {
  end: 0,
  noOperation: 1,
  recordRoute: 7,
  timestamp: 68,
  looseRoute: 131,
  label: 134,
  strictRoute: 137,
  routerAlert: 148,
} as const

const Stamp = { timeOnly: 0, address: 1, prespecified: 3 } as const

/** What {@link takeOptions} answers when nothing is wrong, and when the packet asks for source routing, which is refused. */
export const OptionsVerdict = { fine: 0, sourceRoute: -1 } as const

const none = new Uint8Array(0)
const day = 86400000

const headerEnd = ({ bytes, start }: Packet): number => start + ((bytes[start]! & 15) << 2)

/**
 * Checks the options and stamps record-route and timestamp ones in place (the header checksum is mended only when the packet
 * leaves). A positive answer is the offset in the header of what is wrong; else see {@link OptionsVerdict}.
 */
export function takeOptions(box: Box, packet: Packet): number {
  const { bytes, start } = packet
  const end = headerEnd(packet)
  let at = start + ipv4HeaderLength
  let isSourceRouted = false
  const seen = new Set<number>()
  while (at < end) {
    const kind = bytes[at]!
    if (kind === Option.end) {
      bytes.fill(Option.end, at, end)
      break
    }
    if (kind === Option.noOperation) {
      at++
      continue
    }
    const length = at + 1 < end ? bytes[at + 1]! : 0
    if (length < 2 || at + length > end) return at - start
    const wrong = takeOption(box, packet, at, kind, length, seen.has(kind))
    if (wrong >= 0) return at - start + wrong
    seen.add(kind)
    if (kind === Option.looseRoute || kind === Option.strictRoute) isSourceRouted = true
    at += length
  }
  return isSourceRouted ? OptionsVerdict.sourceRoute : OptionsVerdict.fine
}

/** Offset inside the option of what is wrong; -1 when nothing is. */
function takeOption(box: Box, packet: Packet, at: number, kind: number, length: number, isRepeated: boolean): number {
  const { bytes } = packet
  if (kind === Option.routerAlert) return length < 4 ? 1 : -1
  // A security label needs a domain that the host knows: it knows none.
  if (kind === Option.label) return isRepeated ? 0 : length < 8 ? 1 : 2
  if (kind === Option.timestamp) return takeTimestamp(box, packet, at, length, isRepeated)
  if (kind !== Option.recordRoute && kind !== Option.looseRoute && kind !== Option.strictRoute) return -1
  if (isRepeated) return 0
  if (length < 3) return 1
  const pointer = bytes[at + 2]!
  if (pointer < 4) return 2
  if (kind !== Option.recordRoute || pointer > length) return -1
  if (pointer + 3 > length) return 2
  stampAddress(packet, at + pointer - 1, answeringAddress(box, packet))
  bytes[at + 2] = pointer + 4
  return -1
}

function takeTimestamp(box: Box, packet: Packet, at: number, length: number, isRepeated: boolean): number {
  const { bytes } = packet
  if (isRepeated) return 0
  if (length < 4) return 1
  const pointer = bytes[at + 2]!
  if (pointer < 5) return 2
  const kind = bytes[at + 3]! & 15
  if (pointer > length) return kind === Stamp.prespecified ? -1 : countOverflow(bytes, at)
  if (pointer + 3 > length) return 2
  const place = at + pointer - 1
  if (kind === Stamp.timeOnly) {
    writeUint32(bytes, place, Math.floor(packet.time) % day)
    bytes[at + 2] = pointer + 4
    return -1
  }
  if (kind !== Stamp.address && kind !== Stamp.prespecified) return -1
  if (pointer + 7 > length) return 2
  if (kind === Stamp.prespecified && box.host.addressType(4, bytes, place) === RouteType.unicast) return -1
  if (kind === Stamp.address) stampAddress(packet, place, answeringAddress(box, packet))
  writeUint32(bytes, place + 4, Math.floor(packet.time) % day)
  bytes[at + 2] = pointer + 8
  return -1
}

/** Hosts that found no room are counted in four bits; a sixteenth is an error. */
function countOverflow(bytes: Uint8Array, at: number): number {
  const count = bytes[at + 3]! >>> 4
  if (count === 15) return 3
  bytes[at + 3] = (bytes[at + 3]! & 15) | ((count + 1) << 4)
  return -1
}

function stampAddress(packet: Packet, place: number, address: Uint8Array | null): void {
  if (address) packet.bytes.set(address, place)
}

/** The address under which the host answers the packet: its destination, when that is the host's own. */
export function answeringAddress(box: Box, { bytes, start }: Packet): Uint8Array | null {
  if (box.host.addressType(4, bytes, start + 16) === RouteType.local) return bytes.slice(start + 16, start + 20)
  return box.host.selectSource(4, box.host.route(4, bytes, start + 12), bytes, start + 12)
}

/**
 * Options that an answer to the packet carries: record route and timestamp, with another stamp if there is room, and the label;
 * only those in front of `limit` (an offset in the header). Packets that did not arrive have none that count.
 */
export function echoOptions(packet: Packet, source: Uint8Array, limit: number): Uint8Array {
  const { bytes, start } = packet
  if (packet.input === 0 || (bytes[start]! & 15) === 5) return none
  const end = Math.min(headerEnd(packet), start + limit)
  const echoed: number[] = []
  let at = start + ipv4HeaderLength
  while (at < end && bytes[at] !== Option.end) {
    const kind = bytes[at]!
    if (kind === Option.noOperation) {
      at++
      continue
    }
    const length = Math.max(2, bytes[at + 1]!)
    const isWhole = at + length <= end
    const isEchoed = kind === Option.label || (isWhole && (kind === Option.recordRoute || kind === Option.timestamp))
    if (isEchoed) echoed.push(...echoOption(bytes.slice(at, at + length), source, packet.time))
    at += length
  }
  while (echoed.length % 4 !== 0) echoed.push(Option.end)
  return Uint8Array.from(echoed)
}

function echoOption(option: Uint8Array, source: Uint8Array, time: number): Uint8Array {
  const pointer = option[2]!
  const place = pointer - 1
  if (option[0] === Option.recordRoute && pointer + 3 <= option.length) {
    option.set(source, place)
    option[2] = pointer + 4
  }
  if (option[0] !== Option.timestamp) return option
  const kind = option[3]! & 15
  if (kind === Stamp.timeOnly && pointer + 3 <= option.length) {
    writeUint32(option, place, Math.floor(time) % day)
    option[2] = pointer + 4
  }
  if (kind === Stamp.address && pointer + 7 <= option.length) {
    option.set(source, place)
    writeUint32(option, place + 4, Math.floor(time) % day)
    option[2] = pointer + 8
  }
  return option
}

/** Where a record-route option was stamped on arrival, the address of the outgoing interface takes that place; mends the checksum. */
export function forwardOptions(box: Box, packet: Packet): void {
  const { bytes, start } = packet
  const end = headerEnd(packet)
  let at = start + ipv4HeaderLength
  while (at < end && bytes[at] !== Option.end) {
    const kind = bytes[at]!
    const length = kind === Option.noOperation ? 1 : Math.max(2, bytes[at + 1]!)
    if (kind === Option.recordRoute) restamp(box, packet, at)
    at += length
  }
  writeUint16(bytes, start + 10, 0)
  writeUint16(bytes, start + 10, complement(sumWords(bytes, start, end)))
}

/** A stamp of ours is the last one and holds the address that we answer under. */
function restamp(box: Box, packet: Packet, at: number): void {
  const { bytes, start } = packet
  const last = at + bytes[at + 2]! - 5
  const own = answeringAddress(box, packet)
  if (last < at + 3 || !own?.every((byte, i) => byte === bytes[last + i])) return
  const route = box.host.route(4, bytes, start + 16)
  stampAddress(packet, last, box.host.selectSource(4, route, bytes, start + 16))
}
