/** `tcp option maxseg size set` (Linux nft_exthdr_tcp_set_eval): the rule goes on where the packet has no such option. */

import { readUint16, readUint32, writeUint16, writeUint32 } from '../../bytes/index.ts'
import { TcpOption } from '../../packet/index.ts'
import type { SetTcpOptionStatement } from '../../rules/index.ts'
import { type Operation, runWith, type WordStep } from '../code/operation.ts'
import { constant } from '../code/word.ts'
import { tcpHeaderAt } from '../header-position.ts'
import type { Machine, StatementExpression } from '../machine.ts'
import { Result } from '../result.ts'
import { mendWord } from './checksum-mending.ts'
import { findTcpOption, optionLength, optionsEnd } from './tcp-option.ts'

const checksumOffset = 16

function code(statement: SetTcpOptionStatement, machine: Machine): readonly Operation[] {
  const { operations, words } = machine.code(statement.value, 0)
  const offset = statement.offset >>> 3
  const length = statement.width >>> 3
  const isSegmentSize = statement.option === TcpOption.maximumSegmentSize && length === 2
  const write: WordStep = (packet, word) => {
    const { bytes } = packet
    const header = tcpHeaderAt(packet)
    if (header < 0) return Result.break
    packet.joinTo(optionsEnd(bytes, header))
    const at = findTcpOption(bytes, header, statement.option)
    if (at < 0) return Result.next
    const size = optionLength(bytes, at)
    if (at + size > optionsEnd(bytes, header) || offset + length > size) return Result.break
    const value = word >>> 0
    // A larger segment size than the peer offered could stall the connection: the kernel only lowers it.
    if (isSegmentSize && readUint16(bytes, at + offset) <= value) return Result.next
    if (length === 2) writeTwo(bytes, header, at + offset, value)
    else if (length === 4) writeFour(bytes, header, at + offset, value)
    return Result.next
  }
  return [...operations, runWith(words[0] ?? constant(0), write)]
}

function writeTwo(bytes: Uint8Array, header: number, at: number, value: number): void {
  mendWord(bytes, header + checksumOffset, readUint16(bytes, at), value & 0xffff)
  writeUint16(bytes, at, value)
}

function writeFour(bytes: Uint8Array, header: number, at: number, value: number): void {
  const before = readUint32(bytes, at)
  mendWord(bytes, header + checksumOffset, (before >>> 16) + (before & 0xffff), (value >>> 16) + (value & 0xffff))
  writeUint32(bytes, at, value)
}

export const setTcpOption: StatementExpression<SetTcpOptionStatement> = { code }
