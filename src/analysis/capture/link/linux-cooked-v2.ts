/** Linux cooked capture v2, LINKTYPE_LINUX_SLL2: what `tcpdump -i any` writes now, with the interface's number. 20 bytes. */
import { readUint32 } from '../../../model/bytes/index.ts'
import type { Frame } from '../frame.ts'
import { decodeCooked, setPacketType } from './cooked.ts'
import { type LinkLayer, setSkip } from './link-layer.ts'

export const linkTypes = [276] as const

const layout = {
  length: 20,
  protocol: 0,
  interfaceNumber: 4,
  hardwareType: 8,
  packetType: 10,
  addressLength: 11,
  address: 12,
} as const

export function decode(frame: Frame, link: LinkLayer): void {
  const { bytes, start, capturedLength } = frame
  if (capturedLength < layout.length) return setSkip(link, 'truncated-link-header')
  link.interfaceNumber = readUint32(bytes, start + layout.interfaceNumber)
  setPacketType(link, bytes[start + layout.packetType]!)
  decodeCooked(bytes, start, start + capturedLength, layout, bytes[start + layout.addressLength]!, link)
}
