/** Bits of the packet (Linux nft_payload): not loadable when they reach behind the packet's end. */

import type { Packet } from '../../packet/index.ts'
import type { PayloadValue } from '../../rules/index.ts'
import { type ValueCode, wordsWhere } from '../code/operation.ts'
import { type Base, bitsOf, reaches } from '../code/word.ts'
import { bytesTouched } from '../field-reader.ts'
import { innerAt, transportAt } from '../header-position.ts'
import type { ValueExpression } from '../machine.ts'

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

function code(value: PayloadValue): ValueCode {
  const { offset, width } = value
  const base: Base = isHasty(value) ? 'hasty transport' : value.base
  return wordsWhere([reaches(base, (offset >>> 3) + bytesTouched(offset & 7, width))], ...bitsOf(base, offset, width))
}

export const payload: ValueExpression<PayloadValue> = { code, describe: (value) => value.name }
