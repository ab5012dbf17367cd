/**
 * Which comparisons of a rule nft 1.0.6 sends to the kernel as one (docs/nft-versions.md): neighbouring fields of one header become
 * one number, in the place of one of them.
 */

import type { CompareStatement, PayloadValue, Statement } from '../../../model/rules/index.ts'
import { numberFrom, wordsFrom } from './typed.ts'

/** Wider loads are slower in the kernel than two narrow ones. */
const fastBits = 32
const registerBits = 128

/** Neighbours that become one comparison. */
export interface Merged {
  /** Places in the rule, in the order of the header. */
  readonly members: readonly number[]
  /** The place that the one comparison takes; the others are left out. */
  readonly kept: number
  readonly comparison: Pick<CompareStatement, 'kind' | 'operator' | 'left' | 'right' | 'interfaceName' | 'prefixBits'>
  /** Whether a member tests flags: they are compared for equality then. */
  readonly hasFlagTest: boolean
}

/** A comparison of whole bytes of a header with one number. */
interface Candidate {
  readonly members: readonly number[]
  readonly kept: number
  readonly bits: PayloadValue
  readonly operator: '==' | '!='
  readonly value: bigint
  readonly isFlagTest: boolean
}

export function mergedComparisons(statements: readonly Statement[]): Merged[] {
  const merged: Merged[] = []
  let run: Candidate[] = []
  for (const [index, statement] of statements.entries()) {
    const candidate = candidateOf(statement, index)
    if (candidate) run.push(candidate)
    // One comparison alone waits on behind any other statement: an oversight of nft 1.0.6.
    if (isMatch(statement) || run.length < 2) continue
    merged.push(...mergeRun(run))
    run = []
  }
  return [...merged, ...mergeRun(run)]
}

export const isMatch = ({ kind }: Statement): boolean => kind === 'compare' || kind === 'range' || kind === 'lookup'

function candidateOf(statement: Statement, index: number): Candidate | null {
  if (statement.kind !== 'compare') return null
  const { left, operator } = statement
  const place = { members: [index], kept: index }
  if (left.kind === 'payload' && (operator === '==' || operator === '!=')) {
    return { ...place, bits: left, operator, value: numberFrom(statement.right, left.width), isFlagTest: false }
  }
  // `tcp flags syn`: a test of bits, but a value as it was written.
  const isWrittenMask = /[&/]|\band\b/.test(statement.text)
  if (left.kind !== 'bitwise' || left.of.kind !== 'payload' || operator !== '!=' || isWrittenMask) return null
  if (statement.right.some((word) => word !== 0)) return null
  return { ...place, bits: left.of, operator: '==', value: numberFrom(left.and, left.width), isFlagTest: true }
}

const bases: readonly string[] = ['link', 'network', 'transport', 'inner'] satisfies PayloadValue['base'][]

/** In order of the header, whatever the order of writing. */
function mergeRun(run: readonly Candidate[]): Merged[] {
  const sorted = [...run].sort(
    (a, b) => bases.indexOf(a.bits.base) - bases.indexOf(b.bits.base) || a.bits.offset - b.bits.offset,
  )
  const done: Candidate[] = []
  for (const next of sorted) {
    const last = done.at(-1)
    if (last && last.operator === next.operator && areMergeable(last.bits, next.bits))
      done[done.length - 1] = joined(last, next)
    else done.push(next)
  }
  return done.filter(({ members }) => members.length > 1).map(mergedFrom)
}

function joined(last: Candidate, next: Candidate): Candidate {
  // It takes the place of the one that names a protocol, as others may build on that.
  const kept = namesProtocol(next) ? next : last
  return {
    members: [...last.members, ...next.members],
    kept: kept.kept,
    bits: { ...last.bits, width: last.bits.width + next.bits.width, name: kept.bits.name },
    operator: last.operator,
    value: (last.value << BigInt(next.bits.width)) | next.value,
    isFlagTest: last.isFlagTest || next.isFlagTest,
  }
}

const mergedFrom = ({ members, kept, bits, operator, value, isFlagTest }: Candidate): Merged => ({
  members,
  kept,
  comparison: {
    kind: 'compare',
    operator,
    left: bits,
    right: wordsFrom(value, bits.width),
    interfaceName: null,
    prefixBits: null,
  },
  hasFlagTest: isFlagTest,
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
