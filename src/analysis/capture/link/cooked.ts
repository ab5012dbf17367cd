/** What the two Linux cooked headers share: packet type, address and protocol field (tcpdump.org LINKTYPE_LINUX_SLL). */
import { readUint16 } from '../../../model/bytes/index.ts'
import type { PacketType } from '../frame.ts'
import { decodeEtherType } from './ether-type.ts'
import { type LinkLayer, setSkip } from './link-layer.ts'
import { decodeLlc } from './llc.ts'

/** PACKET_HOST and following of linux/if_packet.h, by number. */
const packetTypes: readonly PacketType[] = ['host', 'broadcast', 'multicast', 'other', 'outgoing']

/** ARPHRD numbers of linux/if_arp.h whose protocol field is no EtherType: netlink, 802.11 radiotap, FRAD. */
const foreignHardware: readonly number[] = [824, 803, 770]

/** Protocol field values of linux/if_ether.h below every EtherType. */
const llcProtocol = 0x0004

/** Where a cooked header has its parts, relative to its start. */
export interface CookedLayout {
  readonly length: number
  readonly protocol: number
  readonly hardwareType: number
  readonly addressLength: number
  readonly address: number
}

/** Takes over what the kernel said about the packet. */
export function setPacketType(link: LinkLayer, number: number): void {
  link.packetType = packetTypes[number] ?? 'unknown'
  link.direction = link.packetType === 'unknown' ? 'unknown' : link.packetType === 'outgoing' ? 'outbound' : 'inbound'
}

/** Reads address and protocol of a header that is whole at `start`, and what follows it up to `end`. */
export function decodeCooked(
  bytes: Uint8Array,
  start: number,
  end: number,
  layout: CookedLayout,
  addressLength: number,
  link: LinkLayer,
): void {
  if (addressLength === 6) link.sourceMac = start + layout.address
  const hardwareType = readUint16(bytes, start + layout.hardwareType)
  if (foreignHardware.includes(hardwareType)) return setSkip(link, 'unknown-hardware-type', hardwareType)
  const protocol = readUint16(bytes, start + layout.protocol)
  const payload = start + layout.length
  if (protocol === llcProtocol) decodeLlc(bytes, payload, end, link)
  else if (protocol < 0x600) setSkip(link, 'unknown-ethertype', protocol)
  else decodeEtherType(bytes, protocol, payload, end, link)
}
