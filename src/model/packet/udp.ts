/** UDP header, RFC 768; UDP-Lite (RFC 3828) has the same shape with its coverage in place of the length. */

import { u16 } from '../bytes/index.ts'

export const udp = { sourcePort: u16(0), destinationPort: u16(2), length: u16(4), checksum: u16(6) } as const

export const udpHeaderLength = 8
