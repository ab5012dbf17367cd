/** `accept`, `drop`, `continue`, `return`, `jump CHAIN`, `goto CHAIN`. */

import type { Verdict } from '../../../model/rules/index.ts'
import { didYouMean, quoted } from '../../diagnostics/index.ts'
import type { VerdictNode } from '../ast.ts'
import type { Scope } from '../lower/scope.ts'
import type { Parser } from '../parser/parser.ts'
import { giveUp, refuse } from '../refusal.ts'
import type { LowerStatement, ParseStatement } from './statement.ts'

export const keywords: readonly string[] = ['accept', 'drop', 'continue', 'return', 'jump', 'goto', 'queue']

export function parseVerdict(parser: Parser): VerdictNode {
  const { cursor } = parser
  const start = cursor.start
  const word = cursor.expectWord('a verdict').text
  if (word === 'queue') {
    refuse('nft-unsupported-queue', cursor.spanFrom(start), 'queue asks a program outside the ruleset for the verdict')
  }
  if (word === 'jump' || word === 'goto') {
    if (cursor.isSign('{'))
      refuse('nft-unsupported-value', cursor.here(), 'chains without a name are not modelled', {
        hint: 'give the chain a name',
      })
    const chain =
      cursor.peek().kind === 'variable' ? chainOfVariable(parser) : cursor.expectName('the name of a chain').text
    return { kind: word, chain, span: cursor.spanFrom(start) }
  }
  if (word === 'accept' || word === 'drop' || word === 'continue' || word === 'return') {
    return { kind: word, span: cursor.spanFrom(start) }
  }
  return refuse('nft-syntax', cursor.spanFrom(start), `expected a verdict, found ${quoted(word)}`, {
    hint: didYouMean(word, keywords),
  })
}

function chainOfVariable(parser: Parser): string {
  const value = parser.variable()
  return value.kind === 'word'
    ? value.text
    : refuse('nft-syntax', value.span, 'expected a variable that is the name of a chain')
}

export const parse: ParseStatement<'verdict'> = (parser) => {
  const verdict = parseVerdict(parser)
  return { kind: 'verdict', verdict, span: verdict.span }
}

/** The chain that a jump leads to must be there. */
export function lowerVerdict(node: VerdictNode, scope: Scope): Verdict {
  if (node.kind !== 'jump' && node.kind !== 'goto') return { kind: node.kind }
  const chain = scope.table.chains.get(node.chain)
  if (!chain && scope.table.refused.has(node.chain)) giveUp()
  if (!chain) {
    refuse('nft-missing-chain', node.span, `there is no chain ${quoted(node.chain)} in table ${scope.table.name}`, {
      hint: didYouMean(node.chain, regularChains(scope)),
    })
  } else if (chain.base !== null) {
    refuse('nft-base-chain', node.span, `${node.kind} leads to ${quoted(node.chain)}, which is a base chain`, {
      related: [{ span: chain.source, message: 'it is bound to a hook here' }],
    })
  }
  return { kind: node.kind, chain: node.chain }
}

const regularChains = (scope: Scope): string[] =>
  [...scope.table.chains.values()].filter(({ base }) => base === null).map(({ name }) => name)

export const lower: LowerStatement<'verdict'> = (node, scope) => [
  { kind: 'verdict', verdict: lowerVerdict(node.verdict, scope) },
]
