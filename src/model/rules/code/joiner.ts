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

/** Rules in one function: V8 does not optimise functions of more than 60 KB of bytecode. */
const chunkRules = 64

/** Told which step runs from now on. */
type Place = (step: Step) => void

export class Joiner {
  private readonly form: Form
  private readonly environment: Environment
  private readonly hits: Hits
  /** What the steps of {@link rule} were made of. */
  private readonly codes = new WeakMap<Step, RuleCode>()

  /** `chains` are all chains by number, filled while compiling and after. */
  constructor(form: Form, registers: Int32Array, chains: readonly Step[], hits: Hits) {
    this.form = form !== 'closures' && canGenerate() ? form : 'closures'
    this.hits = hits
    this.environment = { registers, chains, ...hits, follow: (packet, result) => follow(packet, result, chains) }
  }

  /** A rule alone. Given to {@link rules} it becomes part of what is made of them. */
  rule(code: RuleCode): Step {
    let built: Step | null = null
    const step: Step = (packet) => {
      built ??= this.closure(code)
      return built(packet)
    }
    this.codes.set(step, code)
    return step
  }

  /** Rules, and steps that stand for several, in order. Answers accept, drop, `return` or `next`. */
  rules(steps: readonly Step[], place: Place): void {
    const parts = steps.map((step): Part => this.codes.get(step) ?? step)
    if (parts.length <= chunkRules) {
      this.chunk(parts, place)
      return
    }
    const chunks: Step[] = []
    for (let from = 0; from < parts.length; from += chunkRules) {
      const at = chunks.length
      this.chunk(parts.slice(from, from + chunkRules), (step) => {
        chunks[at] = step
      })
    }
    place(walkChunks(chunks))
  }

  private chunk(parts: readonly Part[], place: Place): void {
    const closures = (): Step => this.closures(parts)
    const source = (): Step => generate(parts, this.environment)
    if (this.form === 'closures') makeAtFirst(closures, place)
    else if (this.form === 'source') makeAtFirst(source, place)
    else makeAtFirst(() => waiting(closures(), source, place), place)
  }

  private closures(parts: readonly Part[]): Step {
    const steps = parts.map((part) => (typeof part === 'function' ? part : this.closure(part)))
    return joinRules(steps, this.environment.chains)
  }

  private closure({ ruleId, statements }: RuleCode): Step {
    const operations = statements.flatMap((statement) => statement.operations)
    return joinSteps(stepsOf(operations, this.environment.registers), ruleId, this.hits)
  }
}

const walkChunks =
  (chunks: readonly Step[]): Step =>
  (packet) => {
    for (let i = 0; i < chunks.length; i++) {
      const result = chunks[i]!(packet)
      if (result !== Result.next) return result
    }
    return Result.next
  }

/** Most chains of most hosts never see a packet: nothing is made for them. */
function makeAtFirst(make: () => Step, place: Place): void {
  place((packet) => {
    const made = make()
    place(made)
    return made(packet)
  })
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
