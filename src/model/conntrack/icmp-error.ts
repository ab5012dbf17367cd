/** ICMP errors: judged by the packet that they quote, never tracked themselves; fidelity 1 to 11. */

import { fold, readUint16, sumWords } from '../bytes/index.ts'
import { Icmpv6Type, icmpHeaderLength, type Packet, Protocol } from '../packet/index.ts'
import type { Entries } from './entries.ts'
import { tupleKind, tupleWords } from './entry.ts'
import { isIcmpError, isIcmpv6Error, isIcmpv6Untracked, lastIcmpType } from './icmp-types.ts'
import { Reason } from './reason.ts'
import { State } from './status.ts'
import { isChecksumChecked, isChecksumRight } from './trackers/checksum.ts'
import { findTransport4, findTransport6, found, invertTuple, makeTuple, readAddresses, readPorts } from './tuple.ts'

/** What {@link judgeIcmp} answers besides a Reason: the packet is settled, or an ordinary one. */
export const IcmpAnswer = { settled: 0, ordinary: -1 } as const

const quoted = makeTuple()
const expected = makeTuple()

/** Looks at an ICMP packet of its own IP version before it is tracked. Sets state, entry and direction of those it settles. */
export function judgeIcmp(entries: Entries, packet: Packet, transport: number): number {
  const { bytes, end } = packet
  if (transport + icmpHeaderLength > end) return Reason.shortHeader
  const type = bytes[transport]!
  if (packet.family === 4) {
    if (isChecksumChecked(entries, packet) && fold(sumWords(bytes, transport, end)) !== 0xffff) return Reason.checksum
    if (type > lastIcmpType) return Reason.icmpType
    return isIcmpError(type) ? judgeQuoted(entries, packet, transport + icmpHeaderLength) : IcmpAnswer.ordinary
  }
  if (isChecksumChecked(entries, packet) && !isChecksumRight(packet, transport, end, Protocol.icmpv6))
    return Reason.checksum
  if (isIcmpv6Untracked(type)) {
    packet.isUntracked = true
    packet.state = State.untracked
    return IcmpAnswer.settled
  }
  if (type === Icmpv6Type.redirect) return judgeRedirect(entries, packet, transport)
  return isIcmpv6Error(type) ? judgeQuoted(entries, packet, transport + icmpHeaderLength) : IcmpAnswer.ordinary
}

/** Target and destination address stand between the header of a redirect and its options (RFC 4861 section 4.5). */
const redirectHeaderLength = 40
const redirectedHeaderOption = 4

function judgeRedirect(entries: Entries, packet: Packet, transport: number): number {
  const { bytes, start, end } = packet
  if (transport + redirectHeaderLength > end) return Reason.shortHeader
  if (bytes[transport + 1] !== 0) return IcmpAnswer.ordinary
  const isLinkLocal = (readUint16(bytes, start + 8) & 0xffc0) === 0xfe80
  if (bytes[start + 7] !== 255 || !isLinkLocal) return Reason.icmpv6Redirect
  const option = transport + redirectHeaderLength
  if (option + 2 > end || bytes[option + 1] === 0) return Reason.icmpv6Redirect
  if (bytes[option] !== redirectedHeaderOption) return IcmpAnswer.ordinary
  return judgeQuoted(entries, packet, option + 8)
}

/** The quoted packet at `start` must be of a tracked flow, and the error addressed to whoever sent it. */
function judgeQuoted(entries: Entries, packet: Packet, start: number): number {
  const { bytes, end } = packet
  const reason = packet.family === 4 ? findTransport4(bytes, start, end) : findQuotedTransport6(bytes, start, end)
  if (reason !== Reason.none) return Reason.icmpInnerHeader
  const kind = tupleKind(packet.family, found.protocol)
  readAddresses(bytes, start, kind, quoted)
  if (readPorts(bytes, found.transport, end, kind, quoted, entries.greKeys) !== Reason.none)
    return Reason.icmpInnerHeader
  if (!invertTuple(quoted, kind, expected)) return Reason.icmpInnerNotInvertible
  const link = entries.lookUp(expected, kind, packet.zoneOriginal, packet.zoneReply)
  if (link === 0) return Reason.icmpInnerUnknownFlow
  if (!isAddressedTo(packet, kind)) return Reason.icmpOuterDestination
  packet.entry = link & ~1
  packet.isReply = (link & 1) !== 0
  packet.state = State.related
  return IcmpAnswer.settled
}

const findQuotedTransport6 = (bytes: Uint8Array, start: number, end: number): number =>
  start + 40 > end ? Reason.networkHeader : findTransport6(bytes, start, end)

/** Whether the error's destination is the destination of the flow's tuple that was found: the sender of the quoted packet. */
function isAddressedTo(packet: Packet, kind: number): boolean {
  const half = (tupleWords(kind) - 1) >> 1
  const at = packet.start + (half === 1 ? 16 : 24)
  for (let i = 0; i < half; i++) {
    const { bytes } = packet
    const word = (readUint16(bytes, at + 4 * i) << 16) | readUint16(bytes, at + 4 * i + 2)
    if (word !== expected[half + i]) return false
  }
  return true
}
