/** Does the commands of a file one after the other and holds the tables that they make, as the kernel would in one transaction. */

import type { Family, Rule, Ruleset, Source, Table } from '../../../model/rules/index.ts'
import { didYouMean, quoted } from '../../diagnostics/index.ts'
import type {
  ChainNode,
  Command,
  CommandOf,
  Name,
  ObjectNode,
  Position,
  RuleNode,
  SetNode,
  TableBody,
  TableName,
} from '../ast.ts'
import { type LowerContext, lowerRule } from '../lower/rule.ts'
import { giveUp, Refusal, type Report, refuse } from '../refusal.ts'
import { baseChainFrom, policyFrom } from './chains.ts'
import { checkHooks } from './hooks.ts'
import { objectFrom } from './objects.ts'
import { checkLoops, jumpTo, useOf } from './references.ts'
import { addSetElements, declareSet, deleteSetElements } from './sets.ts'
import { type ChainState, nextHandle, type RuleState, type SetState, type TableState } from './table-state.ts'

export class RulesetBuilder {
  #tables: TableState[] = []
  #tableHandles = 0
  #rulesWritten = 0
  readonly #report: Report
  readonly #context: LowerContext

  constructor(report: Report, context: LowerContext) {
    this.#report = report
    this.#context = context
  }

  /** Does one command; what is wrong with it is reported. */
  apply(command: Command): void {
    this.#report.attempt(() => this.#apply(command))
  }

  #apply(command: Command): void {
    switch (command.kind) {
      case 'add table':
        return this.#addTable(command.table, command.body, command.isCreate)
      case 'add chain':
        return this.#inTable(command.table, command.chain.name, (table) =>
          this.#addChain(table, command.chain, command.isCreate),
        )
      case 'add set':
        return this.#inTable(command.table, command.set.name, (table) =>
          this.#addSet(table, command.set, command.isCreate),
        )
      case 'add object':
        return this.#inTable(command.table, command.object.name, (table) =>
          this.#addObject(table, command.object, command.isCreate),
        )
      case 'add elements': {
        const table = this.#table(command.table)
        return addSetElements(this.#set(table, command.set), command.elements, table, this.#context, command.isCreate)
      }
      case 'add rule':
        return this.#addRuleByCommand(command)
      case 'delete':
        return this.#delete(command)
      case 'delete rule': {
        const chain = this.#chain(this.#table(command.table), command.chain)
        chain.rules.splice(indexOfRule(chain, command.position), 1)
        return
      }
      case 'delete elements': {
        const table = this.#table(command.table)
        return deleteSetElements(
          this.#set(table, command.set),
          command.elements,
          table,
          this.#context,
          command.isDestroy,
        )
      }
      case 'flush':
        return this.#flush(command)
      case 'rename chain':
        return this.#rename(command)
    }
  }

  /** A table's block is done in nft's order: chains, objects, sets, elements, rules. */
  #addTable(name: TableName, body: TableBody, isCreate: boolean): void {
    const table = this.#declareTable(name, isCreate)
    for (const flag of body.flags) {
      if (flag.text === 'dormant') table.isDormant = true
      else if (flag.text !== 'owner' && flag.text !== 'persist')
        refuse('nft-unknown-key', flag.span, `expected dormant, found ${quoted(flag.text)}`)
    }
    const each = <T extends { readonly name: Name }>(nodes: readonly T[], work: (node: T) => void): void => {
      for (const node of nodes) this.#named(table, node.name, () => work(node))
    }
    each(body.chains, (chain) => this.#declareChain(table, chain, false))
    each(body.objects, (object) => this.#addObject(table, object, false))
    each(body.sets, (set) => this.#declareSet(table, set, false))
    each(body.sets, (set) => this.#fillSet(table, set))
    each(body.chains, (chain) => this.#addRules(table, chain))
  }

  #inTable(name: TableName, declared: Name, work: (table: TableState) => void): void {
    const table = this.#table(name)
    this.#named(table, declared, () => work(table))
  }

  /** A declaration; when it is refused, so is silently all that refers to its name. */
  #named(table: TableState, name: Name, work: () => void): void {
    try {
      work()
    } catch (error) {
      table.refused.add(name.text)
      if (!(error instanceof Refusal)) throw error
      this.#report.add(error.diagnostic)
    }
  }

  #declareTable({ family, name, span }: TableName, isCreate: boolean): TableState {
    const known = this.#find(family, name)
    if (known && isCreate)
      refuse('nft-exists', span, `table ${family} ${name} is there already`, {
        related: [{ span: known.source, message: 'made here' }],
      })
    if (known) return known
    if (family !== 'ip' && family !== 'ip6' && family !== 'inet')
      return refuse('nft-unsupported-family', span, `tables of family ${family} are not modelled`)
    this.#tableHandles++
    const table: TableState = {
      family,
      name,
      handle: this.#tableHandles,
      source: span,
      isDormant: false,
      chains: new Map(),
      sets: new Map(),
      objects: new Map(),
      lastHandle: 0,
      anonymousSets: new Map(),
      refused: new Set(),
    }
    this.#tables.push(table)
    return table
  }

  #addChain(table: TableState, node: ChainNode, isCreate: boolean): void {
    this.#declareChain(table, node, isCreate)
    this.#addRules(table, node)
  }

  #declareChain(table: TableState, node: ChainNode, isCreate: boolean): void {
    const { hook } = node
    const base = hook === null ? null : this.#report.attempt(() => baseChainFrom(hook))
    let chain = table.chains.get(node.name.text)
    const others = { related: chain ? [{ span: chain.source, message: 'declared here' }] : [] }
    if (chain && isCreate) refuse('nft-exists', node.name.span, `chain ${node.name.text} is there already`, others)
    if (chain && base !== null && !isSameBase(chain.base, base)) {
      refuse(
        'nft-exists',
        node.hook?.span ?? node.span,
        `chain ${node.name.text} is declared with another type, hook or priority`,
        others,
      )
    }
    chain ??= { name: node.name.text, handle: nextHandle(table), source: node.span, base, rules: [] }
    if (node.policy !== null && (hook === null || base !== null)) {
      const policy = policyFrom(node.policy, chain)
      if (chain.base !== null) chain.base.policy = policy
    }
    table.chains.set(chain.name, chain)
  }

  #addRules(table: TableState, node: ChainNode): void {
    const chain = table.chains.get(node.name.text)
    if (!chain) return
    for (const rule of node.rules) {
      const state = this.#rule(table, rule)
      if (state) chain.rules.push(state)
    }
  }

  #rule(table: TableState, node: RuleNode): RuleState | null {
    const statements = lowerRule(node, table, this.#context, this.#report)
    if (statements === null) return null
    const { text, span, comment } = node
    return { handle: nextHandle(table), statements, text, source: span, comment, order: this.#rulesWritten++ }
  }

  #addRuleByCommand(command: CommandOf<'add rule'>): void {
    const table = this.#table(command.table)
    const chain = this.#chain(table, command.chain)
    const at = command.position === null ? null : indexOfRule(chain, command.position)
    const rule = this.#rule(table, command.rule)
    if (!rule) return
    if (command.verb === 'replace') chain.rules[at ?? 0] = rule
    else if (command.verb === 'insert') chain.rules.splice(at ?? 0, 0, rule)
    else chain.rules.splice(at === null ? chain.rules.length : at + 1, 0, rule)
  }

  #addSet(table: TableState, node: SetNode, isCreate: boolean): void {
    this.#declareSet(table, node, isCreate)
    this.#fillSet(table, node)
  }

  #declareSet(table: TableState, node: SetNode, isCreate: boolean): void {
    const known = table.sets.get(node.name.text)
    const set = declareSet(node, table, this.#context)
    if (!known) {
      table.sets.set(set.name, set)
      return
    }
    const isSame = JSON.stringify([known.key, known.data]) === JSON.stringify([set.key, set.data])
    if (isCreate || !isSame) {
      refuse('nft-exists', node.name.span, `${set.name} is declared already${isSame ? '' : ', with another type'}`, {
        related: [{ span: known.source, message: 'declared here' }],
      })
    }
  }

  #fillSet(table: TableState, node: SetNode): void {
    const set = table.sets.get(node.name.text)
    if (set && node.elements.length > 0) addSetElements(set, node.elements, table, this.#context, false)
  }

  #addObject(table: TableState, node: ObjectNode, isCreate: boolean): void {
    const key = `${node.kind} ${node.name.text}`
    const known = table.objects.get(key)
    if (known && isCreate)
      refuse('nft-exists', node.name.span, `${key} is there already`, {
        related: [{ span: known.source, message: 'declared here' }],
      })
    const object = objectFrom(node, known?.handle ?? nextHandle(table), table, this.#context.options.userSpaceHelpers)
    if (!known) table.objects.set(key, object)
  }

  #delete(command: CommandOf<'delete'>): void {
    const table = this.#find(command.table.family, command.table.name)
    if (!table) {
      if (command.isDestroy) return
      this.#table(command.table)
      return
    }
    const name = command.name ?? { text: table.name, span: command.table.span }
    switch (command.what) {
      case 'table':
        this.#tables = this.#tables.filter((other) => other !== table)
        return
      case 'chain': {
        if (command.isDestroy && !table.chains.has(name.text)) return
        this.#chain(table, name)
        refuseInUse(jumpTo(table, name.text), name)
        table.chains.delete(name.text)
        return
      }
      case 'set': {
        if (command.isDestroy && !table.sets.has(name.text)) return
        refuseInUse(useOf(table, this.#set(table, name)), name)
        table.sets.delete(name.text)
        return
      }
      case 'object':
        this.#deleteObject(table, `${command.object} ${name.text}`, name, command.isDestroy)
    }
  }

  #deleteObject(table: TableState, key: string, name: Name, isDestroy: boolean): void {
    const object = table.objects.get(key)
    if (!object) {
      if (!isDestroy) refuse('nft-missing-object', name.span, `there is no ${key}`)
      return
    }
    const rules = [...table.chains.values()].flatMap((chain) => chain.rules)
    const use = rules.find((rule) =>
      rule.statements.some((statement) => statement.kind === 'object' && statement.object === object),
    )
    refuseInUse(use?.source ?? null, name)
    table.objects.delete(key)
  }

  #flush(command: CommandOf<'flush'>): void {
    if (command.what === 'ruleset') {
      this.#tables = this.#tables.filter((table) => command.family !== null && table.family !== command.family)
      return
    }
    const table = this.#table(command.table)
    if (command.what === 'table') for (const chain of table.chains.values()) chain.rules = []
    else if (command.what === 'chain' && command.name) this.#chain(table, command.name).rules = []
    else if (command.name) this.#set(table, command.name).elements = []
  }

  #rename({ table: name, chain: from, to }: CommandOf<'rename chain'>): void {
    const table = this.#table(name)
    const chain = this.#chain(table, from)
    if (table.chains.has(to.text)) refuse('nft-exists', to.span, `chain ${to.text} is there already`)
    refuseInUse(jumpTo(table, from.text), from)
    chain.name = to.text
    // Keeps its place among the chains.
    const chains = [...table.chains.values()]
    table.chains.clear()
    for (const one of chains) table.chains.set(one.name, one)
  }

  #find(family: Family, name: string): TableState | undefined {
    return this.#tables.find((table) => table.family === family && table.name === name)
  }

  #table({ family, name, span }: TableName): TableState {
    const table = this.#find(family, name)
    if (table) return table
    const other = this.#tables.find((known) => known.name === name)
    const hint = other
      ? `there is a table ${other.family} ${name}`
      : didYouMean(
          name,
          this.#tables.filter((known) => known.family === family).map((known) => known.name),
        )
    return refuse('nft-missing-table', span, `there is no table ${family} ${name}`, { hint })
  }

  #chain(table: TableState, name: Name): ChainState {
    if (table.refused.has(name.text) && !table.chains.has(name.text)) giveUp()
    return (
      table.chains.get(name.text) ??
      refuse('nft-missing-chain', name.span, `there is no chain ${quoted(name.text)} in table ${table.name}`, {
        hint: didYouMean(name.text, table.chains.keys()),
      })
    )
  }

  #set(table: TableState, name: Name): SetState {
    if (table.refused.has(name.text) && !table.sets.has(name.text)) giveUp()
    return (
      table.sets.get(name.text) ??
      refuse('nft-missing-set', name.span, `there is no set ${quoted(name.text)} in table ${table.name}`, {
        hint: didYouMean(name.text, table.sets.keys()),
      })
    )
  }

  /** The ruleset as it stands when all commands are done. */
  finish(): Ruleset {
    for (const table of this.#tables) {
      this.#report.attempt(() => checkLoops(table))
      this.#report.attempt(() => checkHooks(table))
    }
    const ids = this.#ruleIds()
    let baseChains = 0
    const tables = this.#tables.map((table): Table => {
      const { family, name, handle, isDormant, source } = table
      const chains = [...table.chains.values()].map((chain) => ({
        name: chain.name,
        handle: chain.handle,
        base: chain.base === null ? null : { ...chain.base, id: ++baseChains },
        rules: chain.rules.map(({ order, ...rule }): Rule => ({ id: ids.get(order) ?? 0, ...rule })),
        source: chain.source,
      }))
      return {
        family,
        name,
        handle,
        isDormant,
        chains,
        sets: [...table.sets.values()],
        objects: [...table.objects.values()],
        source,
      }
    })
    return { tables }
  }

  /** Numbers from 1 in order of writing, without gaps for rules that were deleted. */
  #ruleIds(): Map<number, number> {
    const orders = this.#tables.flatMap((table) =>
      [...table.chains.values()].flatMap((chain) => chain.rules.map((rule) => rule.order)),
    )
    return new Map(orders.sort((a, b) => a - b).map((order, i) => [order, i + 1]))
  }
}

const isSameBase = (a: ChainState['base'], b: NonNullable<ChainState['base']>): boolean =>
  a !== null && a.type === b.type && a.hook === b.hook && a.priority === b.priority

function indexOfRule(chain: ChainState, position: Position): number {
  const at =
    position.kind === 'index' ? position.number : chain.rules.findIndex((rule) => rule.handle === position.number)
  if (chain.rules[at]) return at
  return refuse(
    'nft-missing-rule',
    position.span,
    `chain ${chain.name} has no rule with ${position.kind} ${position.number}`,
  )
}

function refuseInUse(use: Source | null, name: Name): void {
  if (use)
    refuse('nft-in-use', name.span, `${name.text} is still in use`, {
      related: [{ span: use, message: 'it is used here' }],
    })
}
