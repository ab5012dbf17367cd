/**
 * What nft 1.0.6 does to the matches of a rule before it sends them: neighbouring fields of one header become one comparison, and
 * `meta protocol` is left out where the table's family says the same. The listing shows the order that comes of it.
 *
 * Two of its merges say something else than the rule: `tcp sport != 1 tcp dport != 2` becomes a comparison of both as one number,
 * and `tcp flags syn` beside a neighbour asks for these flags alone (the first is mended in nft 1.1). The machine runs what the rule
 * says; only the listing follows nft.
 */

import type { CompareStatement, Family, PayloadValue, Statement } from '../../../model/rules/index.ts'
import { wordsFrom } from '../lower/typed.ts'
import { layerOf } from './protocol-context.ts'
import { numberOf } from './words.ts'

/** Wider loads are slower in the kernel than two narrow ones. */
const fastBits = 32
const registerBits = 128

/** A comparison of whole bytes of a header with one number. */
interface Candidate {
  readonly index: number
  readonly bits: PayloadValue
  readonly operator: '==' | '!='
  readonly value: bigint
}

export function mergeMatches(statements: readonly Statement[], family: Family): Statement[] {
  const result: (Statement | null)[] = statements.map((statement, index) =>
    isSaidByFamily(statement, family) && index < statements.length - 1 ? null : statement,
  )
  let run: Candidate[] = []
  for (const [index, statement] of statements.entries()) {
    const candidate = candidateOf(statement, index)
    if (candidate) run.push(candidate)
    if (isMatch(statement)) continue
    mergeRun(run, result)
    run = []
  }
  mergeRun(run, result)
  return result.filter((statement) => statement !== null)
}

const isMatch = ({ kind }: Statement): boolean => kind === 'compare' || kind === 'range' || kind === 'lookup'

const etherTypeOf: Readonly<Partial<Record<Family, number>>> = { ip: 0x0800, ip6: 0x86dd }

const isSaidByFamily = (statement: Statement, family: Family): boolean =>
  statement.kind === 'compare' &&
  statement.operator === '==' &&
  statement.left.kind === 'meta' &&
  statement.left.key === 'protocol' &&
  statement.right[0] === etherTypeOf[family]

function candidateOf(statement: Statement, index: number): Candidate | null {
  if (statement.kind !== 'compare') return null
  const { left, operator } = statement
  if (left.kind === 'payload' && (operator === '==' || operator === '!=')) {
    return { index, bits: left, operator, value: numberOf(statement.right, left.width) }
  }
  // `tcp flags syn`: a test of bits, but a value as it was written.
  const isWrittenMask = /&|\band\b/.test(statement.text)
  if (left.kind !== 'bitwise' || left.of.kind !== 'payload' || operator !== '!=' || isWrittenMask) return null
  if (statement.right.some((word) => word !== 0)) return null
  return { index, bits: left.of, operator: '==', value: numberOf(left.and, left.width) }
}

/** In order of the header, whatever the order of writing. */
function mergeRun(run: readonly Candidate[], result: (Statement | null)[]): void {
  const sorted = [...run].sort((a, b) => layerOf[a.bits.base] - layerOf[b.bits.base] || a.bits.offset - b.bits.offset)
  let last = sorted[0]
  for (const next of sorted.slice(1)) {
    if (last === undefined || last.operator !== next.operator || !areMergeable(last.bits, next.bits)) {
      last = next
      continue
    }
    const width = last.bits.width + next.bits.width
    // It takes the place of the one that names a protocol, as others may build on that.
    const [kept, dropped]: [Candidate, Candidate] = namesProtocol(next) ? [next, last] : [last, next]
    last = {
      index: kept.index,
      bits: { ...last.bits, width, name: kept.bits.name },
      operator: last.operator,
      value: (last.value << BigInt(next.bits.width)) | next.value,
    }
    const place = result[kept.index]
    if (place) result[kept.index] = { ...comparison(last), text: place.text, source: place.source }
    result[dropped.index] = null
  }
}

const comparison = ({ bits, operator, value }: Candidate): CompareStatement => ({
  kind: 'compare',
  operator,
  left: bits,
  right: wordsFrom(value, bits.width),
  interfaceName: null,
  prefixBits: null,
})

function areMergeable(a: PayloadValue, b: PayloadValue): boolean {
  if (a.base !== b.base || a.offset + a.width !== b.offset) return false
  if ([a.offset, a.width, b.offset, b.width].some((bits) => bits % 8 !== 0)) return false
  const total = a.width + b.width
  if (total > registerBits) return false
  return total <= fastBits || a.base === 'link' || a.width > fastBits || b.width > fastBits
}

const protocolNames: readonly string[] = ['ether type', 'ip protocol', 'ip6 nexthdr', 'icmp type', 'icmpv6 type']
const namesProtocol = ({ bits }: Candidate): boolean => protocolNames.includes(bits.name)
