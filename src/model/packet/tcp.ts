/** TCP header, RFC 9293 section 3.1. */

import { bits, u8, u16, u32 } from '../bytes/index.ts'

export const tcp = {
  sourcePort: u16(0),
  destinationPort: u16(2),
  sequence: u32(4),
  acknowledgment: u32(8),
  /** Header length in units of 4 bytes, options included. */
  dataOffset: bits(96, 4),
  flags: u8(13),
  window: u16(14),
  checksum: u16(16),
  urgentPointer: u16(18),
} as const

export const tcpHeaderLength = 20

export const TcpFlag = { fin: 1, syn: 2, rst: 4, psh: 8, ack: 16, urg: 32, ecn: 64, cwr: 128 } as const

/** Option kinds, RFC 9293 section 3.2, RFC 7323, RFC 2018. */
export const TcpOption = {
  end: 0,
  noOperation: 1,
  maximumSegmentSize: 2,
  windowScale: 3,
  sackPermitted: 4,
  sack: 5,
  timestamp: 8,
} as const
