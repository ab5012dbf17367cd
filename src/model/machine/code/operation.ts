/** What a statement does, as data: operations in order, until one ends the rule. The other half of the code form is `word.ts`. */

import type { Load, Step } from '../machine.ts'
import { type Condition, register, type Word } from './word.ts'

/** A {@link Step} that takes a word besides. */
export type WordStep = (packet: Parameters<Step>[0], word: number) => number

export type Operation =
  /** The rule goes on only if it holds. */
  | { readonly kind: 'need'; readonly condition: Condition }
  | { readonly kind: 'put'; readonly register: number; readonly word: Word }
  /** Something too rare or too large for words fills registers; false: the rule does not match. */
  | { readonly kind: 'fill'; readonly load: Load }
  /** Something opaque that answers a Result, and is told a word where there is one (a signed number of 32 bits). */
  | { readonly kind: 'run'; readonly step: Step; readonly word: null }
  | { readonly kind: 'run'; readonly step: WordStep; readonly word: Word }
  /** Counts the packet in the first number, its network-layer bytes in the second. */
  | { readonly kind: 'count'; readonly counts: Float64Array }
  | { readonly kind: 'set'; readonly slot: 'mark' | 'priority'; readonly word: Word }
  /** Ends the rule with a Result that is known (`continue` does not: it is Result.next); a final one leaves the rule's id in the packet. */
  | { readonly kind: 'end'; readonly result: number; readonly ruleId: number }

/** How a value is computed: `operations` first; then its words hold until a register is written again. */
export interface ValueCode {
  readonly operations: readonly Operation[]
  readonly words: readonly Word[]
}

/** One statement of a rule. */
export interface StatementCode {
  readonly operations: readonly Operation[]
  /** Whether all that words are read from is afterwards as it was, but for what a `set` names itself. */
  readonly isPure: boolean
}

/** A rule, or what is left of one. */
export interface RuleCode {
  readonly ruleId: number
  readonly statements: readonly StatementCode[]
}

/** A piece of a chain: a rule, or a function of the packet that stands for several. */
export type Part = RuleCode | Step

export const need = (condition: Condition): Operation => ({ kind: 'need', condition })
export const fill = (load: Load): Operation => ({ kind: 'fill', load })
export const run = (step: Step): Operation => ({ kind: 'run', step, word: null })
export const count = (counts: Float64Array): Operation => ({ kind: 'count', counts })
export const runWith = (word: Word, step: WordStep): Operation => ({ kind: 'run', step, word })
export const end = (result: number, ruleId: number): Operation => ({ kind: 'end', result, ruleId })

/** A value of words that hold where all conditions do. */
export const wordsWhere = (conditions: readonly Condition[], ...words: readonly Word[]): ValueCode => ({
  operations: conditions.map(need),
  words,
})

/** A value that `load` writes to `count` registers from `at` on. */
export const filled = (at: number, count: number, load: Load): ValueCode => ({
  operations: [fill(load)],
  words: Array.from({ length: count }, (_, i) => register(at + i)),
})

/** Computes a value and leaves its words in registers from `at` on. */
export function intoRegisters({ operations, words }: ValueCode, at: number): readonly Operation[] {
  const puts = words.flatMap((word, i): Operation[] =>
    word.kind === 'register' && word.register === at + i ? [] : [{ kind: 'put', register: at + i, word }],
  )
  return [...operations, ...puts]
}

/** Without needs that the next one implies: what equals one number does not equal another. */
export function simplify(operations: readonly Operation[]): readonly Operation[] {
  return operations.filter((operation, i) => !isImplied(operation, operations[i + 1]))
}

function isImplied(operation: Operation, next: Operation | undefined): boolean {
  if (operation.kind !== 'need' || next?.kind !== 'need') return false
  const weak = operation.condition
  const strong = next.condition
  if (weak.kind !== 'compare' || strong.kind !== 'compare' || weak.left !== strong.left) return false
  if (weak.relation !== '!==' || strong.relation !== '===') return false
  return weak.right.kind === 'constant' && strong.right.kind === 'constant' && weak.right.value !== strong.right.value
}
