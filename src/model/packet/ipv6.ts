/** IPv6 header, RFC 8200 section 3, and its fragment header, section 4.5. */

import { bits, u8, u16, u32, wide } from '../bytes/index.ts'

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

export const ipv6Fragment = {
  nextHeader: u8(0),
  /** Offset (13 bits, in units of 8 bytes), two reserved bits, more-fragments (lowest bit). */
  offsetAndFlags: u16(2),
  identification: u32(4),
} as const

export const ipv6FragmentHeaderLength = 8
