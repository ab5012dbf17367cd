/** A difference in lines for people: the packet that was sent, and of both sides only what the other has not, decoded. */

import { bytesText } from '../../model/packet/index.ts'
import { canonical } from './canonical.ts'
import type { Difference } from './compare.ts'
import type { Scenario } from './format.ts'

/** Names of the two sides, as they stand before what each says. */
export interface SideNames {
  readonly a: string
  readonly b: string
}

/** The first line says where; the others are indented. */
export function differenceLines(difference: Difference, scenario: Scenario, names: SideNames): string[] {
  const { packet, field } = difference
  const sent = packet === undefined ? undefined : scenario.packets[packet]
  const width = Math.max(names.a.length, names.b.length)
  const [left, right] = [elements(difference.a), elements(difference.b)]
  const isList = Array.isArray(difference.a) && Array.isArray(difference.b)
  // Lists of one length differ at places, others as a whole.
  const isShown = (own: readonly unknown[], other: readonly unknown[], at: number): boolean =>
    !isList || own.length !== other.length || canonical(own[at]) !== canonical(other[at])
  const side = (name: string, own: readonly unknown[], other: readonly unknown[]): string[] => {
    const shown = own.filter((_, at) => isShown(own, other, at))
    const texts = shown.length === 0 ? ['nothing'] : shown.map((element) => elementText(field, element))
    return texts.map((text) => `  ${name.padEnd(width)}  ${text}`)
  }
  const where = packet === undefined ? `at the end: ${field}` : `packet ${packet}: ${field}`
  return [
    where,
    ...(sent === undefined ? [] : [`  ${'sent'.padEnd(width)}  ${packetWords(sent.in, sent.hex)}`]),
    ...side(names.a, left, right),
    ...side(names.b, right, left),
    ...changedBytes(field, left, right),
  ]
}

const elements = (value: unknown): readonly unknown[] =>
  Array.isArray(value) ? value : value === undefined ? [] : [value]

function elementText(field: string, element: unknown): string {
  if (field === 'out' && isEmitted(element)) return packetWords(element[0], element[1])
  return JSON.stringify(element)
}

const packetWords = (device: string, hex: string): string => {
  const bytes = bytesOf(hex)
  return `${device}: ${bytesText(bytes, 0, bytes.length)} (${bytes.length} bytes)`
}

function isEmitted(element: unknown): element is readonly [string, string] {
  return Array.isArray(element) && typeof element[0] === 'string' && typeof element[1] === 'string'
}

/** Two packets may read alike: where their bytes part. */
function changedBytes(field: string, a: readonly unknown[], b: readonly unknown[]): string[] {
  if (field !== 'out' || a.length !== b.length) return []
  for (const [at, left] of a.entries()) {
    const right = b[at]
    if (!isEmitted(left) || !isEmitted(right) || left[1] === right[1]) continue
    const [own, other] = [left[1], right[1]]
    let from = 0
    while (own[from] === other[from]) from++
    from &= ~1
    const window = (hex: string): string => hex.slice(from, from + 48)
    return [`  first at byte ${from / 2}: ${window(own)} and ${window(other)}`]
  }
  return []
}

function bytesOf(hex: string): Uint8Array {
  return Uint8Array.from({ length: hex.length / 2 }, (_, at) => Number.parseInt(hex.slice(2 * at, 2 * at + 2), 16))
}
