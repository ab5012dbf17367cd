/** Bits of an IPv6 extension header, or whether it is there (Linux nft_exthdr_ipv6_eval). */

import { type ExtensionHeaderValue, wordsOf } from '../../rules/index.ts'
import { filled, type ValueCode } from '../code/operation.ts'
import { bytesTouched, fieldReader } from '../field-reader.ts'
import { findExtensionHeader } from '../header-position.ts'
import type { Load, Machine, ValueExpression } from '../machine.ts'

function load(value: ExtensionHeaderValue, register: number, machine: Machine): Load {
  const { registers } = machine
  const { header } = value
  if (value.exists) {
    return (packet) => {
      if (packet.family !== 6) return false
      registers[register] = findExtensionHeader(packet, header) >= 0 ? 1 : 0
      return true
    }
  }
  const offset = value.offset >>> 3
  const length = bytesTouched(value.offset & 7, value.width)
  const read = fieldReader(value.offset & 7, value.width, registers, register)
  return (packet) => {
    if (packet.family !== 6) return false
    const at = findExtensionHeader(packet, header)
    if (at < 0 || at + offset + length > packet.end) return false
    read(packet.bytes, at + offset)
    return true
  }
}

const code = (value: ExtensionHeaderValue, at: number, machine: Machine): ValueCode =>
  filled(at, wordsOf(value.width), load(value, at, machine))

export const extensionHeader: ValueExpression<ExtensionHeaderValue> = { code, describe: (value) => value.name }
