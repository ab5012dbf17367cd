/** Packets that arrive in pieces: in order or not, with overlaps, doubles and holes. */

import { writeUint16, writeUint32 } from '../../../model/bytes/index.ts'
import type { Random } from '../random.ts'
import type { Arrival, World } from '../world.ts'
import { mendHeaderChecksum } from './damage.ts'

const MORE_FRAGMENTS = 0x2000
const FRAGMENT_HEADER = 44

/** Cuts a packet into fragments of `size` payload bytes, a multiple of 8. IPv6 packets have no extension headers. */
export function fragmentsOf(bytes: Uint8Array, size: number, id: number): Uint8Array[] {
  const isVersion4 = bytes[0]! >>> 4 === 4
  const headerLength = isVersion4 ? (bytes[0]! & 15) << 2 : 40
  const body = bytes.subarray(headerLength)
  const fragments: Uint8Array[] = []
  for (let offset = 0; offset < body.length; offset += size) {
    const piece = body.subarray(offset, offset + size)
    const hasMore = offset + size < body.length
    const header = bytes.slice(0, headerLength)
    fragments.push(
      isVersion4 ? ipv4Fragment(header, piece, offset, hasMore, id) : ipv6Fragment(header, piece, offset, hasMore, id),
    )
  }
  return fragments
}

function ipv4Fragment(header: Uint8Array, piece: Uint8Array, offset: number, hasMore: boolean, id: number): Uint8Array {
  const fragment = joined(header, piece)
  writeUint16(fragment, 2, fragment.length)
  writeUint16(fragment, 4, id)
  writeUint16(fragment, 6, (hasMore ? MORE_FRAGMENTS : 0) | (offset >>> 3))
  mendHeaderChecksum(fragment)
  return fragment
}

function ipv6Fragment(header: Uint8Array, piece: Uint8Array, offset: number, hasMore: boolean, id: number): Uint8Array {
  const extension = new Uint8Array(8)
  extension[0] = header[6]!
  writeUint16(extension, 2, offset | (hasMore ? 1 : 0))
  writeUint32(extension, 4, id)
  header[6] = FRAGMENT_HEADER
  writeUint16(header, 4, 8 + piece.length)
  return joined(header, extension, piece)
}

export function sendFragments(world: World, device: string, bytes: Uint8Array): Arrival[] {
  const { random } = world
  const id = random.integer(1, 65_535)
  const whole = fragmentsOf(bytes, random.pick([8, 16, 24, 32]), id)
  return mixedUp(random, whole, bytes, id).flatMap((fragment) => world.transmit(device, fragment))
}

function mixedUp(random: Random, fragments: Uint8Array[], bytes: Uint8Array, id: number): Uint8Array[] {
  return random.pickWeighted([
    [40, () => random.shuffled(fragments)],
    [10, () => fragments.toSpliced(1, 0, ...fragments.slice(0, 1))],
    [10, () => fragments.toSpliced(1, 0, ...fragmentsOf(bytes, 40, id).slice(-1))],
    [10, () => fragments.toSpliced(random.integer(0, fragments.length - 1), 1)],
    [30, () => fragments],
  ])()
}

function joined(...parts: readonly Uint8Array[]): Uint8Array {
  return Uint8Array.from(parts.flatMap((part) => [...part]))
}
