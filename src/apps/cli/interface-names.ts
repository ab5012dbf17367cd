/** The interfaces that a ruleset speaks of, in order of first mention. */

import type { Ruleset, Statement } from '../../model/rules/index.ts'

/** `sides`: what to call the two sides of a guess; `single`: what to call the one interface of a guessed host. */
export interface InterfaceNames {
  readonly all: readonly string[]
  readonly sides: { readonly inside: string; readonly outside: string }
  readonly single: string
}

/** Names that mostly face strangers, and names that mostly do not. */
const outwardName = /wan|ext|out|inet|internet|ppp|uplink|public/i
const inwardName = /lan|int|in$|inside|home|office|br|private/i

/** Only whole names: a pattern such as `eth*` says nothing of which there are. */
function namesIn(statement: Statement): readonly string[] {
  if (statement.kind === 'compare' && statement.prefixBits === null) {
    const { interfaceName, left, right } = statement
    if (interfaceName !== null) return [interfaceName]
    return left.kind === 'meta' && (left.key === 'iifname' || left.key === 'oifname') ? [wordsText(right)] : []
  }
  return []
}

/** Names lie in words of four bytes, filled up with zeros. */
function wordsText(words: readonly number[]): string {
  const bytes = words.flatMap((word) => [word >>> 24, (word >>> 16) & 255, (word >>> 8) & 255, word & 255])
  return String.fromCharCode(...bytes.filter((byte) => byte !== 0))
}

export function interfaceNames(ruleset: Ruleset): InterfaceNames {
  const rules = ruleset.tables.flatMap((table) => table.chains.flatMap((chain) => chain.rules))
  const all = [...new Set(rules.flatMap((rule) => rule.statements.flatMap(namesIn)))]
  const others = all.filter((name) => name !== 'lo')
  const outward = others.find((name) => outwardName.test(name))
  const inside =
    others.find((name) => name !== outward && inwardName.test(name)) ?? others.find((name) => name !== outward)
  const outside = outward ?? others.find((name) => name !== inside)
  const sides = { inside: inside ?? 'inside', outside: outside ?? 'outside' }
  return { all, sides, single: outside ?? others[0] ?? 'eth0' }
}
