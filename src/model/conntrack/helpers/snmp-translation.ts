/**
 * The client's address in SNMP messages of a connection whose source is translated (RFC 2962, basic SNMP application level
 * gateway), as nf_nat_snmp_basic rewrites it: each value of type IpAddress that is the client's address becomes the public one.
 */

import { readInt32, readUint16, replaceChecksum, writeUint16, writeUint32 } from '../../bytes/index.ts'
import type { HelperVerdict, HelperWork } from './helper.ts'
import { readSnmp } from './snmp-message.ts'

const agentPort = 161
const trapPort = 162
const udpHeaderLength = 8
const checksumOffset = 6

/**
 * Messages to and from agents, but for what an agent sends first and what comes back from where traps go. What cannot be read
 * is dropped: that is every SNMPv3 message, and every trap of SNMPv1.
 */
export function translateSnmp(work: HelperWork): HelperVerdict {
  const { bytes, transport } = work
  if (!work.isTranslated) return null
  if (readUint16(bytes, transport) === agentPort && work.direction !== 1) return null
  if (readUint16(bytes, transport + 2) === trapPort && work.direction !== 0) return null
  if (readUint16(bytes, transport + 4) !== work.packet.end - transport)
    return 'the UDP length of an SNMP message is not that of the packet'
  // In both directions the same: what the client calls itself, and what the server calls it.
  const [inside = 0] = work.address(0, 0)
  const [outside = 0] = work.address(1, 1)
  if (inside === outside) return null
  const from = transport + udpHeaderLength
  const wrong = readSnmp(bytes, from, work.packet.end, (at) => {
    if (readInt32(bytes, at) === inside) rewrite(work, at, inside, outside)
  })
  return wrong === null ? null : `an SNMP message cannot be read: ${wrong}`
}

/** A checksum may become 0, which the kernel then takes for none. */
function rewrite(work: HelperWork, at: number, before: number, after: number): void {
  const { bytes, transport } = work
  const checksum = readUint16(bytes, transport + checksumOffset)
  const isOdd = ((at - transport) & 1) !== 0
  if (checksum !== 0) {
    const mended = replaceChecksum(checksum, sumAddress(before, isOdd), sumAddress(after, isOdd))
    writeUint16(bytes, transport + checksumOffset, mended)
  }
  writeUint32(bytes, at, after)
}

/** What an address adds to the checksum: at an odd offset its bytes lie across three words. */
const sumAddress = (address: number, isOdd: boolean): number =>
  isOdd
    ? (address >>> 24) + ((address >>> 8) & 0xffff) + ((address & 0xff) << 8)
    : (address >>> 16) + (address & 0xffff)
