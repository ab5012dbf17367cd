/** Cutting packets to the MTU, or back to the sizes they came in (Linux ip_do_fragment, ip6_fragment). */

import { readUint16, writeUint16, writeUint32 } from '../bytes/index.ts'
import type { Packet } from '../packet/index.ts'
import { Ipv4Fragment, ipv6FragmentHeaderLength, ipv6HeaderLength, Protocol } from '../packet/index.ts'
import { finishIpv4 } from './write-header.ts'

/** Gives each fragment, one after the other, in a buffer that is overwritten by the next. */
export type Emit = (bytes: Uint8Array, length: number) => void

const copiedFlag = 0x80

/** Options that are not copied to later fragments become no-operation (RFC 791 section 3.1). */
function blankOptions(header: Uint8Array, headerLength: number): void {
  let at = 20
  while (at < headerLength) {
    const kind = header[at]!
    if (kind === 0) return
    if (kind === 1) {
      at++
      continue
    }
    const length = Math.max(2, header[at + 1]!)
    if ((kind & copiedFlag) === 0) header.fill(1, at, Math.min(headerLength, at + length))
    at += length
  }
}

/**
 * Payload lengths of the fragments: those that the packet came in if each still fits and none but the last is odd to 8, else as
 * much as fits.
 */
export function fragmentSizes(payload: number, room: number, pieces: readonly number[]): readonly number[] {
  const total = pieces.reduce((sum, piece) => sum + piece, 0)
  const isKept =
    pieces.length > 1 &&
    total === payload &&
    pieces.every((piece, i) => piece <= room && (piece % 8 === 0 || i === pieces.length - 1))
  if (isKept) return pieces
  const sizes: number[] = []
  const step = room & ~7
  for (let left = payload; left > 0; left -= step) {
    if (left <= room) {
      sizes.push(left)
      break
    }
    sizes.push(step)
  }
  return sizes
}

export function fragment4(packet: Packet, mtu: number, pieces: readonly number[], emit: Emit): void {
  const { bytes, start, end } = packet
  const headerLength = (bytes[start]! & 15) << 2
  const payloadAt = start + headerLength
  const flags = readUint16(bytes, start + 6)
  const base = flags & Ipv4Fragment.offsetMask
  const buffer = new Uint8Array(Math.max(mtu, headerLength + 8))
  buffer.set(bytes.subarray(start, payloadAt))
  const sizes = fragmentSizes(end - payloadAt, mtu - headerLength, pieces)
  // Fragments that keep their sizes lose the flag, as the kernel writes their headers anew.
  const kept = sizes === pieces ? 0 : flags & Ipv4Fragment.dontFragment
  let offset = 0
  for (const size of sizes) {
    const isLast = offset + size === end - payloadAt
    buffer.set(bytes.subarray(payloadAt + offset, payloadAt + offset + size), headerLength)
    writeUint16(buffer, 2, headerLength + size)
    const more = !isLast || packet.moreFragments ? Ipv4Fragment.moreFragments : 0
    writeUint16(buffer, 6, kept | more | (base + (offset >>> 3)))
    finishIpv4(buffer, 0)
    emit(buffer, headerLength + size)
    if (offset === 0) blankOptions(buffer, headerLength)
    offset += size
  }
}

/** The fragment header goes behind hop-by-hop and routing headers. */
export function fragment6(packet: Packet, mtu: number, pieces: readonly number[], id: number, emit: Emit): void {
  const { bytes, start, end } = packet
  const { at: splitAt, namedAt, protocol } = unfragmentablePart(packet)
  const headersLength = splitAt - start
  const room = mtu - headersLength - ipv6FragmentHeaderLength
  const buffer = new Uint8Array(Math.max(mtu, headersLength + ipv6FragmentHeaderLength + 8))
  buffer.set(bytes.subarray(start, splitAt))
  buffer[namedAt] = Protocol.fragment
  buffer[headersLength] = protocol
  buffer[headersLength + 1] = 0
  writeUint32(buffer, headersLength + 4, id)
  const payloadAt = headersLength + ipv6FragmentHeaderLength
  let offset = 0
  for (const size of fragmentSizes(end - splitAt, room, pieces)) {
    const isLast = offset + size === end - splitAt
    writeUint16(buffer, 4, payloadAt + size - ipv6HeaderLength)
    writeUint16(buffer, headersLength + 2, offset | (isLast ? 0 : 1))
    buffer.set(bytes.subarray(splitAt + offset, splitAt + offset + size), payloadAt)
    emit(buffer, payloadAt + size)
    offset += size
  }
}

/**
 * Where the part begins that may be cut, which byte names its first header, and that header: RFC 8200 section 4.5, but destination
 * options in front stay with the routing header even when there is none (Linux ip6_find_1stfragopt).
 */
function unfragmentablePart(packet: Packet): {
  readonly at: number
  readonly namedAt: number
  readonly protocol: number
} {
  const { bytes, start, end } = packet
  let at = start + ipv6HeaderLength
  let namedAt = 6
  let protocol = bytes[start + 6]!
  let isRouted = false
  while (at + 8 <= end) {
    if (protocol === Protocol.routing) isRouted = true
    else if (protocol === Protocol.destinationOptions ? isRouted : protocol !== Protocol.hopByHop) break
    namedAt = at - start
    protocol = bytes[at]!
    at += (bytes[at + 1]! + 1) << 3
  }
  return { at, namedAt, protocol }
}
