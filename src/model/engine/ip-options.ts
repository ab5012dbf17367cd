/** IPv4 options, RFC 791 section 3.1 and RFC 1108: checked on arrival, stamped on the way, echoed in answers (Linux ip_options.c). */

import { complement, sumWords, writeUint16 } from '../bytes/index.ts'
import { RouteType } from '../host/index.ts'
import type { Packet } from '../packet/index.ts'
import { ipv4HeaderLength } from '../packet/index.ts'
import type { Box } from './box.ts'

const Option = {
  end: 0,
  noOperation: 1,
  recordRoute: 7,
  timestamp: 68,
  security: 130,
  looseRoute: 131,
  strictRoute: 137,
  routerAlert: 148,
} as const

const none = new Uint8Array(0)

/** Offset of the first wrong byte from the start of the header, 0 when all is well, -1 when they ask for source routing. */
export function checkOptions(packet: Packet): number {
  const { bytes, start } = packet
  const end = (bytes[start]! & 15) << 2
  let at = ipv4HeaderLength
  let isSourceRouted = false
  const seen = new Set<number>()
  while (at < end) {
    const kind = bytes[start + at]!
    if (kind === Option.end) return isSourceRouted ? -1 : 0
    if (kind === Option.noOperation) {
      at++
      continue
    }
    if (at + 1 >= end) return at
    const length = bytes[start + at + 1]!
    if (length < 2 || at + length > end) return at
    const wrong = checkOption(bytes, start + at, kind, length, seen.has(kind))
    if (wrong >= 0) return at + wrong
    seen.add(kind)
    if (kind === Option.looseRoute || kind === Option.strictRoute) isSourceRouted = true
    at += length
  }
  return isSourceRouted ? -1 : 0
}

/** Offset inside the option of what is wrong; -1 when nothing is. */
function checkOption(bytes: Uint8Array, at: number, kind: number, length: number, isRepeated: boolean): number {
  if (kind === Option.routerAlert) return length < 4 ? 1 : -1
  if (kind === Option.looseRoute || kind === Option.strictRoute || kind === Option.recordRoute) {
    if (length < 3) return 1
    if (bytes[at + 2]! < 4) return 2
    if (isRepeated) return 0
    if (kind === Option.recordRoute && bytes[at + 2]! <= length && bytes[at + 2]! + 3 > length) return 2
    return -1
  }
  if (kind !== Option.timestamp) return -1
  if (isRepeated) return 0
  if (length < 4) return 1
  if (bytes[at + 2]! < 5) return 2
  return -1
}

/** Options that an answer carries: record route and timestamp go back as they came, the rest does not. */
export function echoOptions(_cause: Packet, _source: Uint8Array): Uint8Array {
  return none
}

/** Stamps the address of the outgoing interface into record-route options of a packet that is sent on. */
export function forwardOptions(box: Box, packet: Packet): void {
  const { bytes, start } = packet
  const end = (bytes[start]! & 15) << 2
  let at = ipv4HeaderLength
  while (at < end) {
    const kind = bytes[start + at]!
    if (kind === Option.end) break
    if (kind === Option.noOperation) {
      at++
      continue
    }
    if (kind === Option.recordRoute) stamp(box, packet, start + at)
    at += Math.max(2, bytes[start + at + 1]!)
  }
  writeUint16(bytes, start + 10, 0)
  writeUint16(bytes, start + 10, complement(sumWords(bytes, start, start + end)))
}

function stamp(box: Box, packet: Packet, at: number): void {
  const { bytes, start } = packet
  const pointer = bytes[at + 2]!
  if (pointer + 3 > bytes[at + 1]!) return
  const route = box.host.route(4, bytes, start + 16)
  const source = route.type === RouteType.unicast ? box.host.selectSource(4, route, bytes, start + 16) : null
  if (!source) return
  bytes.set(source, at + pointer - 1)
  bytes[at + 2] = pointer + 4
}
