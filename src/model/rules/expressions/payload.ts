/** Bits of the packet (Linux nft_payload): not loadable when they reach behind the packet's end. */

import type { Packet } from '../../packet/index.ts'
import { bytesTouched, fieldReader } from '../field-reader.ts'
import { hastyTransportAt, innerAt, transportAt } from '../header-position.ts'
import type { Load, Machine, ValueExpression } from '../machine.ts'
import type { PayloadValue } from '../value.ts'

/** Offset of the header that a payload base names, -1 when the packet has none. */
export function baseAt(packet: Packet, base: PayloadValue['base']): number {
  switch (base) {
    case 'link':
      return packet.link
    case 'network':
      return packet.start
    case 'transport':
      return transportAt(packet)
    case 'inner':
      return innerAt(packet)
  }
}

/** Whether the kernel loads it by its short cut (nft_payload_select_ops): 1, 2 or 4 bytes at a multiple of their number. */
export const isHasty = (value: Pick<PayloadValue, 'base' | 'offset' | 'width'>): boolean => {
  const length = bytesTouched(value.offset & 7, value.width)
  const isPower = length === 1 || length === 2 || length === 4
  return value.base === 'transport' && isPower && (value.offset >>> 3) % length === 0
}

function load(value: PayloadValue, register: number, machine: Machine): Load {
  const offset = value.offset >>> 3
  const length = bytesTouched(value.offset & 7, value.width)
  const read = fieldReader(value.offset & 7, value.width, machine.registers, register)
  const { base } = value
  if (base === 'network') {
    return (packet) => {
      const at = packet.start + offset
      if (at + length > packet.end) return false
      read(packet.bytes, at)
      return true
    }
  }
  const hasty = isHasty(value)
  return (packet) => {
    const header = hasty ? hastyTransportAt(packet) : baseAt(packet, base)
    const at = header + offset
    if (header < 0 || at + length > packet.end) return false
    read(packet.bytes, at)
    return true
  }
}

export const payload: ValueExpression<PayloadValue> = { load, describe: (value) => value.name }
