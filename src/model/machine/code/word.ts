/**
 * What an expression computes, as data: numbers of 32 bits and questions about them. Nothing here runs; `closures.ts` and `source.ts`
 * each give it a form that does, and must agree. Words are kept short of meaning on purpose: whoever asks another question of rules
 * (which packets match?) reads the same trees.
 */

import type { Packet } from '../../packet/index.ts'

/** A header that bytes are counted from. `hasty transport` is where the kernel's short cut looks (header-position.ts). */
export type Base = 'link' | 'network' | 'transport' | 'hasty transport' | 'inner'

/** Numbers that a packet carries beside its bytes. */
export type Slot =
  | 'start'
  | 'end'
  | 'link'
  | 'family'
  | 'hook'
  | 'input'
  | 'output'
  | 'mark'
  | 'priority'
  | 'userId'
  | 'groupId'
  | 'entry'

/** Answers the same for a packet as long as nothing is written to it or its connection. */
export type Reader = (packet: Packet) => number

/** A number; of what is wider only the low 32 bits count, with no sign but where something says so. */
export type Word =
  | { readonly kind: 'constant'; readonly value: number }
  | { readonly kind: 'slot'; readonly slot: Slot }
  /** One to four bytes in network order. Read only behind a {@link Condition} that the packet reaches so far. */
  | { readonly kind: 'bytes'; readonly base: Base; readonly offset: number; readonly length: number }
  /** What an operation before has left in a register. */
  | { readonly kind: 'register'; readonly register: number }
  | { readonly kind: 'call'; readonly read: Reader }
  | { readonly kind: 'combine'; readonly operator: Combination; readonly left: Word; readonly right: Word }

export type Combination = '&' | '|' | '^' | '<<' | '>>>' | '-'

/** Equality, and order as unsigned numbers. */
export type Relation = '===' | '!==' | '<' | '<=' | '>' | '>='

export type Condition =
  | { readonly kind: 'compare'; readonly relation: Relation; readonly left: Word; readonly right: Word }
  /** The packet has the header, and at least `bytes` bytes from its start on. */
  | { readonly kind: 'reaches'; readonly base: Base; readonly bytes: number }
  | { readonly kind: 'all' | 'any'; readonly of: readonly Condition[] }

export const constant = (value: number): Word => ({ kind: 'constant', value: value | 0 })
export const slot = (name: Slot): Word => ({ kind: 'slot', slot: name })
export const register = (number: number): Word => ({ kind: 'register', register: number })
export const call = (read: Reader): Word => ({ kind: 'call', read })
export const bytes = (base: Base, offset: number, length: number): Word => ({ kind: 'bytes', base, offset, length })

export const combine = (left: Word, operator: Combination, right: number | Word): Word => ({
  kind: 'combine',
  operator,
  left,
  right: typeof right === 'number' ? constant(right) : right,
})

/** `word & mask`, or the word itself where the mask takes nothing away. */
export const mask = (word: Word, bits: number): Word => ((bits | 0) === -1 ? word : combine(word, '&', bits))

export const compare = (left: Word, relation: Relation, right: number): Condition => ({
  kind: 'compare',
  relation,
  left,
  right: constant(right),
})
export const reaches = (base: Base, count: number): Condition => ({ kind: 'reaches', base, bytes: count })
export const all = (of: readonly Condition[]): Condition => joined('all', of)
export const any = (of: readonly Condition[]): Condition => joined('any', of)

function joined(kind: 'all' | 'any', of: readonly Condition[]): Condition {
  const [first] = of
  return first && of.length === 1 ? first : { kind, of }
}

/** Words as one unsigned number, most significant first, against a constant of as many. */
export function order(words: readonly Word[], relation: '<' | '<=' | '>' | '>=', right: readonly number[]): Condition {
  const [word, ...rest] = words
  const [value = 0, ...less] = right
  if (!word) return { kind: relation === '<=' || relation === '>=' ? 'all' : 'any', of: [] }
  if (rest.length === 0) return compare(word, relation, value)
  const strict = relation === '<' || relation === '<=' ? '<' : '>'
  return any([compare(word, strict, value), all([compare(word, '===', value), order(rest, relation, less)])])
}

/** Bits that start `offset` bits behind a header's start: words of 32, the last one what remains. */
export function bitsOf(base: Base, offset: number, width: number): Word[] {
  const words: Word[] = []
  for (let done = 0; done < width; done += 32) words.push(bitsWord(base, offset + done, Math.min(32, width - done)))
  return words
}

/** At most 32 bits; they lie in five bytes at most. */
function bitsWord(base: Base, offset: number, width: number): Word {
  const from = offset >>> 3
  const end = (offset & 7) + width
  const touched = (end + 7) >>> 3
  const bits = width === 32 ? -1 : 2 ** width - 1
  if (touched === 5) {
    const high = combine(bytes(base, from, 4), '<<', end - 32)
    return mask(combine(high, '|', combine(bytes(base, from + 4, 1), '>>>', 40 - end)), bits)
  }
  const read = bytes(base, from, touched)
  const behind = touched * 8 - end
  if (behind === 0 && width === touched * 8) return read
  return mask(behind === 0 ? read : combine(read, '>>>', behind), bits)
}
