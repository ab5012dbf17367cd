/** The traced form of a rule: the same steps, each with a report of what it found and how it went. */

import type { Packet } from '../packet/index.ts'
import { type Rule, registersOf, type Statement, type Value } from '../rules/index.ts'
import { describeActual, isRepeatable, readValue, shownValue } from './describe.ts'
import type { Machine, Step } from './machine.ts'
import { chainShift, Result, resultMask } from './result.ts'
import type { DescribeFound, Outcome, Tracer } from './tracer.ts'

export interface TracedRule {
  /** Steps that report their statements. */
  readonly steps: readonly Step[]
  /** Puts the report of the rule and its verdict around the joined steps. */
  wrap(joined: Step): Step
}

/** `chainName` names the chain of a jump's number. */
export function traceRule(
  rule: Rule,
  steps: readonly Step[],
  machine: Machine,
  tracer: Tracer,
  chainName: (number: number) => string,
): TracedRule {
  const traced = rule.statements.map((statement, i) => traceStep(rule, statement, steps[i]!, machine, tracer))
  const wrap = (joined: Step): Step => {
    return (packet) => {
      tracer.enterRule(packet, rule)
      const result = joined(packet)
      if (result > Result.break) tracer.verdict(packet, rule, resultText(result, chainName))
      return result
    }
  }
  return { steps: traced, wrap }
}

function traceStep(rule: Rule, statement: Statement, step: Step, machine: Machine, tracer: Tracer): Step {
  const read = readerOf(statement, machine)
  if (!read)
    return (packet) => {
      const result = step(packet)
      tracer.statement(packet, rule, statement, result === Result.break ? 'failed' : 'matched', null)
      return result
    }
  return (packet) => {
    // Read first: a statement may change what it has read.
    const found = read(packet)
    const result = step(packet)
    const outcome: Outcome = result !== Result.break ? 'matched' : found === null ? 'not-loadable' : 'failed'
    tracer.statement(packet, rule, statement, outcome, found)
    return result
  }
}

/** Keeps what a packet has; null where it has no such thing. */
type Read = (packet: Packet) => DescribeFound | null

/** Null where reading would change something, or where there is nothing to read. */
function readerOf(statement: Statement, machine: Machine): Read | null {
  const value = readValue(statement)
  if (!value || !isRepeatable(value)) return null
  // A masked value can be loaded where the value under the mask can.
  const shown: Value = shownValue(value)
  const load = machine.load(shown, 0)
  const words = registersOf(shown)
  const { registers, surroundings } = machine
  const describe = (found: readonly number[]): string => describeActual(shown, found, surroundings.host)
  if (words === 1) {
    const describeWord = rememberingLast((word) => describe([word]))
    return (packet) => {
      if (!load(packet)) return null
      const word = registers[0]!
      return () => describeWord(word)
    }
  }
  return (packet) => {
    if (!load(packet)) return null
    const found: number[] = []
    // A loop, not a slice: typed arrays of a few words cost more to make than to fill.
    for (let i = 0; i < words; i++) found.push(registers[i]!)
    return () => describe(found)
  }
}

/** Packets that follow each other mostly have the same state, protocol or interface: half of the time of reading a walk went into such words. */
function rememberingLast(describe: (word: number) => string): (word: number) => string {
  let last = 0
  let text: string | null = null
  return (word) => {
    if (text === null || word !== last) text = describe(word)
    last = word
    return text
  }
}

function resultText(result: number, chainName: (number: number) => string): string {
  switch (result & resultMask) {
    case Result.accept:
      return 'accept'
    case Result.drop:
      return 'drop'
    case Result.return:
      return 'return'
    case Result.goto:
      return `goto ${chainName(result >>> chainShift)}`
    default:
      return `jump ${chainName(result >>> chainShift)}`
  }
}
