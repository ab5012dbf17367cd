/** Matches: from `LEFT OPERATOR RIGHT` to comparisons, ranges and lookups, with nft's rules for flags, prefixes and implicit operators. */

import type { CompareStatement, Value } from '../../../model/rules/index.ts'
import type { NftablesCode } from '../../diagnostics/index.ts'
import type { Expression, StatementOf } from '../ast.ts'
import { Refusal, refuse } from '../refusal.ts'
import type { DataType } from '../symbols/datatype.ts'
import { type Interval, intervalOf, numberOf } from './constant.ts'
import type { BareStatement, Scope } from './scope.ts'
import { flatElements } from './set-elements.ts'
import { prefixMask, type Typed, wordsFrom } from './typed.ts'
import { masked } from './value.ts'

type Match = StatementOf<'match'>

export const lowerMatch = (written: Match, scope: Scope): BareStatement[] => {
  const node = withPresence(written)
  const named = node.right.kind === 'set-reference' ? scope.table.sets.get(node.right.name) : undefined
  const left = named ? scope.key(node.left, named.keyTypes) : scope.value(node.left, null)
  return beside(node, left, scope, () => compareWith(node, left, scope))
}

/** Mistakes on the right side are explained by the type of the left. */
function beside(node: Match, left: Typed, scope: Scope, work: () => BareStatement[]): BareStatement[] {
  try {
    return work()
  } catch (error) {
    if (!(error instanceof Refusal) || error.diagnostic === null || !explained.includes(error.diagnostic.code))
      throw error
    const types = left.parts.map(({ type }) => type.name).join(' . ')
    const note = { span: node.left.span, message: `the left side is ${scope.textOf(node.left.span)}, of type ${types}` }
    throw new Refusal({ ...error.diagnostic, related: [...error.diagnostic.related, note] })
  }
}

const explained: readonly string[] = [
  'nft-type-mismatch',
  'nft-unknown-symbol',
  'nft-host-name',
  'nft-value-range',
] satisfies NftablesCode[]

function compareWith(node: Match, left: Typed, scope: Scope): BareStatement[] {
  const right = singleElement(node.right, left)
  switch (right.kind) {
    case 'set':
    case 'set-reference':
      return [lookup(node, right, left, scope)]
    case 'concatenation':
      return refuse('nft-operator', right.span, 'expected a set, found a concatenation of single values', {
        hint: 'put it in braces: { ... }',
      })
    case 'masked':
      return [flagsWithin(node, right, left, scope)]
    default:
      return [comparison(node, right, left, scope)]
  }
}

/** `fib ... oif missing` asks whether there is a route, not which. */
function withPresence(node: Match): Match {
  const { left, right } = node
  if (left.kind !== 'term' || left.term.kind !== 'fib' || left.term.result === 'type') return node
  if (right.kind !== 'word' || right.isQuoted || (right.text !== 'exists' && right.text !== 'missing')) return node
  return { ...node, left: { ...left, term: { ...left.term, result: 'exists' } } }
}

/** `{ x }` is the same as `x`, except for concatenations. */
function singleElement(right: Expression, left: Typed): Expression {
  if (right.kind !== 'set' || left.parts.length > 1) return right
  const elements = flatElements(right.elements)
  const [element] = elements
  if (elements.length !== 1 || !element) return right
  const isPlain = element.data === null && element.timeout === null && element.statements.length === 0
  return isPlain && element.key.kind !== 'catch-all' ? element.key : right
}

function lookup(node: Match, right: Expression, left: Typed, scope: Scope): BareStatement {
  if (!['implicit', '==', '!='].includes(node.operator)) {
    refuse('nft-operator', right.span, `expected "==" or "!=" before a set, found "${node.operator}"`)
  }
  const set = scope.setFor(right, left, { kind: 'none' })
  const isNegated = node.operator === '!='
  if (!isNegated && set.isAnonymous && namesTransport(left.value, scope)) scope.protocols.setTransports()
  if (!isNegated && set.isAnonymous && left.value.kind === 'payload' && isMessageType(left.value)) {
    const isSingle = set.elements.every(({ from, to }) => from[0] === to[0])
    if (isSingle) scope.protocols.messageTypes = set.elements.map(({ from }) => from[0] ?? 0)
  }
  return { kind: 'lookup', isNegated, key: left.value, set }
}

/** The connection's protocol counts once the network protocol is known. */
function namesTransport(value: Value, { protocols }: Scope): boolean {
  if (value.kind === 'payload') return value.name === 'ip protocol' || value.name === 'ip6 nexthdr'
  if (value.kind === 'ct') return value.key === 'protocol' && protocols.network !== null
  return value.kind === 'meta' && value.key === 'l4proto'
}

/** The only field of the left side; a concatenation is compared with sets alone. */
function onlyPart(node: Match, left: Typed): { readonly value: Value; readonly type: DataType } {
  const part = left.parts[0]
  return part && left.parts.length === 1
    ? part
    : refuse('nft-operator', node.right.span, 'expected a set or map beside a concatenation, found a single value', {
        hint: 'write the values as a concatenation in braces: { a . b }',
      })
}

/** `tcp flags syn / fin,syn,rst`: of the flags behind the slash just those before it are set. */
function flagsWithin(
  node: Match,
  right: Expression & { readonly kind: 'masked' },
  left: Typed,
  scope: Scope,
): BareStatement {
  const { value, type } = onlyPart(node, left)
  if (type.notation !== 'bitmask')
    refuse('nft-operator', right.mask.span, `expected the end of the match, found a mask: ${type.title} has no flags`)
  if (!['implicit', '==', '!='].includes(node.operator))
    refuse('nft-operator', right.span, `expected "==" or "!=" before flags with a mask, found "${node.operator}"`)
  const mask = numberOf(right.mask, type, scope)
  const number = numberOf(right.value, type, scope)
  return compare(masked(value, mask, 0n, type.width), node.operator === '!=' ? '!=' : '==', number, type.width)
}

function comparison(node: Match, right: Expression, left: Typed, scope: Scope): BareStatement {
  const { value, type } = onlyPart(node, left)
  const isFlags = type.notation === 'bitmask' || type.notation === 'index'
  if (node.operator === '!' && value.kind === 'bitwise')
    refuse('nft-operator', node.span, 'expected "==" or "!=" behind bits that are masked, found "!"')
  if (node.operator === '!' && !isFlags)
    refuse('nft-operator', node.span, `expected "!=", found "!": ${type.title} has no flags`)
  const isRange = right.kind === 'range' || right.kind === 'prefix'
  // A bit test, unless the rule masks by itself: then it is compared.
  if (isFlags && !isRange && (node.operator === '!' || (node.operator === 'implicit' && value.kind !== 'bitwise'))) {
    const mask = numberOf(right, type, scope)
    return compare(masked(value, mask, 0n, type.width), node.operator === '!' ? '==' : '!=', 0n, type.width)
  }
  const interval = intervalOf(right, type, scope)
  const largest = largestOf(value)
  if (largest !== null && interval.to > largest)
    refuse('nft-value-range', right.span, `expected a number up to ${largest}, found ${interval.to}`)
  if (node.operator === 'implicit' || node.operator === '==' || node.operator === '!=') {
    const statement = equality(value, type, interval, node.operator === '!=', right)
    if (node.operator !== '!=') learn(value, interval, node, scope)
    return statement
  }
  return ordering(node, value, type, interval, right)
}

/** What `numgen` and hashes can become; null: of all else it is the type that tells. */
function largestOf(value: Value): number | null {
  if (value.kind === 'bitwise') return largestOf(value.of)
  return value.kind === 'numgen' || value.kind === 'hash' ? value.offset + value.modulus - 1 : null
}

function equality(
  value: Value,
  type: DataType,
  interval: Interval,
  isNegated: boolean,
  right: Expression,
): BareStatement {
  const operator = isNegated ? '!=' : '=='
  if (interval.interfaceName !== null) {
    return {
      kind: 'compare',
      operator,
      left: value,
      right: [0],
      interfaceName: interval.interfaceName,
      prefixBits: null,
    }
  }
  if (interval.prefixBits !== null) {
    if (type.notation === 'string')
      return { ...compare(value, operator, interval.from, type.width), prefixBits: interval.prefixBits }
    return compare(
      masked(value, prefixMask(type.width, interval.prefixBits), 0n, type.width),
      operator,
      interval.from,
      type.width,
    )
  }
  if (right.kind !== 'range') return compare(value, operator, interval.from, type.width)
  // From evening to morning is all but from morning to evening.
  const isOvernight = type.notation === 'hour' && interval.from > interval.to
  const [from, to] = isOvernight ? [interval.to, interval.from] : [interval.from, interval.to]
  if (from > to) refuse('nft-value-range', right.span, 'expected a range that ends behind its beginning')
  return {
    kind: 'range',
    isNegated: isNegated !== isOvernight,
    left: value,
    from: wordsFrom(from, type.width),
    to: wordsFrom(to, type.width),
  }
}

function ordering(node: Match, value: Value, type: DataType, interval: Interval, right: Expression): BareStatement {
  const { operator } = node
  if (
    interval.prefixBits !== null ||
    interval.interfaceName !== null ||
    right.kind === 'range' ||
    ['string', 'interface', 'boolean'].includes(type.notation)
  ) {
    refuse(
      'nft-operator',
      right.span,
      `expected one number behind "${operator}", found ${right.kind === 'range' || right.kind === 'prefix' ? `a ${right.kind}` : type.title}`,
    )
  }
  if (operator === 'implicit' || operator === '!') return compare(value, '==', interval.from, type.width)
  return compare(value, operator, interval.from, type.width)
}

const compare = (
  left: Value,
  operator: CompareStatement['operator'],
  right: bigint,
  width: number,
): CompareStatement => ({
  kind: 'compare',
  operator,
  left,
  right: wordsFrom(right, width),
  interfaceName: null,
  prefixBits: null,
})

const isMessageType = ({ name }: { readonly name: string }): boolean => name === 'icmp type' || name === 'icmpv6 type'

/** A comparison with one protocol says which headers the packet has. */
function learn(value: Value, interval: Interval, node: Match, { protocols, table }: Scope): void {
  if (interval.from !== interval.to) return
  const number = Number(interval.from)
  if (value.kind === 'payload' && (value.name === 'ip protocol' || value.name === 'ip6 nexthdr'))
    protocols.setTransport(number, node.span)
  if (value.kind === 'meta' && value.key === 'l4proto') protocols.setTransport(number, node.span)
  if (value.kind === 'payload' && isMessageType(value)) protocols.messageTypes = [number]
  if (value.kind === 'meta' && value.key === 'iiftype') protocols.isEthernet = number === 1
  if (value.kind === 'ct' && value.key === 'protocol') protocols.setConnectionTransport(number, node.span)
  if (table.family !== 'inet') return
  // To nft the packet is of its connection's network protocol.
  if ((value.kind === 'meta' && value.key === 'nfproto') || (value.kind === 'ct' && value.key === 'l3proto'))
    learnNetwork(number === 2 ? 'ip' : number === 10 ? 'ip6' : null)
  // Not so `meta protocol`: nft compares nfproto behind it all the same.
  if (value.kind === 'payload' && value.name === 'ether type')
    learnNetwork(number === 0x0800 ? 'ip' : number === 0x86dd ? 'ip6' : null)

  function learnNetwork(network: 'ip' | 'ip6' | null): void {
    if (network !== null) protocols.setNetwork(network, node.span)
  }
}
