/** The tests that most rules make, each as one closure: a field that the packet must have, under a mask equal to a constant, or in a range. */

import { readInt32 } from '../../bytes/index.ts'
import type { Step } from '../machine.ts'
import { Result } from '../result.ts'
import { positionReaders } from './bases.ts'
import type { Operation } from './operation.ts'
import type { FieldWord } from './shared-fields.ts'
import type { Condition, Reader } from './word.ts'

/** `yes` and `no` are what the step answers. */
interface Answers {
  readonly yes: number
  readonly no: number
}

/** Whether `field & mask` is `right`. */
interface Equality extends Answers {
  readonly field: FieldWord
  readonly mask: number
  readonly right: number
}

/** Whether `field` is from `low` to `high`, as unsigned numbers. */
interface Between extends Answers {
  readonly field: FieldWord
  readonly low: number
  readonly high: number
}

const asked: Answers = { yes: Result.next, no: Result.break }
const denied: Answers = { yes: Result.break, no: Result.next }

/** Two operations as one: a need of bytes that the packet has, and then a question about just these. Null: they are not such. */
export function pairedTest(first: Operation, second: Operation): Step | null {
  if (first.kind !== 'need' || second.kind !== 'need' || first.condition.kind !== 'reaches') return null
  const { base, bytes } = first.condition
  const isReached = ({ field }: { readonly field: FieldWord }): boolean =>
    field.base === base && field.offset + field.length === bytes
  const equality = equalityOf(second.condition)
  if (equality) return isReached(equality) ? testEquality(equality) : null
  const between = betweenOf(second.condition)
  return between && isReached(between) ? testBetween(between) : null
}

function equalityOf(condition: Condition): Equality | null {
  if (condition.kind !== 'compare' || condition.right.kind !== 'constant') return null
  const { left, relation } = condition
  if (relation !== '===' && relation !== '!==') return null
  const answers = relation === '===' ? asked : denied
  const right = condition.right.value
  if (left.kind === 'bytes') return { field: left, mask: -1, right, ...answers }
  if (left.kind !== 'combine' || left.operator !== '&' || left.left.kind !== 'bytes') return null
  return left.right.kind === 'constant' ? { field: left.left, mask: left.right.value, right, ...answers } : null
}

/** Ranges, and all comparisons that order: they are ranges from the lowest or to the highest number. */
function betweenOf(condition: Condition): Between | null {
  if (condition.kind === 'compare') return boundOf(condition)
  if (condition.kind === 'reaches' || condition.of.length !== 2) return null
  const [one, other] = condition.of.map(boundOf)
  if (!one || !other || one.field !== other.field) return null
  const isInside = condition.kind === 'all'
  // Not to be in a range is to be below it or above.
  if (isInside) return { ...one, low: Math.max(one.low, other.low), high: Math.min(one.high, other.high) }
  return one.low === 0 && one.high < other.low ? { ...one, low: one.high + 1, high: other.low - 1, ...denied } : null
}

const highest = 0xffffffff

function boundOf(condition: Condition): Between | null {
  if (condition.kind !== 'compare' || condition.left.kind !== 'bytes' || condition.right.kind !== 'constant')
    return null
  const field = condition.left
  const right = condition.right.value >>> 0
  switch (condition.relation) {
    case '<':
      return { field, low: 0, high: right - 1, ...asked }
    case '<=':
      return { field, low: 0, high: right, ...asked }
    case '>':
      return { field, low: right + 1, high: highest, ...asked }
    case '>=':
      return { field, low: right, high: highest, ...asked }
    default:
      return null
  }
}

function testEquality(test: Equality): Step | null {
  const position = positionReaders[test.field.base]
  switch (test.field.length) {
    case 1:
      return testOne(test, position)
    case 2:
      return testTwo(test, position)
    case 4:
      return test.field.base === 'network' ? testNetworkFour(test) : null
    default:
      return null
  }
}

function testOne({ field: { offset }, mask, no, right, yes }: Equality, position: Reader): Step {
  return (packet) => {
    const at = position(packet) + offset
    if (at < offset || at >= packet.end) return Result.break
    return (packet.bytes[at]! & mask) === right ? yes : no
  }
}

/** Ports. */
function testTwo({ field: { offset }, mask, no, right, yes }: Equality, position: Reader): Step {
  return (packet) => {
    const at = position(packet) + offset
    if (at < offset || at + 2 > packet.end) return Result.break
    return (((packet.bytes[at]! << 8) | packet.bytes[at + 1]!) & mask) === right ? yes : no
  }
}

/** Addresses of IPv4. */
function testNetworkFour({ field: { offset }, mask, no, right, yes }: Equality): Step {
  return (packet) => {
    const at = packet.start + offset
    if (at + 4 > packet.end) return Result.break
    return (readInt32(packet.bytes, at) & mask) === right ? yes : no
  }
}

function testBetween({ field, high, low, no, yes }: Between): Step | null {
  const { length, offset } = field
  const position = positionReaders[field.base]
  if (length === 2) {
    return (packet) => {
      const at = position(packet) + offset
      if (at < offset || at + 2 > packet.end) return Result.break
      const value = (packet.bytes[at]! << 8) | packet.bytes[at + 1]!
      return value >= low && value <= high ? yes : no
    }
  }
  if (length !== 4 || field.base !== 'network') return null
  return (packet) => {
    const at = packet.start + offset
    if (at + 4 > packet.end) return Result.break
    const value = readInt32(packet.bytes, at) >>> 0
    return value >= low && value <= high ? yes : no
  }
}
