/** Bits of an IPv4 option, or whether it is there (Linux nft_exthdr_ipv4_eval). */

import { ipv4HeaderLength, type Packet } from '../../packet/index.ts'
import { type IpOptionValue, wordsOf } from '../../rules/index.ts'
import { filled, type ValueCode } from '../code/operation.ts'
import { bytesTouched, fieldReader } from '../field-reader.ts'
import type { Load, Machine, ValueExpression } from '../machine.ts'

/** Offset of the first option of a kind; -1 when there is none, or when any option is malformed. */
function findIpOption(packet: Packet, kind: number): number {
  const { bytes, start } = packet
  const end = start + ((bytes[start]! & 15) << 2)
  let found = -1
  for (let at = start + ipv4HeaderLength; at < end; ) {
    const current = bytes[at]!
    if (current === 0) break
    if (current === 1) {
      at++
      continue
    }
    const length = at + 1 < end ? bytes[at + 1]! : 0
    if (length < 2 || at + length > end) return -1
    if (current === kind && found < 0) found = at
    at += length
  }
  return found
}

function load(value: IpOptionValue, register: number, machine: Machine): Load {
  const { registers } = machine
  const offset = value.offset >>> 3
  const length = bytesTouched(value.offset & 7, value.width)
  const read = fieldReader(value.offset & 7, value.width, registers, register)
  const { exists, option } = value
  return (packet) => {
    if (packet.family !== 4) return false
    const at = findIpOption(packet, option)
    if (exists) {
      registers[register] = at >= 0 ? 1 : 0
      return true
    }
    if (at < 0 || at + offset + length > packet.end) return false
    read(packet.bytes, at + offset)
    return true
  }
}

const code = (value: IpOptionValue, at: number, machine: Machine): ValueCode =>
  filled(at, wordsOf(value.width), load(value, at, machine))

export const ipOption: ValueExpression<IpOptionValue> = { code, describe: (value) => value.name }
