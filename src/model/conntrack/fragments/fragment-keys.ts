/** Which packet a fragment belongs to, as text: addresses, id, protocol, hook and zone. */

import { readInt32, readUint16 } from '../../bytes/index.ts'
import { ipv6HeaderLength, type Packet } from '../../packet/index.ts'

const hookUser = (packet: Packet): string => `${packet.hook}.${packet.zoneOriginal}`

export const key4 = (packet: Packet): string => {
  const { bytes, start } = packet
  return `${readInt32(bytes, start + 12)}.${readInt32(bytes, start + 16)}.${readUint16(bytes, start + 4)}.${bytes[start + 9]}.${hookUser(packet)}`
}

export function key6(packet: Packet): string {
  const { bytes, start, fragmentHeader } = packet
  let key = `${readInt32(bytes, fragmentHeader + 4)}.${hookUser(packet)}`
  for (let at = start + 8; at < start + 40; at += 4) key += `.${readInt32(bytes, at)}`
  const isLocalScope =
    bytes[start + 24] === 0xff || (bytes[start + 24] === 0xfe && (bytes[start + 25]! & 0xc0) === 0x80)
  return isLocalScope ? `${key}.${packet.input}` : key
}

/** Offset of the byte that names the header at `until`. */
export function nextHeaderBefore(bytes: Uint8Array, start: number, until: number): number {
  let named = start + 6
  let at = start + ipv6HeaderLength
  while (at < until) {
    named = at
    at += (bytes[at + 1]! + 1) << 3
  }
  return named
}
