/** PPP over Ethernet, RFC 2516 section 4: a header of six bytes around PPP. LINKTYPE_PPP_ETHER when captured bare. */
import { readUint16 } from '../../../model/bytes/index.ts'
import type { Frame } from '../frame.ts'
import { type LinkLayer, setSkip } from './link-layer.ts'
import { decodePppProtocol } from './ppp.ts'

export const linkTypes = [51] as const

/** The bare form: a code other than 0 belongs to discovery. */
export function decode(frame: Frame, link: LinkLayer): void {
  decodePppoe(frame.bytes, frame.start, frame.start + frame.capturedLength, link)
}

/** Reads the PPPoE header at `at`; its length field ends the payload where that is shorter than the frame. */
export function decodePppoe(bytes: Uint8Array, at: number, end: number, link: LinkLayer): void {
  if (end - at < 6) return setSkip(link, 'truncated-link-header')
  if (bytes[at + 1] !== 0) return setSkip(link, 'pppoe-discovery')
  decodePppProtocol(bytes, at + 6, Math.min(end, at + 6 + readUint16(bytes, at + 4)), link)
}
