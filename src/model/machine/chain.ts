/** A chain as one closure: its rules in order (Linux nft_do_chain). */

import { InvariantError } from '../bytes/index.ts'
import type { Packet } from '../packet/index.ts'
import type { Chain, Statement, Table, Verdict } from '../rules/index.ts'
import type { Step } from './machine.ts'
import { chainShift, isFinal, Result, resultMask } from './result.ts'

/** Jumps that may be under way at once (kernel NFT_JUMP_STACK_SIZE). */
export const deepestJump = 16

/**
 * Answers accept or drop; `next` when the packet comes out at the end, `return` when it came out before, which is the same to
 * whoever jumped here. `chains` are all chains by number, which jumps name: it is filled while compiling.
 */
export function joinRules(rules: readonly Step[], chains: readonly Step[]): Step {
  return (packet) => {
    for (let i = 0; i < rules.length; i++) {
      const result = rules[i]!(packet)
      if (result <= Result.break) continue
      const left = follow(packet, result, chains)
      if (left !== Result.next) return left
    }
    return Result.next
  }
}

/** Walks the chain that a result names; what is left for the chain it came from is accept, drop, `return`, or `next`: it goes on. */
export function follow(packet: Packet, result: number, chains: readonly Step[]): number {
  if (result <= Result.return) return result
  const inner = chains[result >>> chainShift]!(packet)
  if (isFinal(inner)) return inner
  return (result & resultMask) === Result.goto ? Result.return : Result.next
}

/** Why the kernel refuses the jumps of a table, or null. */
export type JumpProblem =
  | { readonly kind: 'missing chain'; readonly chain: Chain; readonly name: string }
  | { readonly kind: 'base chain'; readonly chain: Chain; readonly name: string }
  | { readonly kind: 'loop'; readonly chain: Chain; readonly name: string }
  | { readonly kind: 'depth'; readonly chain: Chain; readonly name: string }

/** The first jump or goto that leads nowhere, to a base chain, in a circle, or too deep; `name` is where it would go. */
export function findJumpProblem(table: Table): JumpProblem | null {
  const chains = new Map(table.chains.map((chain) => [chain.name, chain]))
  /** Jumps below a chain, once known. */
  const depths = new Map<Chain, number>()
  const path = new Set<Chain>()
  function visit(chain: Chain): JumpProblem | null {
    path.add(chain)
    let deepest = 0
    for (const name of targetsOf(chain)) {
      const target = chains.get(name)
      if (!target) return { kind: 'missing chain', chain, name }
      if (target.base) return { kind: 'base chain', chain, name }
      if (path.has(target)) return { kind: 'loop', chain, name }
      const problem = depths.has(target) ? null : visit(target)
      if (problem) return problem
      deepest = Math.max(deepest, 1 + (depths.get(target) ?? 0))
      if (deepest >= deepestJump) return { kind: 'depth', chain, name }
    }
    path.delete(chain)
    depths.set(chain, deepest)
    return null
  }
  for (const chain of table.chains) {
    const problem = depths.has(chain) ? null : visit(chain)
    if (problem) return problem
  }
  return null
}

/** Names of the chains that a chain's rules may go to. */
export function targetsOf(chain: Chain): ReadonlySet<string> {
  const names = new Set<string>()
  for (const rule of chain.rules) {
    for (const statement of rule.statements) {
      for (const verdict of verdictsOf(statement)) {
        if (verdict.kind === 'jump' || verdict.kind === 'goto') names.add(verdict.chain)
      }
    }
  }
  return names
}

function verdictsOf(statement: Statement): readonly Verdict[] {
  if (statement.kind === 'verdict') return [statement.verdict]
  if (statement.kind !== 'verdict-map') return []
  return statement.map.elements.flatMap(({ verdict }) => verdict ?? [])
}

export function assertJumps(table: Table): void {
  const problem = findJumpProblem(table)
  if (problem)
    throw new InvariantError(`table ${table.name}, chain ${problem.chain.name}: ${problem.kind} ${problem.name}`)
}
