/** A rule that a packet has met: what is noted while it runs, and what is told of it afterwards. */

import type { Conntrack } from '../../model/conntrack/index.ts'
import type { DescribeFound, Outcome } from '../../model/machine/index.ts'
import type { Packet } from '../../model/packet/index.ts'
import type { Chain, Rule, Ruleset, Statement } from '../../model/rules/index.ts'
import type { StatementStep, Step } from './walk.ts'

/** Where a rule stands, and what must be looked at when it runs. */
export interface RulePlace {
  /** Family and name. */
  readonly table: string
  readonly chain: Chain
  /** Whether packet or entry may be others behind it. */
  readonly canChange: boolean
  /** To nftables a reject is a drop with an answer; people look for the word that they wrote. */
  readonly hasReject: boolean
}

/** By the id of the rule. */
export function rulePlaces(ruleset: Ruleset): readonly (RulePlace | undefined)[] {
  const places: (RulePlace | undefined)[] = []
  for (const table of ruleset.tables)
    for (const chain of table.chains)
      for (const { id, statements } of chain.rules)
        places[id] = {
          table: `${table.family} ${table.name}`,
          chain,
          canChange: !statements.every(({ kind }) => changesNothing.has(kind)),
          hasReject: statements.some(({ kind }) => kind === 'reject'),
        }
  return places
}

/** Of what {@link Marks} hold. A reject is not here: what the host makes of it walks while its rule is open. */
const changesNothing: ReadonlySet<Statement['kind']> = new Set([
  'compare',
  'range',
  'lookup',
  'verdict',
  'verdict-map',
  'counter',
  'limit',
  'quota',
  'last',
  'log',
  'set payload',
  'update set',
])

/** What of a packet rules can change, to be compared before and after. */
interface Marks {
  readonly mark: number
  readonly entryMark: number
  readonly helper: string | null
  readonly isUntracked: boolean
}

function marksOf(packet: Packet, conntrack: Conntrack | null): Marks {
  const { entry } = packet
  const tracked = entry === 0 ? null : conntrack
  return {
    mark: packet.mark,
    entryMark: tracked?.mark(entry) ?? 0,
    helper: tracked?.helperName(entry) ?? null,
    isUntracked: packet.isUntracked,
  }
}

function changesBetween(before: Marks, after: Marks): string[] {
  const changes: string[] = []
  const hex = (value: number): string => `0x${(value >>> 0).toString(16)}`
  if (before.mark !== after.mark) changes.push(`mark ${hex(before.mark)} → ${hex(after.mark)}`)
  if (before.entryMark !== after.entryMark) changes.push(`ct mark ${hex(before.entryMark)} → ${hex(after.entryMark)}`)
  if (before.helper !== after.helper) changes.push(`helper ${after.helper ?? 'none'} assigned`)
  if (!before.isUntracked && after.isUntracked) changes.push('will not be tracked')
  return changes
}

/** A statement that ran. */
interface MetStatement {
  readonly statement: Statement
  readonly outcome: Outcome
  readonly actual: DescribeFound | null
}

export class MetRule {
  readonly rule: Rule
  readonly place: RulePlace | undefined
  verdict: string | null = null
  readonly #statements: MetStatement[] = []
  readonly #before: Marks | null
  #after: Marks | null = null

  constructor(rule: Rule, place: RulePlace | undefined, packet: Packet, conntrack: Conntrack | null) {
    this.rule = rule
    this.place = place
    this.#before = place?.canChange === false ? null : marksOf(packet, conntrack)
  }

  add(statement: Statement, outcome: Outcome, actual: DescribeFound | null): void {
    this.#statements.push({ statement, outcome, actual })
  }

  /** The packet is behind the rule. */
  close(packet: Packet, conntrack: Conntrack | null): void {
    if (this.#before) this.#after = marksOf(packet, conntrack)
  }

  tell(): Step {
    const { rule, place, verdict } = this
    return {
      kind: 'rule',
      rule,
      table: place?.table ?? '',
      chain: place?.chain.name ?? '',
      place: rule.source,
      statements: this.#statements.map(tellStatement),
      verdict,
      changes: this.#before && this.#after ? changesBetween(this.#before, this.#after) : [],
    }
  }
}

function tellStatement({ statement: { text }, outcome, actual }: MetStatement): StatementStep {
  const isImplied = text === '' || text.startsWith('implied')
  return {
    text: isImplied ? text.replace(/^implied: ?/, '') : text,
    isImplied,
    outcome,
    actual: actual === null ? null : actual(),
  }
}
