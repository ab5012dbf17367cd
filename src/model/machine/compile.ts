/** Compiles a ruleset to one function per base chain. Nothing is allocated per packet but by statements that grow sets. */

import { InvariantError } from '../bytes/index.ts'
import type { Packet } from '../packet/index.ts'
import { type HookFunction, HookVerdict } from '../packet/index.ts'
import {
  type BaseChain,
  type Chain,
  type Rule,
  type RuleObject,
  type Ruleset,
  registersOf,
  type SetDefinition,
  type Statement,
  stringWords,
  type Table,
  type Value,
  type Verdict,
} from '../rules/index.ts'
import { assertJumps, joinRules } from './chain.ts'
import { type Branch, changedSetsOf, changesOf, choiceAmong, classifyRules, type RuleJoiner } from './classify/index.ts'
import { joinOperations, loadOf } from './code/closures.ts'
import { type Form, Joiner } from './code/joiner.ts'
import type { RuleCode, StatementCode, ValueCode } from './code/operation.ts'
import { codeStatement, instantiateObject, instantiateStatement } from './expressions/statements.ts'
import { codeValue } from './expressions/values.ts'
import { Journal } from './journal.ts'
import { Listing } from './listing.ts'
import type { Load, Machine, Stateful, Step } from './machine.ts'
import { Noting } from './noting.ts'
import { chainShift, Result } from './result.ts'
import { type Hits, joinSteps } from './rule.ts'
import { buildStore } from './sets/build-store.ts'
import type { SetStore } from './sets/set-store.ts'
import type { Surroundings } from './surroundings.ts'
import { traceRule } from './trace-rule.ts'
import type { Tracer } from './tracer.ts'

export interface CompiledBaseChain {
  readonly table: Table
  readonly chain: Chain
  readonly base: BaseChain
  /** Packets of which family come by. */
  readonly families: 4 | 6 | 'both'
  /** Sets `packet.rule` to the rule that decided, or to the negative id of the base chain whose policy did. */
  readonly run: HookFunction
  /**
   * Does what `run` does, but that what it would count is added to the ruleset's journal. True: it accepts the packet, and so it does all whole
   * packets of the connection's direction, once that is established, and counts the same. False: nothing has happened.
   */
  readonly note: (packet: Packet) => boolean
}

export interface CompiledRuleset {
  /** Sorted by hook and priority; of equal ones the chain that was made last comes first, as Linux registers hooks. Tables of arp, bridge and netdev see no IP packets: they are not here. */
  readonly baseChains: readonly CompiledBaseChain[]
  /** Packets for which all matches of a rule succeeded, by rule id. */
  readonly packets: Float64Array
  /** Their network-layer bytes. */
  readonly bytes: Float64Array
  /** Counters, quotas, sets and whatever else the rules have changed. */
  readonly listing: Listing
  readonly journal: Journal
}

/** 32-bit words: values in a rule are far smaller. */
const registerCount = 256

/**
 * With a tracer every rule reports, and closures run whatever `form` says; without one, nothing of that is compiled. The ruleset has
 * passed `findJumpProblem`.
 */
export function compileRuleset(
  ruleset: Ruleset,
  surroundings: Surroundings,
  tracer: Tracer | null,
  form: Form = 'tiered',
): CompiledRuleset {
  const tables = ruleset.tables.filter((table) => !table.isDormant && familiesOf(table) !== null)
  const highest = tables.reduce((most, table) => Math.max(most, highestRuleId(table)), 0)
  const hits: Hits = { packets: new Float64Array(highest + 1), bytes: new Float64Array(highest + 1) }
  const journal = new Journal(hits)
  const compiler = new Compiler(surroundings, tracer, hits, form, journal)
  const baseChains = tables.flatMap((table) => compiler.compileTable(table))
  baseChains.reverse()
  baseChains.sort((a, b) => a.base.hook - b.base.hook || a.base.priority - b.base.priority)
  return { baseChains, packets: hits.packets, bytes: hits.bytes, listing: compiler.listing, journal }
}

function familiesOf(table: Table): CompiledBaseChain['families'] | null {
  if (table.family === 'ip') return 4
  if (table.family === 'ip6') return 6
  return table.family === 'inet' ? 'both' : null
}

function highestRuleId(table: Table): number {
  let highest = 0
  for (const chain of table.chains) for (const rule of chain.rules) highest = Math.max(highest, rule.id)
  return highest
}

class Compiler implements Machine, RuleJoiner {
  readonly registers: Int32Array = new Int32Array(registerCount)
  readonly surroundings: Surroundings
  readonly listing: Listing
  private readonly tracer: Tracer | null
  private readonly hits: Hits
  private readonly joiner: Joiner
  private readonly noting: Noting
  private readonly stores = new Map<SetDefinition, SetStore>()
  private readonly objects = new Map<RuleObject, Stateful>()
  private readonly names: Int32Array[] = []
  /** All chains of all tables by number; jumps look them up when they run. */
  private readonly chains: Step[] = []
  /** Numbers of the chains of the table that is being compiled. */
  private chainNumbers: ReadonlyMap<string, number> = new Map()
  /** Rules of those chains. */
  private chainRules: ReadonlyMap<string, readonly Rule[]> = new Map()
  /** What walking each of them may change, once known. */
  private chainChanges = new Map<string, number>()
  changedSets: ReadonlySet<SetDefinition> = new Set()
  private traced: Packet | null = null
  private tracedNumber = 0

  constructor(surroundings: Surroundings, tracer: Tracer | null, hits: Hits, form: Form, journal: Journal) {
    this.surroundings = surroundings
    this.tracer = tracer
    this.hits = hits
    this.joiner = new Joiner(form, this.registers, this.chains, hits)
    this.noting = new Noting(journal, this.registers)
    this.listing = new Listing(surroundings.host)
  }

  compileTable(table: Table): CompiledBaseChain[] {
    assertJumps(table)
    const first = this.chains.length
    this.chainNumbers = new Map(table.chains.map((chain, i) => [chain.name, first + i]))
    this.chainRules = new Map(table.chains.map((chain) => [chain.name, chain.rules]))
    this.chainChanges = new Map()
    this.changedSets = changedSetsOf(table)
    this.noting.addChangedSets(this.changedSets)
    for (const _ of table.chains) this.chains.push(() => Result.next)
    for (const definition of table.sets) this.store(definition)
    for (const object of table.objects) this.object(object)
    for (const [i, chain] of table.chains.entries()) this.compileChain(table, chain, first + i)
    return table.chains.flatMap((chain, i) => this.compileBase(table, chain, first + i))
  }

  private compileChain(table: Table, chain: Chain, number: number): void {
    const { chains, tracer } = this
    if (tracer) {
      chains[number] = this.traceChain(table, chain, tracer)
      return
    }
    const steps = classifyRules(chain.rules, this)
    this.noting.addChain(number, steps)
    this.joiner.rules(steps, (step) => {
      chains[number] = step
    })
  }

  private traceChain(table: Table, chain: Chain, tracer: Tracer): Step {
    const rules = chain.rules.map((rule) => this.traceRule(table, rule, tracer))
    const run = joinRules(rules, this.chains)
    return (packet) => {
      tracer.enterChain(packet, table, chain)
      return run(packet)
    }
  }

  private traceRule(table: Table, rule: Rule, tracer: Tracer): Step {
    const { statements } = this.ruleCode(rule)
    const steps = statements.map(({ operations }) => joinOperations(operations, this.registers))
    const traced = traceRule(rule, steps, this, tracer, this.chainNames(table))
    return traced.wrap(joinSteps(traced.steps, rule.id, this.hits))
  }

  private ruleCode(rule: Rule): RuleCode {
    return { ruleId: rule.id, statements: rule.statements.map((each) => this.statementCode(each, rule.id)) }
  }

  private statementCode(statement: Statement, ruleId: number): StatementCode {
    const operations = codeStatement(statement, this, ruleId)
    // What an operation of these kinds does to the packet, the packet's own slots say.
    const isPlain = operations.every(({ kind }) => kind !== 'run' && kind !== 'end')
    return { operations, isPure: isPlain || changesOf(statement, (name) => this.changesOfChain(name)) === 0 }
  }

  // ---- what the classifier sees (RuleJoiner)

  get machine(): Machine {
    return this
  }

  joinRule(rule: Rule): Step {
    const code = this.ruleCode(rule)
    const step = this.joiner.rule(code)
    this.noting.addRule(step, rule, code)
    return step
  }

  joinChoice(branch: Branch, steps: readonly Step[]): Step {
    const step = choiceAmong(branch, steps)
    this.noting.addChoice(step, branch, steps)
    return step
  }

  changesOfChain(name: string): number {
    const known = this.chainChanges.get(name)
    if (known !== undefined) return known
    let changes = 0
    for (const rule of this.chainRules.get(name) ?? [])
      for (const statement of rule.statements) changes |= changesOf(statement, (target) => this.changesOfChain(target))
    this.chainChanges.set(name, changes)
    return changes
  }

  private chainNames(table: Table): (number: number) => string {
    const first = this.chainNumbers.get(table.chains[0]?.name ?? '') ?? 0
    return (number) => table.chains[number - first]?.name ?? ''
  }

  private compileBase(table: Table, chain: Chain, number: number): CompiledBaseChain[] {
    const { base } = chain
    const families = familiesOf(table)
    if (!base || families === null) return []
    const { chains, tracer } = this
    const policy = base.policy === 'accept' ? HookVerdict.accept : HookVerdict.drop
    const policyRule = -base.id
    const hook: HookFunction = (packet) => {
      // Looked up for each packet: a better form may have taken its place.
      const result = chains[number]!(packet)
      if (result === Result.accept) return HookVerdict.accept
      if (result === Result.drop) return HookVerdict.drop
      packet.rule = policyRule
      if (tracer) tracer.policy(packet, table, chain, base.policy)
      return policy
    }
    const note = (packet: Packet): boolean =>
      tracer === null && this.noting.passes(number, policy === HookVerdict.accept, policyRule, packet)
    return [{ table, chain, base, families, run: hook, note }]
  }

  // ---- what expressions see (Machine)

  code(value: Value, at: number): ValueCode {
    if (at + registersOf(value) > registerCount) throw new InvariantError(`a value of ${registersOf(value)} words`)
    return codeValue(value, at, this)
  }

  load(value: Value, at: number): Load {
    return loadOf(this.code(value, at), at, this.registers)
  }

  instantiate(statement: Statement): Stateful {
    return instantiateStatement(statement, this)
  }

  store(definition: SetDefinition): SetStore {
    const known = this.stores.get(definition)
    if (known) return known
    const built = buildStore(definition, this)
    this.stores.set(definition, built)
    if (!definition.isAnonymous) this.listing.addSet(built)
    return built
  }

  object(object: RuleObject): Stateful {
    const known = this.objects.get(object)
    if (known) return known
    const made = instantiateObject(object, this)
    this.objects.set(object, made)
    this.listing.addObject(object, made)
    return made
  }

  verdictResult(verdict: Verdict): number {
    switch (verdict.kind) {
      case 'accept':
        return Result.accept
      case 'drop':
        return Result.drop
      case 'continue':
        return Result.next
      case 'return':
        return Result.return
      case 'queue':
        // Nobody listens on a queue of the model: the kernel then drops the packet, or lets it go on with `bypass`.
        return verdict.bypass ? Result.accept : Result.drop
      case 'jump':
        return Result.jump | (this.chainNumber(verdict.chain) << chainShift)
      case 'goto':
        return Result.goto | (this.chainNumber(verdict.chain) << chainShift)
    }
  }

  private chainNumber(name: string): number {
    const number = this.chainNumbers.get(name)
    if (number === undefined) throw new InvariantError(`no chain ${name}`)
    return number
  }

  keep(statement: Statement, ruleId: number, state: Stateful): void {
    this.listing.addStatement(statement, ruleId, state)
  }

  isTraced(packet: Packet): boolean {
    return this.traced === packet && this.tracedNumber === packet.number
  }

  setTraced(packet: Packet, isTraced: boolean): void {
    this.traced = isTraced ? packet : null
    this.tracedNumber = packet.number
  }

  nameWords(interfaceIndex: number): Int32Array {
    const known = this.names[interfaceIndex]
    if (known) return known
    const words = Int32Array.from(stringWords(this.surroundings.host.interfaceName(interfaceIndex)))
    // An index without an interface may get one later.
    if (interfaceIndex === 0 || this.surroundings.host.interfaceName(interfaceIndex) !== '')
      this.names[interfaceIndex] = words
    return words
  }
}
