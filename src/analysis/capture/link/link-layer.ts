/** What a link layer says about a frame: where its IP packet lies, or why there is none. One reusable object. */

import type { Direction, Frame, PacketType } from '../frame.ts'
import { hexadecimal } from '../hexadecimal.ts'

/**
 * Why a frame holds no IP packet for us. `detail` is the number in question where the reason is about one:
 * an EtherType, a PPP protocol, a LINKTYPE, an address family, an IP version, an ARPHRD hardware type.
 */
export const skipReasons = {
  none: '',
  'truncated-link-header': 'the frame ends inside its link header',
  'unknown-link-type': 'link type',
  'unknown-ethertype': 'EtherType',
  'unknown-ppp-protocol': 'PPP protocol',
  'unknown-address-family': 'address family',
  'unknown-hardware-type': 'ARPHRD hardware type',
  'unknown-ip-version': 'IP version',
  arp: 'ARP',
  rarp: 'RARP',
  llc: 'IEEE 802.2 LLC, such as spanning tree',
  lldp: 'LLDP',
  eapol: 'IEEE 802.1X',
  mpls: 'MPLS, which netfilter does not look into',
  macsec: 'IEEE 802.1AE, encrypted',
  'pppoe-discovery': 'PPPoE discovery',
  'ppp-control': 'PPP control protocol',
} as const

/** Names a reason in counters and JSON. */
export type SkipReason = keyof typeof skipReasons

/** What `decodeLink` fills. Offsets are into `frame.bytes`. */
export interface LinkLayer {
  /** skip: no IP packet, see `reason`. All other fields hold as far as they were read. */
  kind: 'ip' | 'skip'
  /** The version that the link layer announces; the packet's own first nibble may disagree, then Linux drops it. */
  version: 4 | 6
  networkStart: number
  /** Bytes at hand from there, 0 or more; includes Ethernet padding, ends where PPPoE or 802.3 say that the payload ends. */
  networkLength: number
  /** Where six bytes of MAC address stand, or -1. */
  sourceMac: number
  destinationMac: number
  /** VLAN identifiers 0 to 4095 of the outermost and the next tag, or -1. */
  vlan: number
  innerVlan: number
  /** The capturing host's interface number (Linux cooked v2), or -1. */
  interfaceNumber: number
  direction: Direction
  packetType: PacketType
  reason: SkipReason
  detail: number
}

/** Every file in this folder exports `linkTypes`, the LINKTYPE_ numbers it reads, and `decode`, which never throws. */
export type DecodeLink = (frame: Frame, link: LinkLayer) => void

/** A result for `decodeLink` to fill; make one, not one per frame. */
export function createLinkLayer(): LinkLayer {
  return {
    kind: 'skip',
    version: 4,
    networkStart: 0,
    networkLength: 0,
    sourceMac: -1,
    destinationMac: -1,
    vlan: -1,
    innerVlan: -1,
    interfaceNumber: -1,
    direction: 'unknown',
    packetType: 'unknown',
    reason: 'none',
    detail: 0,
  }
}

/** Starts from what the capture format knew about the frame. */
export function resetLinkLayer(frame: Frame, link: LinkLayer): void {
  link.sourceMac = -1
  link.destinationMac = -1
  link.vlan = -1
  link.innerVlan = -1
  link.interfaceNumber = -1
  link.direction = frame.direction
  link.packetType = frame.packetType
}

/** Ends with an IP packet between `start` and `end`. */
export function setIp(link: LinkLayer, version: 4 | 6, start: number, end: number): void {
  link.kind = 'ip'
  link.version = version
  link.networkStart = start
  link.networkLength = end - start
  link.reason = 'none'
  link.detail = 0
}

/** Ends without one. */
export function setSkip(link: LinkLayer, reason: SkipReason, detail = 0): void {
  link.kind = 'skip'
  link.networkStart = 0
  link.networkLength = 0
  link.reason = reason
  link.detail = detail
}

/** The reason in one phrase that counts alike frames together: `arp`, `unknown-ethertype 0x88cc`, `unknown-link-type 105`. */
export function skipText(link: LinkLayer): string {
  if (link.reason === 'unknown-ethertype' || link.reason === 'unknown-ppp-protocol') {
    return `${link.reason} ${hexadecimal(link.detail, 4)}`
  }
  return link.reason.startsWith('unknown-') ? `${link.reason} ${link.detail}` : link.reason
}
