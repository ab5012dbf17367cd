/**
 * Rules of a chain as steps: long runs of rules become one step that looks up which of them may match the packet and runs only those,
 * in their order. Whatever it looks up only filters: each candidate runs whole, as it would in a walk, so that verdicts, counters and
 * all other effects are those of the walk.
 */

import type { Packet } from '../../packet/index.ts'
import type { Rule } from '../../rules/index.ts'
import type { Machine, Step } from '../machine.ts'
import { Result } from '../result.ts'
import { type Branch, branchOf, Candidates } from './branch.ts'
import { changesOf } from './changes.ts'
import { type DemandContext, demandsOf } from './demand.ts'
import { Fields, type Ranges } from './field.ts'

export interface RuleJoiner extends DemandContext {
  readonly machine: Machine
  /** A rule as a step that goes by itself where the rule jumps to. */
  joinRule(rule: Rule): Step
  /** A step that runs those of `steps` that the branch finds, see {@link choiceAmong}. */
  joinChoice(branch: Branch, steps: readonly Step[]): Step
  /** `Change` bits of what walking a chain of the table may change. */
  changesOfChain(name: string): number
}

/** Shorter runs are walked faster. */
const shortestRun = 5

/** Steps that together do what the rules do in their order. */
export function classifyRules(rules: readonly Rule[], joiner: RuleJoiner): readonly Step[] {
  if (rules.length < shortestRun) return rules.map((rule) => joiner.joinRule(rule))
  const fields = new Fields(joiner.machine)
  return runsOf(rules, fields, joiner).flatMap((run) => stepsOf(run, joiner))
}

/** Rules in a row, with what each asks of fields that none before it in the run may change. */
interface Run {
  readonly rules: Rule[]
  readonly asked: (readonly Ranges[])[]
}

function runsOf(rules: readonly Rule[], fields: Fields, joiner: RuleJoiner): Run[] {
  const runs: Run[] = []
  let run: Run = { rules: [], asked: [] }
  let changed = 0
  for (const rule of rules) {
    const asked = demandsOf(rule.statements, joiner).map((demand) => fields.rangesOf(demand))
    let lasting = asked.filter(({ field }) => (field.dependencies & changed) === 0)
    if (run.rules.length === 0 || (lasting.length === 0 && asked.length > 0)) {
      run = { rules: [], asked: [] }
      runs.push(run)
      changed = 0
      lasting = asked
    }
    run.rules.push(rule)
    run.asked.push(lasting)
    for (const statement of rule.statements) changed |= changesOf(statement, (name) => joiner.changesOfChain(name))
  }
  return runs
}

function stepsOf({ asked, rules }: Run, joiner: RuleJoiner): Step[] {
  const numbers = [...rules.keys()]
  const walked = (part: readonly Rule[]): Step[] => part.map((rule) => joiner.joinRule(rule))
  const branch = branchOf(numbers, asked, joiner.machine.registers)
  if (!branch) return walked(rules)
  // Rules before the first and behind the last one that can be left out need no lookup.
  const always = new Set(branch.always)
  const first = numbers.findIndex((number) => !always.has(number))
  const end = numbers.findLastIndex((number) => !always.has(number)) + 1
  branch.trim(first, end)
  const steps = rules.map((rule, i) => (i < first || i >= end ? skipped : joiner.joinRule(rule)))
  return [...walked(rules.slice(0, first)), joiner.joinChoice(branch, steps), ...walked(rules.slice(end))]
}

/** Stands where a rule needs no choice. */
export const skipped: Step = () => Result.next

/** Runs the steps by the numbers that the branch finds, in order, until one ends the chain. */
export function choiceAmong(branch: Branch, steps: readonly Step[]): Step {
  const candidates = new Candidates()
  return (packet) => {
    candidates.count = 0
    branch.collect(packet, candidates)
    if (candidates.count === 0) return Result.next
    return candidates.count === 1 ? runList(candidates, steps, packet) : runLists(candidates, steps, packet)
  }
}

function runList(candidates: Candidates, steps: readonly Step[], packet: Packet): number {
  const list = candidates.lists[0]!
  const end = candidates.end[0]!
  for (let i = candidates.next[0]!; i < end; i++) {
    const result = steps[list[i]!]!(packet)
    if (result > Result.break) return result
  }
  return Result.next
}

/** The lists are few, and no rule is in two of them: the list with the lowest next rule runs up to where another one's is lower. */
function runLists(candidates: Candidates, steps: readonly Step[], packet: Packet): number {
  const { count, end, lists, next } = candidates
  for (;;) {
    let lowest = none
    let second = none
    let which = -1
    for (let i = 0; i < count; i++) {
      const rule = next[i]! < end[i]! ? lists[i]![next[i]!]! : none
      if (rule < lowest) {
        second = lowest
        lowest = rule
        which = i
      } else if (rule < second) second = rule
    }
    if (which < 0) return Result.next
    const list = lists[which]!
    const stop = end[which]!
    let at = next[which]!
    do {
      const result = steps[list[at]!]!(packet)
      if (result > Result.break) return result
      at++
    } while (at < stop && list[at]! < second)
    next[which] = at
  }
}

/** Above the number of any rule. */
const none = 0x7fffffff
