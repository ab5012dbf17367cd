/** PPP, RFC 1661 and RFC 1662: an optional HDLC address and control field, a protocol of one or two bytes, the packet. */
import { readUint16 } from '../../../model/bytes/index.ts'
import type { Frame } from '../frame.ts'
import { type LinkLayer, setIp, setSkip } from './link-layer.ts'

export const linkTypes = [9, 50] as const

/** RFC 1332 and RFC 5072. */
const pppProtocol = { ipv4: 0x0021, ipv6: 0x0057 } as const

/** From here on the protocols configure the link and its users (LCP, IPCP, PAP, CHAP). */
const leastControlProtocol = 0x8000

export function decode(frame: Frame, link: LinkLayer): void {
  const { bytes, start } = frame
  const end = start + frame.capturedLength
  const hasFraming = end - start >= 2 && bytes[start] === 0xff && bytes[start + 1] === 0x03
  decodePppProtocol(bytes, hasFraming ? start + 2 : start, end, link)
}

/** Reads the protocol field at `at`; an odd first byte is the whole field (protocol field compression). */
export function decodePppProtocol(bytes: Uint8Array, at: number, end: number, link: LinkLayer): void {
  if (end - at < 1) return setSkip(link, 'truncated-link-header')
  const isCompressed = (bytes[at]! & 1) === 1
  if (!isCompressed && end - at < 2) return setSkip(link, 'truncated-link-header')
  const protocol = isCompressed ? bytes[at]! : readUint16(bytes, at)
  const start = isCompressed ? at + 1 : at + 2
  if (protocol === pppProtocol.ipv4) setIp(link, 4, start, end)
  else if (protocol === pppProtocol.ipv6) setIp(link, 6, start, end)
  else setSkip(link, protocol >= leastControlProtocol ? 'ppp-control' : 'unknown-ppp-protocol', protocol)
}
