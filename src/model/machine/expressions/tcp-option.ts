/** Bits of a TCP option, or whether it is there (Linux nft_exthdr_tcp_eval). */

import { tcpHeaderLength } from '../../packet/index.ts'
import { type TcpOptionValue, wordsOf } from '../../rules/index.ts'
import { filled, type ValueCode } from '../code/operation.ts'
import { bytesTouched, fieldReader } from '../field-reader.ts'
import { tcpHeaderAt } from '../header-position.ts'
import type { Load, Machine, ValueExpression } from '../machine.ts'

/** Offset behind the options of the TCP header at `header`. */
export const optionsEnd = (bytes: Uint8Array, header: number): number => header + ((bytes[header + 12]! >>> 4) << 2)

/** Bytes of the option at `at`; one for end, padding and malformed options, so that a walk always ends. */
export const optionLength = (bytes: Uint8Array, at: number): number =>
  bytes[at]! <= 1 || bytes[at + 1] === 0 ? 1 : bytes[at + 1]!

/** Offset of the first option of a kind, -1 when the header at `header` has none. */
export function findTcpOption(bytes: Uint8Array, header: number, kind: number): number {
  const end = optionsEnd(bytes, header)
  for (let at = header + tcpHeaderLength; at < end - 1; at += optionLength(bytes, at)) if (bytes[at] === kind) return at
  return -1
}

function load(value: TcpOptionValue, register: number, machine: Machine): Load {
  const { registers } = machine
  const offset = value.offset >>> 3
  const length = bytesTouched(value.offset & 7, value.width)
  const read = fieldReader(value.offset & 7, value.width, registers, register)
  const { exists, option } = value
  return (packet) => {
    const { bytes } = packet
    const header = tcpHeaderAt(packet)
    const at = header < 0 ? -1 : findTcpOption(bytes, header, option)
    const isWhole = at >= 0 && at + optionLength(bytes, at) <= optionsEnd(bytes, header)
    if (exists) {
      registers[register] = isWhole ? 1 : 0
      return true
    }
    if (!isWhole || offset + length > optionLength(bytes, at)) return false
    read(bytes, at + offset)
    return true
  }
}

const code = (value: TcpOptionValue, at: number, machine: Machine): ValueCode =>
  filled(at, wordsOf(value.width), load(value, at, machine))

export const tcpOption: ValueExpression<TcpOptionValue> = { code, describe: (value) => value.name }
