/** ICMP header, RFC 792, and its types as the IANA registry numbers them. */

import { u8, u16, u32 } from '../bytes/index.ts'

export const icmp = {
  type: u8(0),
  code: u8(1),
  checksum: u16(2),
  identifier: u16(4),
  sequence: u16(6),
  gateway: u32(4),
  mtu: u16(6),
} as const

/** Bytes before an echo's data or an error's quoted packet; ICMPv6 has the same. */
export const icmpHeaderLength = 8

export const IcmpType = {
  echoReply: 0,
  destinationUnreachable: 3,
  sourceQuench: 4,
  redirect: 5,
  echoRequest: 8,
  routerAdvertisement: 9,
  routerSolicitation: 10,
  timeExceeded: 11,
  parameterProblem: 12,
  timestampRequest: 13,
  timestampReply: 14,
  infoRequest: 15,
  infoReply: 16,
  addressMaskRequest: 17,
  addressMaskReply: 18,
} as const
