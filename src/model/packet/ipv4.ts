/** IPv4 header, RFC 791 section 3.1. */

import { bits, u8, u16, u32 } from '../bytes/index.ts'

export const ipv4 = {
  version: bits(0, 4),
  headerLength: bits(4, 4),
  typeOfService: u8(1),
  dscp: bits(8, 6),
  ecn: bits(14, 2),
  totalLength: u16(2),
  identification: u16(4),
  /** Flags (3 bits) and fragment offset (13 bits, in units of 8 bytes) together. */
  fragment: u16(6),
  timeToLive: u8(8),
  protocol: u8(9),
  checksum: u16(10),
  source: u32(12),
  destination: u32(16),
} as const

export const ipv4HeaderLength = 20

/** Bits of the `fragment` field. */
export const Ipv4Fragment = {
  reserved: 0x8000,
  dontFragment: 0x4000,
  moreFragments: 0x2000,
  offsetMask: 0x1fff,
} as const
