/** IPv6 header, RFC 8200 section 3, and the length of its fragment header, section 4.5. */

import { bits, u8, u16, wide } from '../bytes/index.ts'

export const ipv6 = {
  version: bits(0, 4),
  dscp: bits(4, 6),
  ecn: bits(10, 2),
  flowLabel: bits(12, 20),
  payloadLength: u16(4),
  nextHeader: u8(6),
  hopLimit: u8(7),
  source: wide(8, 16),
  destination: wide(24, 16),
} as const

export const ipv6HeaderLength = 40

export const ipv6FragmentHeaderLength = 8
