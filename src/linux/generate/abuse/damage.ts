/** Packets that arrive damaged: a flipped bit, a cut, bytes behind the end, a life that runs out. */

import { complement, sumWords, writeUint16 } from '../../../model/bytes/index.ts'
import type { Arrival, World } from '../world.ts'

export function flipBit(world: World, device: string, bytes: Uint8Array): Arrival[] {
  const flipped = bytes.slice()
  const at = world.random.integer(0, bytes.length - 1)
  flipped[at] = flipped[at]! ^ (1 << world.random.integer(0, 7))
  return world.transmit(device, flipped)
}

export const truncate = (world: World, device: string, bytes: Uint8Array): Arrival[] =>
  world.transmit(device, bytes.slice(0, world.random.integer(1, bytes.length)))

/** As padding of a link layer would. */
export function trail(world: World, device: string, bytes: Uint8Array): Arrival[] {
  const longer = new Uint8Array(bytes.length + world.random.integer(1, 8))
  longer.set(bytes)
  return world.transmit(device, longer)
}

/** The same packet with a TTL or hop limit that ends at the box or just behind it. */
export function shortenLife(world: World, device: string, bytes: Uint8Array): Arrival[] {
  const short = bytes.slice()
  const life = world.random.integer(0, 2)
  if (short[0]! >>> 4 === 6) {
    short[7] = life
    return world.transmit(device, short)
  }
  short[8] = life
  mendHeaderChecksum(short)
  return world.transmit(device, short)
}

/** Writes the right checksum into an IPv4 header. */
export function mendHeaderChecksum(bytes: Uint8Array): void {
  writeUint16(bytes, 10, 0)
  writeUint16(bytes, 10, complement(sumWords(bytes, 0, (bytes[0]! & 15) << 2)))
}
