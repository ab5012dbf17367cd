/**
 * Decodes aligned PER by a schema, as loosely and as strictly as the kernel's H.323 decoder does. It reports only what is kept; where
 * it stops in a sequence, its parent reads on from there, which often means from the wrong place. Fidelity wants just that.
 */

import { BitReader } from './bits.ts'
import type { Choice, Part, Sequence, Type, Width } from './schema.ts'

/** What was kept of a value: by kind of type only some of it means anything. */
export class Decoded {
  /** Of an integer its value, of octets their offset in the bytes. */
  value = 0
  /** Of a choice: the alternative; '' when the schema does not know it. */
  chosen = ''
  /** Of a sequence. */
  readonly parts: Map<string, Decoded> = new Map()
  /** Of a sequence-of. */
  readonly items: Decoded[] = []

  /** The part of a sequence, or the value of the chosen alternative; by path. */
  get(...path: readonly string[]): Decoded | null {
    let here: Decoded | undefined = this
    for (const name of path) here = here?.parts.get(name)
    return here ?? null
  }
}

/** Null: the kernel finds it malformed and ignores the whole message. */
export function decode(type: Type, bytes: Uint8Array, from = 0, to: number = bytes.length): Decoded | null {
  const decoded = new Decoded()
  return read(new BitReader(bytes, from, to), type, decoded) ? decoded : null
}

/** False: out of bounds, or an index out of range. `into` is null when the value is not kept. */
function read(reader: BitReader, type: Type, into: Decoded | null): boolean {
  switch (type.kind) {
    case 'null':
    case 'stop':
    case 'opaque':
      return true
    case 'boolean':
      reader.skipBits(1)
      return reader.fits(0, 0)
    case 'object-identifier':
      reader.align()
      if (!reader.fits(1, 0)) return false
      reader.skip(reader.byte())
      return reader.fits(0, 0)
    case 'integer':
      return readInteger(reader, type, into)
    case 'fixed-octets':
      return readFixedOctets(reader, type.size, into)
    case 'string':
      return readString(reader, type)
    case 'sequence':
      return readSequence(reader, type, into)
    case 'sequence-of':
      return readSequenceOf(reader, type, into)
    case 'choice':
      return readChoice(reader, type, into)
  }
}

function readInteger(reader: BitReader, type: Type & { kind: 'integer' }, into: Decoded | null): boolean {
  const { width, minimum } = type
  switch (width.form) {
    case 'bits':
      reader.skipBits(width.bits)
      break
    case 'byte':
    case 'word':
      reader.align()
      reader.at += width.form === 'byte' ? 1 : 2
      break
    case 'unconstrained':
      reader.align()
      if (!reader.fits(2, 0)) return false
      reader.skip(reader.length())
      break
    case 'length': {
      if (!reader.fits(0, 2)) return false
      const length = reader.bits(2) + 1
      if (!reader.fits(length, 0)) return false
      reader.align()
      if (into) {
        for (let i = 0; i < length; i++) into.value = (into.value << 8) | reader.byte()
        into.value = (into.value + minimum) >>> 0
      }
      // The kernel goes on by the length even where it has read the number: near the end of a message that is out of bounds.
      reader.at += length
    }
  }
  return reader.fits(0, 0)
}

function readFixedOctets(reader: BitReader, size: number, into: Decoded | null): boolean {
  if (size > 2) reader.align()
  if (into) into.value = reader.at
  reader.at += size
  return reader.fits(0, 0)
}

/** How many characters a string has, or items a list; -1: out of bounds. */
function readCount(reader: BitReader, width: Width, minimum: number): number {
  if (width.form === 'bits') {
    if (!reader.fits(0, width.bits)) return -1
    return reader.bits(width.bits) + minimum
  }
  reader.align()
  if (!reader.fits(width.form === 'byte' ? 1 : 2, 0)) return -1
  if (width.form === 'length') return reader.length() + minimum
  return (width.form === 'byte' ? reader.byte() : (reader.byte() << 8) | reader.byte()) + minimum
}

function readString(reader: BitReader, type: Type & { kind: 'string' }): boolean {
  const count = readCount(reader, type.width, type.minimum)
  if (count < 0) return false
  reader.align()
  reader.skipBits(count * type.unit)
  return reader.fits(0, 0)
}

/** Goes over the length of an open type; the length, -1: out of bounds. */
function readLength(reader: BitReader): number {
  if (!reader.fits(2, 0)) return -1
  const length = reader.length()
  return reader.fits(length, 0) ? length : -1
}

/**
 * A value with a length before it, read or passed over. Whatever was read of it, what follows begins behind the length; in a value
 * that is passed over the bits already read of the current byte still count.
 */
function readOpen(reader: BitReader, type: Type, isRead: boolean, into: Decoded | null): boolean {
  const length = readLength(reader)
  if (length < 0) return false
  const end = reader.at + length
  if (!isRead) {
    reader.at = end
    return true
  }
  if (!read(reader, type, into)) return false
  reader.at = end
  reader.bit = 0
  return true
}

function readPart(reader: BitReader, part: Part, isOpen: boolean, parent: Decoded | null): boolean {
  const into = parent && part.isKept ? new Decoded() : null
  if (!(isOpen ? readOpen(reader, part.type, into !== null, into) : read(reader, part.type, into))) return false
  if (into) parent?.parts.set(part.name, into)
  return true
}

function readSequence(reader: BitReader, type: Sequence, into: Decoded | null): boolean {
  if (!reader.fits(0, 1)) return false
  const isExtended = type.isExtensible && reader.bits(1) === 1
  if (!reader.fits(0, type.optionals)) return false
  let bitmap = reader.bitmap(type.optionals)
  for (const part of type.root) {
    // Even where the bitmap says that it is absent.
    if (part.type.kind === 'stop') return true
    if (part.isOptional) {
      const isThere = bitmap < 0
      bitmap <<= 1
      if (!isThere) continue
    }
    if (!readPart(reader, part, part.isOpen, into)) return false
  }
  return !isExtended || readExtensions(reader, type, into)
}

function readExtensions(reader: BitReader, type: Sequence, into: Decoded | null): boolean {
  if (!reader.fits(0, 7)) return false
  const count = reader.bits(7) + 1
  if (!reader.fits(0, count) || count > 32) return false
  const bitmap = reader.bitmap(count)
  reader.align()
  for (let i = 0; i < count; i++) {
    const part = type.extensions[i]
    if (!part) {
      // Of a newer standard. The kernel passes over it even if the bitmap says that it is absent.
      const length = readLength(reader)
      if (length < 0) return false
      reader.at += length
      continue
    }
    if (part.type.kind === 'stop') return true
    if (bitmap << i < 0 && !readPart(reader, part, true, into)) return false
  }
  return true
}

function readSequenceOf(reader: BitReader, type: Type & { kind: 'sequence-of' }, into: Decoded | null): boolean {
  const { item, maximum } = type
  const count = readCount(reader, { form: 'length' }, 0)
  const isKept = into !== null && item.isKept
  for (let i = 0; i < count; i++) {
    // Items beyond the maximum are not reported, but still must be well formed.
    const one = isKept && i < maximum ? new Decoded() : null
    if (item.isOpen) reader.align()
    if (!(item.isOpen ? readOpen(reader, item.type, isKept, one) : read(reader, item.type, one))) return false
    if (one) into?.items.push(one)
  }
  return count >= 0
}

function readChoice(reader: BitReader, type: Choice, into: Decoded | null): boolean {
  if (!reader.fits(0, 1)) return false
  const isExtended = type.isExtensible && reader.bits(1) === 1
  const bits = isExtended ? 7 : type.indexBits
  if (!reader.fits(0, bits)) return false
  const index = reader.bits(bits)
  if (!isExtended && index >= type.root.length) return false
  const part = (isExtended ? type.extensions : type.root)[index]
  if (into) into.chosen = part?.name ?? ''
  if (part?.type.kind === 'stop') return true
  if (part && !isExtended && !part.isOpen) return readPart(reader, part, false, into)
  reader.align()
  if (part) return readPart(reader, part, true, into)
  const length = readLength(reader)
  reader.at += Math.max(length, 0)
  return length >= 0
}
