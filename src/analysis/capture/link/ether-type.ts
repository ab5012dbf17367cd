/** What follows an EtherType, in Ethernet, VLAN tags (IEEE 802.1Q, 802.1ad), PPPoE sessions (RFC 2516), SNAP, Linux cooked. */
import { readUint16 } from '../../../model/bytes/index.ts'
import { type LinkLayer, type SkipReason, setIp, setSkip } from './link-layer.ts'
import { decodeLlc } from './llc.ts'
import { decodePppoe } from './pppoe.ts'

/** EtherTypes that we go into. 0x9100 is the tag of QinQ before it was standardised. */
export const etherType = {
  ipv4: 0x0800,
  ipv6: 0x86dd,
  vlan: 0x8100,
  serviceVlan: 0x88a8,
  oldServiceVlan: 0x9100,
  pppoeSession: 0x8864,
} as const

/** The smallest EtherType; below, the field is the length of an IEEE 802.3 frame (`eth_type_trans`, ETH_P_802_3_MIN). */
const leastEtherType = 0x600

const namedReasons: { readonly [type: number]: SkipReason } = {
  0x0806: 'arp',
  0x8035: 'rarp',
  0x8847: 'mpls',
  0x8848: 'mpls',
  0x8863: 'pppoe-discovery',
  0x888e: 'eapol',
  0x88cc: 'lldp',
  0x88e5: 'macsec',
}

/** Reads on at `at`, behind a type or length field that held `type`; `end` is where the frame's bytes end. */
export function decodeEtherType(bytes: Uint8Array, type: number, at: number, end: number, link: LinkLayer): void {
  let inner = type
  let start = at
  while (isVlan(inner)) {
    if (end - start < 4) return setSkip(link, 'truncated-link-header')
    noteVlan(link, readUint16(bytes, start) & 0xfff)
    inner = readUint16(bytes, start + 2)
    start += 4
  }
  if (inner === etherType.ipv4) setIp(link, 4, start, end)
  else if (inner === etherType.ipv6) setIp(link, 6, start, end)
  else if (inner === etherType.pppoeSession) decodePppoe(bytes, start, end, link)
  else if (inner < leastEtherType) decodeLlc(bytes, start, Math.min(end, start + inner), link)
  else setSkip(link, namedReasons[inner] ?? 'unknown-ethertype', inner)
}

function isVlan(type: number): boolean {
  return type === etherType.vlan || type === etherType.serviceVlan || type === etherType.oldServiceVlan
}

function noteVlan(link: LinkLayer, identifier: number): void {
  if (link.vlan < 0) link.vlan = identifier
  else if (link.innerVlan < 0) link.innerVlan = identifier
}
