/** BSD loopback: the address family in four bytes, in the capturing machine's order (NULL) or network order (LOOP). */
import { readUint32 } from '../../../model/bytes/index.ts'
import type { Frame } from '../frame.ts'
import { type LinkLayer, setIp, setSkip } from './link-layer.ts'

export const linkTypes = [0, 108] as const

/** AF_INET is the same everywhere. AF_INET6: Linux 10, Windows 23, NetBSD, OpenBSD 24, FreeBSD 28, Darwin 30. */
const ipv4Family = 2
const ipv6Families: readonly number[] = [10, 23, 24, 28, 30]

export function decode(frame: Frame, link: LinkLayer): void {
  const { bytes, start, capturedLength } = frame
  if (capturedLength < 4) return setSkip(link, 'truncated-link-header')
  const bigEndian = readUint32(bytes, start)
  // Families are small numbers, so a large one was written in the other order, whichever the link type says.
  const family = bigEndian > 0xffff ? swapped(bigEndian) : bigEndian
  const end = start + capturedLength
  if (family === ipv4Family) setIp(link, 4, start + 4, end)
  else if (ipv6Families.includes(family)) setIp(link, 6, start + 4, end)
  else setSkip(link, 'unknown-address-family', family)
}

function swapped(word: number): number {
  return ((word << 24) | ((word & 0xff00) << 8) | ((word >>> 8) & 0xff00) | (word >>> 24)) >>> 0
}
