/** Writes aligned PER by a schema: messages for the tests, and random ones. The other half of decode.ts, without its slips. */

import type { Choice, Part, Sequence, Type, Width } from './schema.ts'

/** By kind of type: a number, octets (or how many zeros), the parts by name, the items, or the one alternative by name. */
export type Value = number | Uint8Array | readonly Value[] | { readonly [name: string]: Value }

/** Of NULL, and of whatever is left away. */
export const none: Value = 0

class BitWriter {
  readonly bytes: number[] = []
  private free = 0

  bits(value: number, count: number): void {
    for (let i = count - 1; i >= 0; i--) {
      if (this.free === 0) {
        this.bytes.push(0)
        this.free = 8
      }
      this.free--
      const last = this.bytes.length - 1
      this.bytes[last] = (this.bytes[last] ?? 0) | (((value >>> i) & 1) << this.free)
    }
  }

  octets(octets: Iterable<number>): void {
    this.free = 0
    this.bytes.push(...octets)
  }

  length(length: number): void {
    this.octets(length < 128 ? [length] : [0x80 | (length >>> 8), length & 0xff])
  }
}

export function encode(type: Type, value: Value): Uint8Array {
  const writer = new BitWriter()
  write(writer, type, value)
  return Uint8Array.from(writer.bytes)
}

const partOf = (value: Value, name: string): Value | undefined =>
  typeof value === 'object' && !(value instanceof Uint8Array) && !Array.isArray(value)
    ? (value as { readonly [name: string]: Value })[name] // an object, by the tests before
    : undefined

const octetsOf = (value: Value, size: number): Uint8Array =>
  value instanceof Uint8Array ? value : new Uint8Array(size)

function write(writer: BitWriter, type: Type, value: Value): void {
  switch (type.kind) {
    case 'null':
    case 'stop':
      return
    case 'opaque':
      return writer.octets(octetsOf(value, 2))
    case 'boolean':
      return writer.bits(Number(value), 1)
    case 'object-identifier':
      return writer.octets([6, 0, 8, 0x91, 0x4a, 0, 4])
    case 'integer':
      return writeInteger(writer, type.width, Number(value) - type.minimum)
    case 'fixed-octets': {
      const octets = octetsOf(value, type.size)
      if (type.size > 2) writer.octets(octets)
      else for (const octet of octets) writer.bits(octet, 8)
      return
    }
    case 'string': {
      const octets = octetsOf(value, typeof value === 'number' ? (value * type.unit + 7) >>> 3 : 0)
      writeCount(writer, type.width, Math.floor((octets.length * 8) / type.unit) - type.minimum)
      writer.octets(octets)
      return
    }
    case 'sequence':
      return writeSequence(writer, type, value)
    case 'sequence-of': {
      const items = Array.isArray(value) ? value : []
      writer.length(items.length)
      for (const item of items) writePart(writer, type.item, type.item.isOpen, item)
      return
    }
    case 'choice':
      return writeChoice(writer, type, value)
  }
}

function writeInteger(writer: BitWriter, width: Width, value: number): void {
  if (width.form === 'bits') return writer.bits(value, width.bits)
  if (width.form === 'byte') return writer.octets([value])
  if (width.form === 'word') return writer.octets([value >>> 8, value & 0xff])
  const octets = [value >>> 24, (value >>> 16) & 0xff, (value >>> 8) & 0xff, value & 0xff]
  while (octets.length > 1 && octets[0] === 0) octets.shift()
  if (width.form === 'length') writer.bits(octets.length - 1, 2)
  else writer.length(octets.length)
  writer.octets(octets)
}

function writeCount(writer: BitWriter, width: Width, count: number): void {
  if (width.form === 'length') writer.length(count)
  else writeInteger(writer, width, count)
}

function writePart(writer: BitWriter, part: Part, isOpen: boolean, value: Value): void {
  if (!isOpen) return write(writer, part.type, value)
  const octets = encode(part.type, value)
  writer.length(Math.max(1, octets.length))
  writer.octets(octets.length === 0 ? [0] : octets)
}

function writeSequence(writer: BitWriter, type: Sequence, value: Value): void {
  const given = type.extensions.map((part) => partOf(value, part.name) !== undefined)
  const last = given.lastIndexOf(true)
  if (type.isExtensible) writer.bits(last < 0 ? 0 : 1, 1)
  const isThere = (part: Part): boolean => !part.isOptional || partOf(value, part.name) !== undefined
  for (const part of type.root) if (part.isOptional) writer.bits(isThere(part) ? 1 : 0, 1)
  for (const part of type.root)
    if (isThere(part)) writePart(writer, part, part.isOpen, partOf(value, part.name) ?? none)
  if (last < 0) return
  writer.bits(type.extensions.length - 1, 7)
  for (const isGiven of given) writer.bits(isGiven ? 1 : 0, 1)
  for (const [i, part] of type.extensions.entries()) {
    if (given[i]) writePart(writer, part, true, partOf(value, part.name) ?? none)
  }
}

function writeChoice(writer: BitWriter, type: Choice, value: Value): void {
  const isGiven = (part: Part): boolean => partOf(value, part.name) !== undefined
  const inRoot = type.root.findIndex(isGiven)
  const index = inRoot < 0 ? type.extensions.findIndex(isGiven) : inRoot
  const part = (inRoot < 0 ? type.extensions : type.root)[index]
  if (!part) throw new Error(`no alternative of ${type.root.map(({ name }) => name)} is given`)
  if (type.isExtensible) writer.bits(inRoot < 0 ? 1 : 0, 1)
  writer.bits(index, inRoot < 0 ? 7 : type.indexBits)
  writePart(writer, part, part.isOpen || inRoot < 0, partOf(value, part.name) ?? none)
}

/** `random` gives 0 (inclusive) to 1; deep choices thin out, so that messages stay small. */
export function randomValue(type: Type, random: () => number, depth = 0): Value {
  const below = (limit: number): number => Math.floor(random() * limit)
  const octets = (count: number): Uint8Array => Uint8Array.from({ length: count }, () => below(256))
  const isTaken = (): boolean => random() < (depth > 8 ? 0.2 : 0.5)
  switch (type.kind) {
    case 'null':
    case 'stop':
    case 'object-identifier':
      return none
    case 'opaque':
      return octets(1 + below(4))
    case 'boolean':
      return below(2)
    case 'integer': {
      const { width } = type
      const limit =
        width.form === 'bits'
          ? 2 ** width.bits
          : width.form === 'byte'
            ? 256
            : width.form === 'word'
              ? 65536
              : 2 ** (8 * (1 + below(4)))
      return type.minimum + below(limit)
    }
    case 'fixed-octets':
      return octets(type.size)
    case 'string':
      return octets(Math.ceil((type.minimum * type.unit) / 8) * (1 + below(4)))
    case 'sequence-of':
      return Array.from({ length: below(depth > 8 ? 2 : 4) }, () => randomValue(type.item.type, random, depth + 1))
    case 'sequence': {
      const parts: Record<string, Value> = {}
      for (const part of type.root) {
        if (!part.isOptional || isTaken()) parts[part.name] = randomValue(part.type, random, depth + 1)
      }
      if (isTaken()) {
        for (const part of type.extensions) if (isTaken()) parts[part.name] = randomValue(part.type, random, depth + 1)
      }
      return parts
    }
    case 'choice': {
      const all = [...type.root, ...type.extensions]
      const kept = all.filter((part) => part.isKept)
      const from = kept.length > 0 && random() < 0.7 ? kept : all
      const part = from[below(from.length)]
      return part ? { [part.name]: randomValue(part.type, random, depth + 1) } : none
    }
  }
}
