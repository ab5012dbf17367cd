/** Rules and chains as steps: which of the two forms of code runs, and when. */

import { follow, joinRules } from '../chain.ts'
import type { Step } from '../machine.ts'
import { Result } from '../result.ts'
import { type Hits, joinSteps } from '../rule.ts'
import { stepsOf } from './closures.ts'
import { canGenerate, generate } from './generate.ts'
import type { Part, RuleCode } from './operation.ts'
import type { Environment } from './source.ts'

/**
 * `closures`: no code is generated. `source`: at a chain's first packet. `tiered`: closures until a chain has seen some packets, as most
 * chains never do; where code may not be generated the closures stay.
 */
export type Form = 'closures' | 'source' | 'tiered'

/** Packets after which generating a function pays. Making one costs some 50 µs, and saves some 50 ns a packet. */
const patience = 1000

/** Operations in one function: V8 does not optimise functions of more than 60 KB of bytecode, and each takes some 50 bytes. */
const mostOperations = 400

/** Told which step runs from now on. */
type Place = (step: Step) => void

export class Joiner {
  private readonly form: Form
  private readonly environment: Environment
  private readonly hits: Hits
  /** What the steps of {@link rule} were made of. Not weak: that took the collector longer than all else of ten thousand rules. */
  private readonly codes = new Map<Step, RuleCode>()

  /** `chains` are all chains by number, filled while compiling and after. */
  constructor(form: Form, registers: Int32Array, chains: readonly Step[], hits: Hits) {
    this.form = form !== 'closures' && canGenerate() ? form : 'closures'
    this.hits = hits
    this.environment = { registers, chains, ...hits, follow: (packet, result) => follow(packet, result, chains) }
  }

  /**
   * A rule alone, for who chooses among rules: it answers as {@link rules} do, and goes by itself where it jumps to. Given to `rules` it
   * becomes part of what is made of them.
   */
  rule(code: RuleCode): Step {
    let run: Step = () => Result.next
    const step: Step = (packet) => run(packet)
    this.codes.set(step, code)
    this.chunk([code], (made) => {
      run = made
    })
    return step
  }

  /** Rules, and steps that stand for several, in order. Answers accept, drop, `return` or `next`. */
  rules(steps: readonly Step[], place: Place): void {
    const groups = groupsOf(steps.map((step) => this.codes.get(step) ?? step))
    const [only = [], second] = groups
    if (!second) {
      this.chunk(only, place)
      return
    }
    const chunks: Step[] = []
    for (const [i, parts] of groups.entries())
      this.chunk(parts, (step) => {
        chunks[i] = step
      })
    place(walkChunks(chunks))
  }

  private chunk(parts: readonly Part[], place: Place): void {
    // Most chains of most hosts never see a packet: nothing is made for them.
    place((packet) => {
      const made = this.make(parts, place)
      place(made)
      return made(packet)
    })
  }

  private make(parts: readonly Part[], place: Place): Step {
    const source = (): Step => generate(parts, this.environment)
    if (this.form === 'source') return source()
    return this.form === 'closures' ? this.closures(parts) : waiting(this.closures(parts), source, place)
  }

  private closures(parts: readonly Part[]): Step {
    const steps = parts.map((part) => (typeof part === 'function' ? part : this.closure(part)))
    const [first] = steps
    return first && steps.length === 1
      ? joinOne(first, this.environment.follow)
      : joinRules(steps, this.environment.chains)
  }

  private closure({ ruleId, statements }: RuleCode): Step {
    const operations = statements.flatMap((statement) => statement.operations)
    return joinSteps(stepsOf(operations, this.environment.registers), ruleId, this.hits)
  }
}

const joinOne =
  (step: Step, follow: Environment['follow']): Step =>
  (packet) => {
    const result = step(packet)
    if (result <= Result.break) return Result.next
    return result <= Result.return ? result : follow(packet, result)
  }

/** Parts in order, as many together as make a function of a good length. */
function groupsOf(parts: readonly Part[]): readonly (readonly Part[])[] {
  const groups: Part[][] = []
  let room = 0
  for (const part of parts) {
    const size = sizeOf(part)
    if (size > room) {
      groups.push([])
      room = mostOperations
    }
    groups.at(-1)?.push(part)
    room -= size
  }
  return groups
}

const sizeOf = (part: Part): number =>
  typeof part === 'function' ? 1 : part.statements.reduce((sum, { operations }) => sum + operations.length, 1)

const walkChunks =
  (chunks: readonly Step[]): Step =>
  (packet) => {
    for (let i = 0; i < chunks.length; i++) {
      const result = chunks[i]!(packet)
      if (result !== Result.next) return result
    }
    return Result.next
  }

/** `slow` for some packets, then what `make` makes. */
function waiting(slow: Step, make: () => Step, place: Place): Step {
  let left = patience
  return (packet) => {
    if (left-- > 0) return slow(packet)
    const fast = make()
    place(fast)
    return fast(packet)
  }
}
