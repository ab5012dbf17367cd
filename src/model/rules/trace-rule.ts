/** The traced form of a rule: the same steps, each with a report of what it found and how it went. */

import { describeActual, isRepeatable, readValue, shownValue } from './describe.ts'
import type { Load, Machine, Step } from './machine.ts'
import { chainShift, Result, resultMask } from './result.ts'
import type { Rule } from './ruleset.ts'
import type { Statement } from './statement.ts'
import type { Outcome, Tracer } from './tracer.ts'
import { registersOf, type Value } from './value.ts'

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
  return (packet) => {
    // Read first: a statement may change what it has read.
    const found = read ? read(packet) : null
    const result = step(packet)
    const outcome: Outcome = result !== Result.break ? 'matched' : found === notLoaded ? 'not-loadable' : 'failed'
    tracer.statement(packet, rule, statement, outcome, found === notLoaded ? null : found)
    return result
  }
}

const notLoaded: unique symbol = Symbol('not loaded')

/** Reads what the packet has, as text; null where reading would change something, or where there is nothing to read. */
function readerOf(
  statement: Statement,
  machine: Machine,
): ((packet: Parameters<Load>[0]) => string | typeof notLoaded) | null {
  const value = readValue(statement)
  if (!value || !isRepeatable(value)) return null
  const shown: Value = shownValue(value)
  const whole = machine.load(value, 0)
  const load = machine.load(shown, 0)
  const words = registersOf(shown)
  return (packet) => {
    if (!whole(packet) || !load(packet)) return notLoaded
    return describeActual(shown, machine.registers.slice(0, words), machine.surroundings.host)
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
