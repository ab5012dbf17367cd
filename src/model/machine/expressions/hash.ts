/** `jhash` and `symhash`, scaled to a modulus (Linux nft_hash). */

import { jenkinsHash } from '../../bytes/index.ts'
import { destinationAt, type Packet, sourceAt } from '../../packet/index.ts'
import { type HashValue, registersOf, type Value } from '../../rules/index.ts'
import { filled, intoRegisters, type ValueCode, wordsWhere } from '../code/operation.ts'
import { call } from '../code/word.ts'
import { transportAt, transportProtocol } from '../header-position.ts'
import type { Machine, ValueExpression } from '../machine.ts'

/** A 32-bit hash scaled to 0..modulus-1: the high half of their product (kernel reciprocal_scale). */
const scale = (hash: number, modulus: number): number => Math.floor(((hash >>> 0) * modulus) / 2 ** 32)

/** Values that lie in the kernel's registers in the byte order of the machine, which is little-endian nearly everywhere. */
function isHostOrder(value: Value): boolean {
  if (value.kind === 'meta')
    return !['protocol', 'iifname', 'oifname', 'iifkind', 'oifkind', 'sdifname'].includes(value.key)
  if (value.kind === 'ct') return !['saddr', 'daddr', 'proto-src', 'proto-dst', 'helper', 'label'].includes(value.key)
  if (value.kind === 'bitwise') return isHostOrder(value.of)
  return value.kind === 'fib' || value.kind === 'numgen' || value.kind === 'hash'
}

/** Writes a value's words as the bytes that the kernel hashes; returns the offset behind them, padded to whole words. */
type Writer = (bytes: Uint8Array, at: number) => number

function writerOf(value: Value, register: number, registers: Int32Array): Writer {
  if (value.kind === 'concatenation') {
    let from = register
    const writers = value.parts.map((part) => {
      const writer = writerOf(part, from, registers)
      from += registersOf(part)
      return writer
    })
    return (bytes, at) => writers.reduce((end, writer) => writer(bytes, end), at)
  }
  const length = (value.width + 7) >>> 3
  const isReversed = isHostOrder(value)
  return (bytes, at) => {
    for (let i = 0; i < length; i++) {
      const word = i >>> 2
      const wordBytes = Math.min(4, length - word * 4)
      const byte = registers[register + word]! >>> (8 * (wordBytes - 1 - (i & 3)))
      bytes[isReversed ? at + length - 1 - i : at + i] = byte
    }
    const padded = (at + length + 3) & ~3
    bytes.fill(0, at + length, padded)
    return padded
  }
}

/** Bytes that the kernel hashes: those of the value, or whole words for each part of a concatenation. */
const hashedLength = (value: Value): number =>
  value.kind === 'concatenation' ? registersOf(value) * 4 : (value.width + 7) >>> 3

function codeJenkins(value: HashValue, of: Value, at: number, machine: Machine): ValueCode {
  const { registers, surroundings } = machine
  const key = intoRegisters(machine.code(of, at), at)
  const write = writerOf(of, at, registers)
  const length = hashedLength(of)
  const bytes = new Uint8Array(registersOf(of) * 4)
  const seed = value.seed ?? Math.floor(surroundings.random() * 2 ** 32)
  const { modulus, offset } = value
  const hashed = filled(at, 1, () => {
    write(bytes, 0)
    registers[at] = scale(jenkinsHash(bytes, length, seed), modulus) + offset
    return true
  })
  return { operations: [...key, ...hashed.operations], words: hashed.words }
}

const flow = new Uint8Array(12)

/** The same number for both directions of a flow. The kernel's own is keyed at random when it starts: only this law is mirrored. */
function symmetricHash(packet: Packet): number {
  const { bytes } = packet
  const length = packet.family === 4 ? 4 : 16
  const source = sourceAt(packet)
  const destination = destinationAt(packet)
  flow.fill(0)
  for (let i = 0; i < length; i++) flow[i & 3]! ^= bytes[source + i]! ^ bytes[destination + i]!
  const transport = transportAt(packet)
  if (transport >= 0 && transport + 4 <= packet.end) {
    flow[4] = bytes[transport]! ^ bytes[transport + 2]!
    flow[5] = bytes[transport + 1]! ^ bytes[transport + 3]!
  }
  flow[8] = Math.max(0, transportProtocol(packet))
  return jenkinsHash(flow, 12, 0)
}

function code(value: HashValue, at: number, machine: Machine): ValueCode {
  if (value.type === 'jhash' && value.of) return codeJenkins(value, value.of, at, machine)
  return wordsWhere(
    [],
    call((packet) => scale(symmetricHash(packet), value.modulus) + value.offset),
  )
}

function describe(value: HashValue, inner: (value: Value) => string): string {
  const seed = value.seed === null ? '' : ` seed 0x${value.seed.toString(16)}`
  const offset = value.offset === 0 ? '' : ` offset ${value.offset}`
  return `${value.type}${value.of ? ` ${inner(value.of)}` : ''} mod ${value.modulus}${seed}${offset}`
}

export const hash: ValueExpression<HashValue> = { code, describe }
