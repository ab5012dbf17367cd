/** Which fields of a packet are worth reading before a rule asks for them, because rules behind it ask for them too. */

import type { Operation, Part, RuleCode } from './operation.ts'
import type { Condition, Word } from './word.ts'

export type FieldWord = Word & { readonly kind: 'bytes' }

/** The same for the same bytes. */
export const fieldKey = ({ base, length, offset }: FieldWord): string => `bytes ${base} ${offset} ${length}`

/** By part: the fields that it is the first to ask for, of several parts between which nothing is written. */
export function fieldsWorthReading(parts: readonly Part[]): readonly (readonly FieldWord[])[] {
  const asked = parts.map((part) => (typeof part === 'function' ? [] : fieldsOf(part)))
  const worth = parts.map((): FieldWord[] => [])
  for (let from = 0; from < parts.length; ) {
    let to = from
    while (to < parts.length - 1 && !canWrite(parts[to]!)) to++
    addShared(asked, worth, from, to + 1)
    from = to + 1
  }
  return worth
}

/** Whether anything may be written in a part; of a step nobody knows. */
const canWrite = (part: Part): boolean => typeof part === 'function' || part.statements.some(({ isPure }) => !isPure)

function addShared(
  asked: readonly (readonly FieldWord[])[],
  worth: readonly FieldWord[][],
  from: number,
  to: number,
): void {
  const first = new Map<string, { readonly part: number; isShared: boolean }>()
  for (let part = from; part < to; part++) {
    for (const field of asked[part]!) {
      const key = fieldKey(field)
      const known = first.get(key)
      if (!known) first.set(key, { part, isShared: false })
      else if (known.part !== part && !known.isShared) {
        known.isShared = true
        worth[known.part]?.push(field)
      }
    }
  }
}

/** Fields that a rule asks for before it writes anything. */
function fieldsOf(rule: RuleCode): FieldWord[] {
  const fields: FieldWord[] = []
  for (const { isPure, operations } of rule.statements) {
    for (const operation of operations) addOperation(operation, fields)
    if (!isPure) break
  }
  return fields
}

function addOperation(operation: Operation, into: FieldWord[]): void {
  if (operation.kind === 'need') addCondition(operation.condition, into)
  else if ('word' in operation && operation.word !== null) addWord(operation.word, into)
}

function addCondition(condition: Condition, into: FieldWord[]): void {
  if (condition.kind === 'reaches') return
  if (condition.kind !== 'compare') for (const each of condition.of) addCondition(each, into)
  else {
    addWord(condition.left, into)
    addWord(condition.right, into)
  }
}

function addWord(word: Word, into: FieldWord[]): void {
  if (word.kind === 'bytes') into.push(word)
  else if (word.kind === 'combine') {
    addWord(word.left, into)
    addWord(word.right, into)
  }
}
