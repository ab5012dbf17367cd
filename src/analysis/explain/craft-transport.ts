/** UDP-Lite datagrams (RFC 3828) and the SCTP packet that opens an association (RFC 9260 section 3.3.2). */

import { crc32c, writeUint16, writeUint32 } from '../../model/bytes/index.ts'
import { buildIp, Protocol, transportChecksum, type UdpFields } from '../../model/packet/index.ts'

const udpLiteHeaderLength = 8

/** Its checksum covers all of it. */
export function buildUdpLite(fields: Omit<UdpFields, 'payload'> & { readonly payload: Uint8Array }): Uint8Array {
  const segment = new Uint8Array(udpLiteHeaderLength + fields.payload.length)
  writeUint16(segment, 0, fields.fromPort)
  writeUint16(segment, 2, fields.toPort)
  segment.set(fields.payload, udpLiteHeaderLength)
  writeUint16(segment, 6, fields.checksum ?? (transportChecksum(fields, segment, Protocol.udplite) || 0xffff))
  return buildIp(fields, Protocol.udplite, segment)
}

const initLength = 20

/** Common header with tag 0, and an INIT chunk alone. */
export function buildSctpInit(fields: Omit<UdpFields, 'payload'>): Uint8Array {
  const segment = new Uint8Array(12 + initLength)
  writeUint16(segment, 0, fields.fromPort)
  writeUint16(segment, 2, fields.toPort)
  segment[12] = 1
  writeUint16(segment, 14, initLength)
  const [tag, window, streams, sequence] = [1, 65_536, 10, 1000]
  writeUint32(segment, 16, tag)
  writeUint32(segment, 20, window)
  writeUint16(segment, 24, streams)
  writeUint16(segment, 26, streams)
  writeUint32(segment, 28, sequence)
  const sum = fields.checksum ?? crc32c(segment, 0, segment.length)
  // The one field of SCTP that is little endian.
  for (let byte = 0; byte < 4; byte++) segment[8 + byte] = (sum >>> (8 * byte)) & 0xff
  return buildIp(fields, Protocol.sctp, segment)
}
