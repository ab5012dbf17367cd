/** Writes bits of the packet and mends the checksums that cover them (Linux nft_payload_set_eval, as nft asks for it). */

import { crc32c, sumWords, writeUint16 } from '../../bytes/index.ts'
import { type Packet, Protocol, redecode } from '../../packet/index.ts'
import { type SetPayloadStatement, wordsOf } from '../../rules/index.ts'
import { intoRegisters, type Operation, run } from '../code/operation.ts'
import { bytesTouched } from '../field-reader.ts'
import { transportAt, transportProtocol } from '../header-position.ts'
import type { Machine, StatementExpression } from '../machine.ts'
import { Result } from '../result.ts'
import { mendMangled, pseudoHeaderChecksumAt } from './checksum-mending.ts'
import { baseAt } from './payload.ts'

/** Offset of each header's own checksum. nft knows it by the header's name; raw payload (`@th,0,16`) has none. */
const ownChecksums: Readonly<Record<string, number>> = {
  ip: 10,
  tcp: 16,
  udp: 6,
  udplite: 6,
  icmp: 2,
  icmpv6: 2,
  igmp: 2,
  dccp: 6,
}

/** Fields that the pseudo header of the transport checksum holds. */
const inPseudoHeader: ReadonlySet<string> = new Set([
  'ip saddr',
  'ip daddr',
  'ip protocol',
  'ip length',
  'ip6 saddr',
  'ip6 daddr',
  'ip6 nexthdr',
  'ip6 length',
])

/** Writes `width` bits from registers, most significant first, `bit` bits behind the byte at `at`. */
function writeBits(bytes: Uint8Array, at: number, bit: number, width: number, registers: Int32Array): void {
  for (let i = 0; i < width; i++) {
    const word = i >>> 5
    const held = Math.min(32, width - word * 32)
    const value = (registers[word]! >>> (held - 1 - (i & 31))) & 1
    const position = bit + i
    const byte = at + (position >>> 3)
    const shift = 7 - (position & 7)
    bytes[byte] = (bytes[byte]! & ~(1 << shift)) | (value << shift)
  }
}

interface Plan {
  readonly statement: SetPayloadStatement
  readonly offset: number
  /** Whole 16-bit words around the field, from and to, counted from the header: what checksums see. */
  readonly from: number
  readonly to: number
  readonly ownChecksum: number
  readonly isInPseudoHeader: boolean
  readonly isSctp: boolean
}

function planOf(statement: SetPayloadStatement): Plan {
  const offset = statement.offset >>> 3
  const header = statement.name.split(' ')[0] ?? ''
  const ownChecksum = ownChecksums[header] ?? -1
  const isInPseudoHeader = inPseudoHeader.has(statement.name)
  const end = offset + bytesTouched(statement.offset & 7, statement.width)
  const isSummed = ownChecksum >= 0 || isInPseudoHeader
  return {
    statement,
    offset,
    from: isSummed ? offset & ~1 : offset,
    to: isSummed ? (end + 1) & ~1 : end,
    ownChecksum,
    isInPseudoHeader,
    isSctp: header === 'sctp',
  }
}

/** Mends what covers the field; `before` and `after` are sums of its words. False: the checksum lies behind the packet's end. */
function mend(plan: Plan, packet: Packet, header: number, before: number, after: number): boolean {
  const { bytes, end } = packet
  if (plan.ownChecksum >= 0) {
    const at = header + plan.ownChecksum
    if (at + 2 > end) return false
    // A UDP checksum of zero is no exception here: the kernel mends it into nonsense (observed).
    if (plan.statement.base === 'transport') packet.joinTo(at + 2)
    mendMangled(bytes, at, before, after)
  }
  if (!plan.isInPseudoHeader) return true
  const at = pseudoHeaderChecksumAt(packet)
  if (at + 2 > end) return false
  if (at < 0) return true
  packet.joinTo(at + 2)
  mendMangled(bytes, at, before, after)
  return true
}

function mendSctp(packet: Packet): void {
  const at = transportAt(packet)
  if (at < 0 || transportProtocol(packet) !== Protocol.sctp || at + 12 > packet.end) return
  const { bytes, end } = packet
  bytes.fill(0, at + 8, at + 12)
  const checksum = crc32c(bytes, at, end)
  // SCTP sends its checksum least significant byte first (RFC 9260 appendix A).
  writeUint16(bytes, at + 8, ((checksum & 0xff) << 8) | ((checksum >>> 8) & 0xff))
  writeUint16(bytes, at + 10, (((checksum >>> 16) & 0xff) << 8) | (checksum >>> 24))
}

/** Whether a write may move headers: version, header length, fragment fields, protocol. */
function doesMoveHeaders(plan: Plan): boolean {
  if (plan.statement.base !== 'network') return false
  const touches = (at: number): boolean => plan.offset <= at && at < plan.to
  return touches(0) || touches(6) || touches(7) || touches(9) || plan.to > 40
}

function code(statement: SetPayloadStatement, machine: Machine): readonly Operation[] {
  const { registers } = machine
  const plan = planOf(statement)
  const movesHeaders = doesMoveHeaders(plan)
  const written = new Int32Array(wordsOf(statement.width))
  const write = run((packet) => {
    const header = baseAt(packet, statement.base)
    if (header < 0 || header + plan.to > packet.end) return Result.break
    const { bytes } = packet
    for (let i = 0; i < written.length; i++) written[i] = registers[i]!
    const before = sumWords(bytes, header + plan.from, header + plan.to)
    const after = sumAfterWrite(plan, bytes, header, written)
    if (!mend(plan, packet, header, before, after)) return Result.break
    if (statement.base !== 'network') packet.joinTo(header + plan.to)
    writeBits(bytes, header + plan.offset, statement.offset & 7, statement.width, written)
    if (plan.isSctp) mendSctp(packet)
    if (movesHeaders) redecode(packet)
    return Result.next
  })
  return [...intoRegisters(machine.code(statement.value, 0), 0), write]
}

const scratch = new Uint8Array(64)

/** The sum of the field's words once `written` is in them. Mending comes before the write: a rule may set the checksum itself. */
function sumAfterWrite(plan: Plan, bytes: Uint8Array, header: number, written: Int32Array): number {
  const length = plan.to - plan.from
  for (let i = 0; i < length; i++) scratch[i] = bytes[header + plan.from + i]!
  writeBits(scratch, plan.offset - plan.from, plan.statement.offset & 7, plan.statement.width, written)
  return sumWords(scratch, 0, length)
}

export const setPayload: StatementExpression<SetPayloadStatement> = { code }
