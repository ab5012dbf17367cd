/**
 * Code as closures: what runs where a content security policy forbids to generate any, while a chain has seen few packets, and in
 * traces. `source.ts` is the other form and must answer the same.
 */

import type { Packet } from '../../packet/index.ts'
import type { Load, Step } from '../machine.ts'
import { isFinal, Result } from '../result.ts'
import { positionReaders } from './bases.ts'
import { pairedTest } from './closure-tests.ts'
import type { Operation, ValueCode } from './operation.ts'
import { intoRegisters } from './operation.ts'
import type { Combination, Condition, Reader, Relation, Slot, Word } from './word.ts'

const slots: { readonly [S in Slot]: Reader } = {
  start: (packet) => packet.start,
  end: (packet) => packet.end,
  link: (packet) => packet.link,
  family: (packet) => packet.family,
  hook: (packet) => packet.hook,
  input: (packet) => packet.input,
  output: (packet) => packet.output,
  mark: (packet) => packet.mark,
  priority: (packet) => packet.priority,
  userId: (packet) => packet.userId,
  groupId: (packet) => packet.groupId,
  entry: (packet) => packet.entry,
}

const combinations: { readonly [C in Combination]: (left: Reader, right: Reader) => Reader } = {
  '&': (left, right) => (packet) => left(packet) & right(packet),
  '|': (left, right) => (packet) => left(packet) | right(packet),
  '^': (left, right) => (packet) => left(packet) ^ right(packet),
  '<<': (left, right) => (packet) => left(packet) << right(packet),
  '>>>': (left, right) => (packet) => left(packet) >>> right(packet),
  '-': (left, right) => (packet) => left(packet) - right(packet),
}

export function readerOf(word: Word, registers: Int32Array): Reader {
  switch (word.kind) {
    case 'constant':
      return () => word.value
    case 'slot':
      return slots[word.slot]
    case 'call':
      return word.read
    case 'register': {
      const { register } = word
      return () => registers[register]!
    }
    case 'bytes':
      return bytesReader(positionReaders[word.base], word.offset, word.length)
    case 'combine': {
      const left = readerOf(word.left, registers)
      if (word.operator === '&' && word.right.kind === 'constant') {
        const bits = word.right.value
        return (packet) => left(packet) & bits
      }
      return combinations[word.operator](left, readerOf(word.right, registers))
    }
  }
}

function bytesReader(position: Reader, offset: number, length: number): Reader {
  return (packet) => {
    const { bytes } = packet
    const at = position(packet) + offset
    let value = 0
    for (let i = 0; i < length; i++) value = (value << 8) | bytes[at + i]!
    return value
  }
}

type Test = (packet: Packet) => boolean

const relations: { readonly [R in Relation]: (left: Reader, right: Reader) => Test } = {
  '===': (left, right) => (packet) => (left(packet) | 0) === (right(packet) | 0),
  '!==': (left, right) => (packet) => (left(packet) | 0) !== (right(packet) | 0),
  '<': (left, right) => (packet) => left(packet) >>> 0 < right(packet) >>> 0,
  '<=': (left, right) => (packet) => left(packet) >>> 0 <= right(packet) >>> 0,
  '>': (left, right) => (packet) => left(packet) >>> 0 > right(packet) >>> 0,
  '>=': (left, right) => (packet) => left(packet) >>> 0 >= right(packet) >>> 0,
}

function testOf(condition: Condition, registers: Int32Array): Test {
  switch (condition.kind) {
    case 'compare':
      return relations[condition.relation](readerOf(condition.left, registers), readerOf(condition.right, registers))
    case 'reaches': {
      const { base, bytes } = condition
      const position = positionReaders[base]
      return (packet) => {
        const at = position(packet)
        return at >= 0 && at + bytes <= packet.end
      }
    }
    case 'all': {
      const tests = condition.of.map((each) => testOf(each, registers))
      return (packet) => tests.every((test) => test(packet))
    }
    case 'any': {
      const tests = condition.of.map((each) => testOf(each, registers))
      return (packet) => tests.some((test) => test(packet))
    }
  }
}

/** Comparisons of a word with a constant need no closure for the constant. */
function needStep(condition: Condition, registers: Int32Array): Step {
  if (condition.kind === 'compare' && condition.right.kind === 'constant') {
    const { left, relation } = condition
    const right = condition.right.value
    if (relation === '===' || relation === '!==') return equalStep(left, right, relation === '===', registers)
  }
  const test = testOf(condition, registers)
  return (packet) => (test(packet) ? Result.next : Result.break)
}

function equalStep(left: Word, right: number, isEqualWanted: boolean, registers: Int32Array): Step {
  // A step answers `next` when equality is what the rule asked for: the two codes are swapped once, here.
  const equal = isEqualWanted ? Result.next : Result.break
  const different = isEqualWanted ? Result.break : Result.next
  if (left.kind === 'combine' && left.operator === '&' && left.right.kind === 'constant') {
    const read = readerOf(left.left, registers)
    const bits = left.right.value
    return (packet) => ((read(packet) & bits) === right ? equal : different)
  }
  const read = readerOf(left, registers)
  return (packet) => ((read(packet) | 0) === right ? equal : different)
}

/** The packet carries marks and priorities as signed numbers, once a rule has set them. */
function setStep(slot: 'mark' | 'priority', read: Reader): Step {
  if (slot === 'mark') {
    return (packet) => {
      packet.mark = read(packet) | 0
      return Result.next
    }
  }
  return (packet) => {
    packet.priority = read(packet) | 0
    return Result.next
  }
}

function stepOf(operation: Operation, registers: Int32Array): Step {
  switch (operation.kind) {
    case 'need':
      return needStep(operation.condition, registers)
    case 'put': {
      const { register } = operation
      const read = readerOf(operation.word, registers)
      return (packet) => {
        registers[register] = read(packet)
        return Result.next
      }
    }
    case 'fill': {
      const { load } = operation
      return (packet) => (load(packet) ? Result.next : Result.break)
    }
    case 'run': {
      if (operation.word === null) return operation.step
      const { step } = operation
      const read = readerOf(operation.word, registers)
      return (packet) => step(packet, read(packet) | 0)
    }
    case 'count':
      return countStep(operation.counts)
    case 'set':
      return setStep(operation.slot, readerOf(operation.word, registers))
    case 'end': {
      const { result, ruleId } = operation
      if (!isFinal(result)) return () => result
      return (packet) => {
        packet.rule = ruleId
        return result
      }
    }
  }
}

/** By a difference, as all counting here: JavaScript engines try a sum of doubles as whole numbers first, which takes twice as long. */
export const countStep =
  (counts: Float64Array): Step =>
  (packet) => {
    counts[0]! -= -1
    counts[1]! -= packet.start - packet.end
    return Result.next
  }

/** One step for each operation, or for two that belong together. */
export function stepsOf(operations: readonly Operation[], registers: Int32Array): readonly Step[] {
  const steps: Step[] = []
  for (let i = 0; i < operations.length; i++) {
    const operation = operations[i]!
    const next = operations[i + 1]
    const paired = next ? pairedTest(operation, next) : null
    if (paired) i++
    steps.push(paired ?? stepOf(operation, registers))
  }
  return steps
}

/** Operations as one step. */
export function joinOperations(operations: readonly Operation[], registers: Int32Array): Step {
  const steps = stepsOf(operations, registers)
  const [first, second] = steps
  if (first && steps.length === 1) return first
  if (first && second && steps.length === 2) {
    return (packet) => {
      const result = first(packet)
      return result === Result.next ? second(packet) : result
    }
  }
  return (packet) => {
    let result: number = Result.next
    for (let i = 0; i < steps.length && result === Result.next; i++) result = steps[i]!(packet)
    return result
  }
}

/** A value's words in registers from `at` on. */
export function loadOf(code: ValueCode, at: number, registers: Int32Array): Load {
  const step = joinOperations(intoRegisters(code, at), registers)
  return (packet) => step(packet) === Result.next
}
