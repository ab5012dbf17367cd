/**
 * Chains that note what they would count, and count nothing: the same code as closures, asked of one packet about all that will come of its
 * connection in its direction. They give up at the first statement whose answer is not settled (settled.ts).
 */

import type { Packet } from '../packet/index.ts'
import type { Rule, SetDefinition } from '../rules/index.ts'

import { type Branch, choiceAmong, skipped } from './classify/index.ts'
import { joinOperations } from './code/closures.ts'
import type { Operation, RuleCode } from './code/operation.ts'
import type { Journal } from './journal.ts'
import type { Step } from './machine.ts'
import { chainShift, isFinal, Result, resultMask } from './result.ts'
import { isSetFixed, isStatementSettled } from './settled.ts'

/** Answered in place of a {@link Result}: another packet of the connection may go another way. */
const unsettled = 7

/** So many rules are asked one by one, of connections that may have only a few packets. */
const longestWalk = 64

const giveUp: Step = () => unsettled

export class Noting {
  private readonly journal: Journal
  private readonly registers: Int32Array
  /** Sets that rules change. */
  private readonly changedSets: Set<SetDefinition> = new Set()
  private readonly fixedSets: Map<SetDefinition, boolean> = new Map()
  /** Makes what notes for a step that runs. */
  private readonly makers: Map<Step, () => Step> = new Map([[skipped, () => skipped]])
  /** By number. */
  private readonly chains: Step[] = []

  constructor(journal: Journal, registers: Int32Array) {
    this.journal = journal
    this.registers = registers
  }

  addChangedSets(sets: Iterable<SetDefinition>): void {
    for (const set of sets) this.changedSets.add(set)
  }

  /** `step` runs the rule. */
  addRule(step: Step, rule: Rule, code: RuleCode): void {
    this.makers.set(step, () => this.noteRule(rule, code))
  }

  /** `step` runs those of `steps` that the branch finds. */
  addChoice(step: Step, branch: Branch, steps: readonly Step[]): void {
    this.makers.set(step, () => this.noteChoice(branch, this.notersOf(steps)))
  }

  addChain(number: number, steps: readonly Step[]): void {
    this.chains[number] = later(
      () => this.noteChain(this.notersOf(steps)),
      (made) => {
        this.chains[number] = made
      },
    )
  }

  /** For base chains: notes, and tells whether the packet passes as all of its connection will; if not, nothing is noted. */
  passes(number: number, isAccepting: boolean, policyRule: number, packet: Packet): boolean {
    const { rule } = packet
    const { journal } = this
    const before = journal.count
    const result = this.chains[number]!(packet)
    const isDecided = isFinal(result)
    const isPassed = result !== unsettled && (isDecided ? result === Result.accept : isAccepting)
    if (!isPassed || journal.isOverfull) {
      packet.rule = rule
      journal.forgetFrom(before)
      return false
    }
    if (!isDecided) packet.rule = policyRule
    return true
  }

  private notersOf(steps: readonly Step[]): readonly Step[] {
    const noters: Step[] = steps.map((step, i) =>
      later(this.makers.get(step) ?? ((): Step => giveUp), (made) => {
        noters[i] = made
      }),
    )
    return noters
  }

  /** Where the branch may find others for the next packet, all are asked. */
  private noteChoice(branch: Branch, noters: readonly Step[]): Step {
    if (branch.isSettled) return choiceAmong(branch, noters)
    return noters.length > longestWalk ? giveUp : walkOf(noters)
  }

  private noteChain(rules: readonly Step[]): Step {
    return (packet) => {
      for (let i = 0; i < rules.length; i++) {
        const result = rules[i]!(packet)
        if (result <= Result.break) continue
        if (result <= Result.return || result === unsettled) return result
        const inner = this.chains[result >>> chainShift]!(packet)
        if (isFinal(inner) || inner === unsettled) return inner
        if ((result & resultMask) === Result.goto) return Result.return
      }
      return Result.next
    }
  }

  private noteRule({ statements }: Rule, code: RuleCode): Step {
    const { journal } = this
    const steps = code.statements.flatMap(({ operations }, i) =>
      isStatementSettled(statements[i]!, (set) => this.isFixed(set)) ? this.noteOperations(operations) : giveUp,
    )
    return (packet) => {
      let result: number = Result.next
      for (let i = 0; i < steps.length && result === Result.next; i++) result = steps[i]!(packet)
      if (result !== Result.break && result !== unsettled) journal.add(code.ruleId)
      return result
    }
  }

  private isFixed(set: SetDefinition): boolean {
    const known = this.fixedSets.get(set)
    if (known !== undefined) return known
    const isFixed = !this.changedSets.has(set) && isSetFixed(set)
    this.fixedSets.set(set, isFixed)
    return isFixed
  }

  /** What is asked is asked; what counts is noted. */
  private noteOperations(operations: readonly Operation[]): Step[] {
    return operations.map((operation) => {
      if (operation.kind !== 'count') return joinOperations([operation], this.registers)
      const { journal } = this
      const note = journal.noteOf(operation.counts)
      return () => {
        journal.add(note)
        return Result.next
      }
    })
  }
}

/** Steps in order, until one answers something else than that the next is to be asked. */
const walkOf =
  (steps: readonly Step[]): Step =>
  (packet) => {
    for (let i = 0; i < steps.length; i++) {
      const result = steps[i]!(packet)
      if (result > Result.break) return result
    }
    return Result.next
  }

/** Made when it is first asked, and then put in its place: most chains of most hosts are never asked. */
const later =
  (make: () => Step, place: (made: Step) => void): Step =>
  (packet) => {
    const made = make()
    place(made)
    return made(packet)
  }
