/** Linux cooked capture, LINKTYPE_LINUX_SLL: what `tcpdump -i any` wrote before libpcap 1.10. 16 bytes. */
import { readUint16 } from '../../../model/bytes/index.ts'
import type { Frame } from '../frame.ts'
import { decodeCooked, setPacketType } from './cooked.ts'
import { type LinkLayer, setSkip } from './link-layer.ts'

export const linkTypes = [113] as const

const layout = { length: 16, packetType: 0, hardwareType: 2, addressLength: 4, address: 6, protocol: 14 } as const

export function decode(frame: Frame, link: LinkLayer): void {
  const { bytes, start, capturedLength } = frame
  if (capturedLength < layout.length) return setSkip(link, 'truncated-link-header')
  setPacketType(link, readUint16(bytes, start + layout.packetType))
  decodeCooked(bytes, start, start + capturedLength, layout, readUint16(bytes, start + layout.addressLength), link)
}
