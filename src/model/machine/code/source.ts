/**
 * Code as JavaScript text, a function for each run of rules: what packets ask again and again is read once and kept in variables.
 *
 * The text is made of fixed words, of whole numbers, and of names that are counted here (`k3`, `v7`, `r2`). Nothing else of a ruleset
 * can come into it: names, comments and strings are not part of code, and functions and tables come in by their place in a list.
 * `closures.ts` is the other form and must answer the same.
 */

import { InvariantError } from '../../bytes/index.ts'
import type { Step } from '../machine.ts'
import { chainShift, isFinal, Result, resultMask } from '../result.ts'
import { positions } from './bases.ts'
import type { Operation, Part, RuleCode, StatementCode } from './operation.ts'
import { type FieldWord, fieldKey, fieldsWorthReading } from './shared-fields.ts'
import type { Base, Condition, Slot, Word } from './word.ts'

export interface Source {
  /** Body of a function of one argument, `k`; it returns the step. */
  readonly text: string
  /** What `k` must be. */
  readonly constants: readonly unknown[]
}

/** What the functions count in and go on to: the same objects for all of a ruleset. */
export interface Environment {
  readonly registers: Int32Array
  /** All chains by number. */
  readonly chains: readonly Step[]
  readonly packets: Float64Array
  readonly bytes: Float64Array
  /** Does what a result asks for: Result.next, return, accept or drop is left. */
  readonly follow: (packet: Parameters<Step>[0], result: number) => number
}

export function sourceOf(parts: readonly Part[], environment: Environment): Source {
  const writer = new Writer(environment)
  return writer.write(parts)
}

/** A whole number as text; anything else in its place would be a fault of ours. */
function numeral(value: number): string {
  if (!Number.isSafeInteger(value)) throw new InvariantError(`${value} in generated code`)
  return value < 0 ? `(${value})` : String(value)
}

class Writer {
  private readonly environment: Environment
  private readonly lines: string[] = []
  private readonly constants: unknown[] = []
  private readonly constantNames = new Map<unknown, string>()
  private variables = 0
  /** Variables that hold on every way to where we are, by what they hold. */
  private readonly certain = new Map<string, string>()
  /** Those that hold in the rest of the rule only. */
  private readonly here = new Map<string, string>()
  /** Whether every packet comes by here: none has left the rule yet. */
  private isAlways = true

  constructor(environment: Environment) {
    this.environment = environment
  }

  write(parts: readonly Part[]): Source {
    const worth = fieldsWorthReading(parts)
    for (const [i, part] of parts.entries()) {
      if (typeof part === 'function') this.writeStep(part)
      else this.writeRule(part, i, worth[i] ?? [])
    }
    const names = [...this.constantNames.values()].map((name, i) => `const ${name} = k[${i}]`)
    const variables = Array.from({ length: this.variables }, (_, i) => `, v${i}`).join('')
    const text = [
      "'use strict'",
      ...names,
      `return (packet) => {`,
      `let result = 0${variables}`,
      ...this.lines,
      `return ${Result.next}`,
      '}',
    ]
    return { text: text.join('\n'), constants: this.constants }
  }

  private writeStep(step: Step): void {
    this.push(`result = ${this.constant(step)}(packet)`)
    this.push(`if (result > ${Result.break}) {`)
    this.writeFollow()
    this.push('}')
    this.forget()
  }

  /** Goes where `result` says; falls through when the packet comes back. */
  private writeFollow(): void {
    this.push(`result = ${this.constant(this.environment.follow)}(packet, result)`)
    this.push(`if (result !== ${Result.next}) return result`)
  }

  private writeRule(rule: RuleCode, index: number, worth: readonly FieldWord[]): void {
    const label = `r${index}`
    this.isAlways = true
    this.here.clear()
    for (const field of worth) this.readAhead(field)
    this.push(`${label}: {`)
    let hasEnded = false
    for (const statement of rule.statements) {
      hasEnded = this.writeStatement(statement, rule.ruleId, label)
      if (hasEnded) break
    }
    if (!hasEnded) this.writeHit(rule.ruleId)
    this.push('}')
    if (rule.statements.some(({ isPure }) => !isPure)) this.forget()
  }

  /** Answers whether the rule ends here. */
  private writeStatement({ isPure, operations }: StatementCode, ruleId: number, label: string): boolean {
    for (const operation of operations) if (this.writeOperation(operation, ruleId, label)) return true
    if (!isPure) this.forget()
    return false
  }

  private writeOperation(operation: Operation, ruleId: number, label: string): boolean {
    switch (operation.kind) {
      case 'need':
        this.writeNeed(operation.condition, label)
        return false
      case 'put':
        this.push(`${this.registers()}[${numeral(operation.register)}] = ${this.word(operation.word)}`)
        return false
      case 'fill':
        this.leaveUnless(`${this.constant(operation.load)}(packet)`, label)
        return false
      case 'run':
        this.writeRun(operation, ruleId, label)
        return false
      case 'count': {
        const counts = this.constant(operation.counts)
        this.push(`${counts}[0] -= -1`)
        this.push(`${counts}[1] -= packet.start - packet.end`)
        return false
      }
      case 'set':
        this.push(`packet.${operation.slot} = ${this.word(operation.word)} | 0`)
        this.certain.delete(`slot ${operation.slot}`)
        this.here.delete(`slot ${operation.slot}`)
        return false
      case 'end':
        return this.writeEnd(operation.result, ruleId, label)
    }
  }

  private writeNeed(condition: Condition, label: string): void {
    // One by one, so that nothing is read for a later one where an earlier one fails.
    if (condition.kind === 'all') for (const each of condition.of) this.writeNeed(each, label)
    else this.leaveUnless(this.condition(condition), label)
  }

  private leaveUnless(holds: string, label: string): void {
    this.push(`if (!(${holds})) break ${label}`)
    this.isAlways = false
  }

  private writeRun(operation: Operation & { kind: 'run' }, ruleId: number, label: string): void {
    const step = this.constant(operation.step)
    const word = operation.word === null ? '' : `, ${this.word(operation.word)} | 0`
    this.push(`result = ${step}(packet${word})`)
    this.push(`if (result !== ${Result.next}) {`)
    this.push(`if (result === ${Result.break}) break ${label}`)
    this.writeHit(ruleId)
    this.writeFollow()
    this.push(`break ${label}`)
    this.push('}')
    this.isAlways = false
  }

  private writeEnd(result: number, ruleId: number, label: string): boolean {
    if (result === Result.next) return false
    if (result === Result.break) {
      this.push(`break ${label}`)
      return true
    }
    if (isFinal(result)) this.push(`packet.rule = ${numeral(ruleId)}`)
    this.writeHit(ruleId)
    if (result <= Result.return) {
      this.push(`return ${numeral(result)}`)
      return true
    }
    this.push(`result = ${this.constant(this.environment.chains)}[${numeral(result >>> chainShift)}](packet)`)
    this.push(`if (result === ${Result.accept} || result === ${Result.drop}) return result`)
    if ((result & resultMask) === Result.goto) this.push(`return ${Result.return}`)
    return true
  }

  /** See `hit` of rule.ts for why bytes are subtracted. */
  private writeHit(ruleId: number): void {
    const { bytes, packets } = this.environment
    this.push(`${this.constant(packets)}[${numeral(ruleId)}]++`)
    this.push(`${this.constant(bytes)}[${numeral(ruleId)}] -= packet.start - packet.end`)
  }

  // ---- conditions and words

  private condition(condition: Condition): string {
    switch (condition.kind) {
      case 'compare': {
        const [left, right] = [this.word(condition.left), this.word(condition.right)]
        const isEquality = condition.relation === '===' || condition.relation === '!=='
        return isEquality
          ? `${signed(condition.left, left)} ${condition.relation} ${signed(condition.right, right)}`
          : `${left} >>> 0 ${condition.relation} ${right} >>> 0`
      }
      case 'reaches':
        return this.reaches(condition.base, condition.bytes)
      case 'all':
        return condition.of.length === 0 ? 'true' : condition.of.map((each) => `(${this.condition(each)})`).join(' && ')
      case 'any':
        return condition.of.length === 0
          ? 'false'
          : condition.of.map((each) => `(${this.condition(each)})`).join(' || ')
    }
  }

  private reaches(base: Base, bytes: number): string {
    return this.kept(`reaches ${base} ${bytes}`, () => {
      const at = this.word(positions[base])
      const isBehind = `${at} + ${numeral(bytes)} <= ${this.slot('end')}`
      return base === 'network' ? isBehind : `${at} >= 0 && ${isBehind}`
    })
  }

  private word(word: Word): string {
    switch (word.kind) {
      case 'constant':
        return numeral(word.value)
      case 'register':
        return `${this.registers()}[${numeral(word.register)}]`
      case 'slot':
        return this.slot(word.slot)
      case 'call': {
        const read = this.constant(word.read)
        return this.kept(`call ${read}`, () => `${read}(packet)`)
      }
      case 'combine':
        return `(${this.word(word.left)} ${word.operator} ${this.word(word.right)})`
      case 'bytes':
        return this.kept(fieldKey(word), () => this.read(word))
    }
  }

  private slot(slot: Slot | 'bytes'): string {
    return this.kept(`slot ${slot}`, () => `packet.${slot}`)
  }

  private read({ base, length, offset }: FieldWord): string {
    const at = this.word(positions[base])
    const bytes = this.slot('bytes')
    const terms = Array.from({ length }, (_, i) => {
      const shift = 8 * (length - 1 - i)
      const byte = `${bytes}[${at} + ${numeral(offset + i)}]`
      return shift === 0 ? byte : `${byte} << ${shift}`
    })
    return terms.length === 1 ? `${terms[0]}` : `(${terms.join(' | ')})`
  }

  /** Before the rule, for the rules behind it too: also where the packet does not reach so far. */
  private readAhead(field: FieldWord): void {
    if (this.certain.has(fieldKey(field))) return
    const reaches = this.reaches(field.base, field.offset + field.length)
    this.kept(fieldKey(field), () => `${reaches} ? ${this.read(field)} : 0`)
  }

  /** The variable that holds what `key` stands for. */
  private kept(key: string, write: () => string): string {
    const known = this.certain.get(key) ?? this.here.get(key)
    if (known !== undefined) return known
    const text = write()
    const name = `v${this.variables++}`
    this.push(`${name} = ${text}`)
    ;(this.isAlways ? this.certain : this.here).set(key, name)
    return name
  }

  /** Something may have been written: nothing that was read before counts any more. */
  private forget(): void {
    this.certain.clear()
    this.here.clear()
    this.isAlways = false
  }

  private registers(): string {
    return this.constant(this.environment.registers)
  }

  private constant(value: unknown): string {
    const known = this.constantNames.get(value)
    if (known !== undefined) return known
    const name = `k${this.constants.length}`
    this.constants.push(value)
    this.constantNames.set(value, name)
    return name
  }

  private push(line: string): void {
    this.lines.push(line)
  }
}

/** What is compared must be a number of 32 bits with a sign; most words are so already. */
const signed = (word: Word, text: string): string => (isSigned(word) ? text : `(${text} | 0)`)

function isSigned(word: Word): boolean {
  switch (word.kind) {
    case 'call':
      return false
    case 'slot':
      return !wideSlots.has(word.slot)
    case 'combine':
      return word.operator !== '>>>'
    default:
      return true
  }
}

/** Slots that rules and users may set to numbers of 2^31 and more. */
const wideSlots: ReadonlySet<Slot> = new Set(['mark', 'priority', 'userId', 'groupId'])
