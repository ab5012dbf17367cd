/** The parts that every record of a bench's capture has: record header, Ethernet, IPv4; checksums by sums that are already known. */

export const recordHeaderLength = 16
export const linkHeaderLength = 14
const firstSecond = 1_700_000_000

/** The time is 250,000 packets a second, so that no flow times out between its packets. */
const microsecondsAPacket = 4

/** Writes what stands before the IP packet; answers where that begins. `number`: of the packet in the capture. */
export function writeFrameHeader(bytes: Buffer, at: number, number: number, packetLength: number): number {
  const microseconds = number * microsecondsAPacket
  bytes.writeUInt32LE(firstSecond + Math.floor(microseconds / 1e6), at)
  bytes.writeUInt32LE(microseconds % 1e6, at + 4)
  bytes.writeUInt32LE(linkHeaderLength + packetLength, at + 8)
  bytes.writeUInt32LE(linkHeaderLength + packetLength, at + 12)
  bytes.fill(0, at + 16, at + 28)
  bytes.writeUInt16BE(0x0800, at + 28)
  return at + recordHeaderLength + linkHeaderLength
}

/** An IPv4 header without options, its checksum right. */
export function writeIpv4(
  bytes: Buffer,
  ip: number,
  header: { length: number; number: number; protocol: number; source: number; destination: number },
): void {
  const identification = header.number & 0xffff
  bytes.writeUInt32BE(0x45000000 | header.length, ip)
  bytes.writeUInt32BE(identification * 65536, ip + 4)
  bytes.writeUInt32BE(0x40000000 | (header.protocol << 16), ip + 8)
  bytes.writeUInt32BE(header.source, ip + 12)
  bytes.writeUInt32BE(header.destination, ip + 16)
  const sum = 0x4500 + header.length + identification + 0x4000 + header.protocol
  bytes.writeUInt16BE(checksum(sum + halves(header.source) + halves(header.destination)), ip + 10)
}

/** The sum of both halves of a 32-bit word. */
export const halves = (word: number): number => (word >>> 16) + (word & 0xffff)

/** RFC 1071: the complement of the sum of 16-bit words. */
export function checksum(sum: number): number {
  let folded = sum
  while (folded > 0xffff) folded = (folded & 0xffff) + Math.floor(folded / 65536)
  return ~folded & 0xffff
}

/** The sum of the 16-bit words of some bytes, an odd last one with a zero behind it. */
export function sumOf(bytes: Uint8Array): number {
  let sum = 0
  for (let i = 0; i < bytes.length; i += 2) sum += (bytes[i]! << 8) | (bytes[i + 1] ?? 0)
  return sum
}
