/** A user's capture as packets between two sides: who is first seen as a sender stands in the lan. */

import { CaptureReader, createFrame, createLinkLayer, decodeLink } from '../../../analysis/capture/index.ts'
import { addressText } from '../../../model/bytes/index.ts'

export type CaptureSide = 'lan' | 'wan'

export interface CapturedPacket {
  readonly side: CaptureSide
  readonly bytes: Uint8Array
}

export interface CapturedPackets {
  readonly packets: readonly CapturedPacket[]
  readonly sides: ReadonlyMap<string, CaptureSide>
  /** Frames that hold no whole IP packet: cut by a snap length, or of another protocol. */
  readonly leftOut: number
}

/** Reads a capture's bytes (not under gzip), at most `most` packets. */
export function readCapture(bytes: Uint8Array, most: number): CapturedPackets {
  const reader = new CaptureReader()
  reader.push(bytes)
  reader.finish()
  const frame = createFrame()
  const link = createLinkLayer()
  const sides = new Map<string, CaptureSide>()
  const packets: CapturedPacket[] = []
  let leftOut = 0
  while (packets.length < most && reader.next(frame)) {
    decodeLink(frame, link)
    const packet = frame.bytes.slice(link.networkStart, link.networkStart + link.networkLength)
    const ends = link.kind === 'ip' && frame.capturedLength >= frame.originalLength ? endsOf(packet) : null
    if (ends === null) {
      leftOut++
      continue
    }
    packets.push({ side: place(sides, ends), bytes: packet })
  }
  return { packets, sides, leftOut }
}

function place(sides: Map<string, CaptureSide>, [from, to]: readonly [string, string]): CaptureSide {
  const side = sides.get(from) ?? (sides.get(to) === 'lan' ? 'wan' : 'lan')
  sides.set(from, side)
  if (!sides.has(to)) sides.set(to, side === 'lan' ? 'wan' : 'lan')
  return side
}

/** Source and destination; null when this is not even an IP header. */
function endsOf(bytes: Uint8Array): readonly [string, string] | null {
  const version = (bytes[0] ?? 0) >>> 4
  if (version === 4 && bytes.length >= 20) return [addressText(bytes.slice(12, 16)), addressText(bytes.slice(16, 20))]
  if (version === 6 && bytes.length >= 40) return [addressText(bytes.slice(8, 24)), addressText(bytes.slice(24, 40))]
  return null
}
