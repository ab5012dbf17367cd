/**
 * Runs of rules that ask the same field for different values become one lookup: the field is read once and only the rules that
 * want its value are walked, in their order. So the cost of ten thousand rules about addresses does not grow with their number.
 */

import { isRepeatable } from './describe.ts'
import type { Machine, Step } from './machine.ts'
import { Result } from './result.ts'
import type { Rule } from './ruleset.ts'
import { KeyTable } from './sets/key-table.ts'
import type { Statement } from './statement.ts'
import { registersOf, type Value } from './value.ts'
import { stringWords, wordsString } from './words.ts'

/** Runs below this length are walked faster rule by rule. */
const shortestRun = 5

export interface RuleJoiner {
  readonly machine: Machine
  /** Compiles a rule without its first `from` statements, which are known to match. */
  joinRule(rule: Rule, from: number): Step
  /** Compiles steps of rules to one that walks them. */
  joinRules(steps: readonly Step[]): Step
  /** Whether walking a chain of the table changes nothing that values are read from. */
  isPureChain(name: string): boolean
}

/** What a rule asks first: a value, and the words that it must have. */
interface Question {
  readonly value: Value
  readonly words: readonly number[]
  /** Equal for equal values. */
  readonly identity: string
}

/** Steps for rules in order; their first `depth` statements are known to match. */
export function indexRules(rules: readonly Rule[], depth: number, joiner: RuleJoiner): readonly Step[] {
  const questions = rules.map((rule) => questionOf(rule.statements[depth], joiner.machine))
  const steps: Step[] = []
  for (let i = 0; i < rules.length; ) {
    const end = runEnd(rules, questions, i, joiner)
    const question = questions[i]
    if (question && end - i >= shortestRun) {
      steps.push(lookupStep(rules.slice(i, end), questions.slice(i, end), question.value, depth, joiner))
      i = end
    } else {
      for (let plain = i; plain < end; plain++) steps.push(joiner.joinRule(rules[plain]!, depth))
      i = end
    }
  }
  return steps
}

/** One behind the last rule that asks what the first one asks, with nothing in between that could change the answer. */
function runEnd(
  rules: readonly Rule[],
  questions: readonly (Question | null)[],
  first: number,
  joiner: RuleJoiner,
): number {
  const identity = questions[first]?.identity
  let end = first + 1
  if (identity === undefined) return end
  while (end < rules.length && questions[end]?.identity === identity && isPure(rules[end - 1]!, joiner)) end++
  return end
}

function lookupStep(
  rules: readonly Rule[],
  questions: readonly (Question | null)[],
  value: Value,
  depth: number,
  joiner: RuleJoiner,
): Step {
  const words = registersOf(value)
  const table = new KeyTable(words, rules.length)
  const members: Rule[][] = []
  for (const [i, rule] of rules.entries()) {
    const key = Int32Array.from(questions[i]?.words ?? [])
    const known = table.find(key, 0)
    const number = known >= 0 ? known : table.insert(key, 0)
    const list = members[number]
    if (list) list.push(rule)
    else members[number] = [rule]
  }
  const steps = members.map((list) => joiner.joinRules(indexRules(list, depth + 1, joiner)))
  const load = joiner.machine.load(value, 0)
  const { registers } = joiner.machine
  if (words === 1) {
    return (packet) => {
      if (!load(packet)) return Result.break
      const number = table.findWord(registers[0]!)
      return number < 0 ? Result.break : steps[number]!(packet)
    }
  }
  return (packet) => {
    if (!load(packet)) return Result.break
    const number = table.find(registers, 0)
    return number < 0 ? Result.break : steps[number]!(packet)
  }
}

function questionOf(statement: Statement | undefined, machine: Machine): Question | null {
  if (statement?.kind !== 'compare' || statement.operator !== '==' || !isRepeatable(statement.left)) return null
  const asked = statement.left
  if (statement.interfaceName !== null) {
    return question(asked, [machine.surroundings.host.interfaceIndex(statement.interfaceName)])
  }
  const isWhole = statement.prefixBits === null || statement.prefixBits >= asked.width
  if (!isWhole || statement.right.length !== registersOf(asked)) return null
  if (asked.kind !== 'meta' || (asked.key !== 'iifname' && asked.key !== 'oifname'))
    return question(asked, statement.right)
  const name = wordsString(statement.right)
  if (name === '' || !stringWords(name).every((word, i) => word === ((statement.right[i] ?? 0) | 0))) return null
  const index = machine.surroundings.host.interfaceIndex(name)
  return question({ kind: 'meta', key: asked.key === 'iifname' ? 'iif' : 'oif', width: 32 }, [index])
}

const question = (value: Value, words: readonly number[]): Question => ({
  value,
  words,
  identity: JSON.stringify(value),
})

/** Whether a rule leaves all that values are read from as it was. */
function isPure(rule: Rule, joiner: RuleJoiner): boolean {
  return rule.statements.every((statement) => isPureStatement(statement, (name) => joiner.isPureChain(name)))
}

export function isPureStatement(statement: Statement, isPureChain: (name: string) => boolean): boolean {
  switch (statement.kind) {
    case 'notrack':
    case 'set meta':
    case 'set ct':
    case 'set payload':
    case 'set tcp-option':
    case 'reset tcp-option':
    case 'nat':
      return false
    case 'object':
      return isPureObject(statement.object.kind)
    case 'object-map':
      return isPureObject(statement.objectKind)
    case 'verdict':
      return isPureVerdict(statement.verdict, isPureChain)
    case 'verdict-map':
      return statement.map.elements.every(({ verdict }) => verdict === null || isPureVerdict(verdict, isPureChain))
    default:
      return true
  }
}

const isPureObject = (kind: string): boolean => kind === 'counter' || kind === 'quota' || kind === 'limit'

const isPureVerdict = (
  verdict: { readonly kind: string; readonly chain?: string },
  isPureChain: (name: string) => boolean,
): boolean => verdict.chain === undefined || isPureChain(verdict.chain)
