/** What rules refer to: chains and sets that are in use cannot be deleted, and jumps may not lead in a circle. */

import { PackedElements, type Source, type Statement, type Verdict } from '../../../model/rules/index.ts'
import { refuse } from '../refusal.ts'
import type { ChainState, SetState, TableState } from './table-state.ts'

/** Every set that a statement looks into or changes. */
export function setsOf(statement: Statement): unknown[] {
  const found: unknown[] = []
  const visit = (value: unknown): void => {
    if (typeof value !== 'object' || value === null) return
    for (const [key, inner] of Object.entries(value)) {
      if (key === 'set' || key === 'map') found.push(inner)
      else if (key !== 'source') visit(inner)
    }
  }
  visit(statement)
  return found
}

/** Chains that a statement may jump to, with the place that says so. */
export function jumpsOf(statement: Statement): { chain: string; span: Source }[] {
  if (statement.kind === 'verdict') return jump(statement.verdict, statement.source)
  if (statement.kind !== 'verdict-map') return []
  return statement.map.elements.flatMap((element) =>
    element.verdict === null ? [] : jump(element.verdict, element.source),
  )
}

const jump = (verdict: Verdict, span: Source): { chain: string; span: Source }[] =>
  verdict.kind === 'jump' || verdict.kind === 'goto' ? [{ chain: verdict.chain, span }] : []

const statementsOf = (table: TableState): Statement[] =>
  [...table.chains.values()].flatMap((chain) => chain.rules.flatMap((rule) => rule.statements))

/** The first place that jumps to a chain, or null. */
export function jumpTo(table: TableState, name: string): Source | null {
  const inRules = statementsOf(table).flatMap(jumpsOf)
  const inSets = [...table.sets.values()].flatMap(({ elements }) =>
    // Packed ones have no verdicts.
    elements instanceof PackedElements
      ? []
      : elements.flatMap((element) => (element.verdict ? jump(element.verdict, element.source) : [])),
  )
  return [...inRules, ...inSets].find(({ chain }) => chain === name)?.span ?? null
}

/** The first statement that uses a set, or null. */
export const useOf = (table: TableState, set: SetState): Source | null =>
  statementsOf(table).find((statement) => setsOf(statement).includes(set))?.source ?? null

/** Refuses circles among the chains that packets can reach. */
export function checkLoops(table: TableState): void {
  const finished = new Set<string>()
  for (const chain of table.chains.values()) if (chain.base !== null) walk(chain, table, finished)
}

function walk(first: ChainState, table: TableState, finished: Set<string>): void {
  const open: { name: string; jumps: { chain: string; span: Source }[] }[] = []
  const enter = (chain: ChainState): void => {
    open.push({ name: chain.name, jumps: chain.rules.flatMap((rule) => rule.statements.flatMap(jumpsOf)) })
  }
  if (!finished.has(first.name)) enter(first)
  for (let top = open.at(-1); top; top = open.at(-1)) {
    const next = top.jumps.shift()
    if (!next) {
      finished.add(top.name)
      open.pop()
      continue
    }
    if (open.some(({ name }) => name === next.chain)) {
      const names = [
        ...open.slice(open.findIndex(({ name }) => name === next.chain)).map(({ name }) => name),
        next.chain,
      ]
      refuse('nft-jump-loop', next.span, `the chains jump in a circle: ${names.join(', ')}`)
    }
    const chain = table.chains.get(next.chain)
    if (chain && !finished.has(next.chain)) enter(chain)
  }
}
