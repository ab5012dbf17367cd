/** IEEE 802.2 LLC, and IP in its SNAP extension (RFC 1042). */
import { readUint16, readUint32 } from '../../../model/bytes/index.ts'
import { type LinkLayer, setIp, setSkip } from './link-layer.ts'

/** Both service access points 0xaa, unnumbered information, and organisation 0: an EtherType follows. */
const snapHeader = { first: 0xaaaa0300, rest: 0x0000 } as const

/** Reads the LLC header at `at`; only IPv4 and IPv6 in SNAP are IP. */
export function decodeLlc(bytes: Uint8Array, at: number, end: number, link: LinkLayer): void {
  if (end - at < 3) return setSkip(link, 'truncated-link-header')
  if (end - at < 8) return setSkip(link, 'llc')
  const isSnap = readUint32(bytes, at) === snapHeader.first && readUint16(bytes, at + 4) === snapHeader.rest
  const type = readUint16(bytes, at + 6)
  if (isSnap && type === 0x0800) setIp(link, 4, at + 8, end)
  else if (isSnap && type === 0x86dd) setIp(link, 6, at + 8, end)
  else if (isSnap && type === 0x0806) setSkip(link, 'arp')
  else setSkip(link, 'llc')
}
