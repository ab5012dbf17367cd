/** Ethernet II and IEEE 802.3. */
import { readUint16 } from '../../../model/bytes/index.ts'
import type { Frame } from '../frame.ts'
import { decodeEtherType } from './ether-type.ts'
import { type LinkLayer, setSkip } from './link-layer.ts'

export const linkTypes = [1] as const

export function decode(frame: Frame, link: LinkLayer): void {
  const { bytes, start, capturedLength } = frame
  if (capturedLength < 14) return setSkip(link, 'truncated-link-header')
  link.destinationMac = start
  link.sourceMac = start + 6
  // The first bit on the wire marks a group; a unicast may be anybody's, which only the host's own addresses can tell.
  if (link.packetType === 'unknown' && (bytes[start]! & 1) === 1) link.packetType = groupType(bytes, start)
  decodeEtherType(bytes, readUint16(bytes, start + 12), start + 14, start + capturedLength, link)
}

function groupType(bytes: Uint8Array, at: number): 'broadcast' | 'multicast' {
  for (let index = 0; index < 6; index += 1) if (bytes[at + index] !== 0xff) return 'multicast'
  return 'broadcast'
}
