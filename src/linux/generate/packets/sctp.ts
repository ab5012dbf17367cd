/** SCTP packets (RFC 9260): a common header with its CRC-32C, and chunks. */

import { crc32c, writeUint16, writeUint32 } from '../../../model/bytes/index.ts'
import { buildIp, Protocol } from '../../../model/packet/index.ts'
import type { Ends } from './answer.ts'

export interface Chunk {
  readonly type: number
  readonly flags?: number
  readonly value?: Uint8Array
}

export function buildSctp(ends: Ends, tag: number, chunks: readonly Chunk[], isDamaged: boolean = false): Uint8Array {
  const bodies = chunks.map(({ type, flags = 0, value = new Uint8Array(0) }) => {
    const bytes = new Uint8Array(4 + ((value.length + 3) & ~3))
    bytes.set([type, flags])
    writeUint16(bytes, 2, 4 + value.length)
    bytes.set(value, 4)
    return bytes
  })
  const segment = new Uint8Array(12 + bodies.reduce((sum, body) => sum + body.length, 0))
  writeUint16(segment, 0, ends.fromPort)
  writeUint16(segment, 2, ends.toPort)
  writeUint32(segment, 4, tag)
  let at = 12
  for (const body of bodies) {
    segment.set(body, at)
    at += body.length
  }
  const checksum = crc32c(segment, 0, segment.length) ^ (isDamaged ? 0x1234 : 0)
  // The sum goes out in the order of its own bits: lowest byte first.
  segment.set([checksum & 255, (checksum >>> 8) & 255, (checksum >>> 16) & 255, checksum >>> 24], 8)
  return buildIp(ends, Protocol.sctp, segment)
}
