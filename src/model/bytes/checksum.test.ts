import fc from 'fast-check'
import { expect, test } from 'vitest'
import { adjustChecksum, complement, fold, foldedSum, sumWords } from './checksum.ts'
import { readUint16, writeUint16 } from './integers.ts'

test('the example of RFC 1071 section 3 sums to ddf2', () => {
  expect(fold(sumWords(Uint8Array.from([0x00, 0x01, 0xf2, 0x03, 0xf4, 0xf5, 0xf6, 0xf7]), 0, 8))).toBe(0xddf2)
})

test('an odd last byte counts as the high half of a word', () => {
  expect(sumWords(Uint8Array.from([0x12]), 0, 1)).toBe(0x1200)
})

test('the largest packet of the largest words folds right', () => {
  const bytes = new Uint8Array(65535 + 40).fill(0xff)
  expect(fold(sumWords(bytes, 0, bytes.length - 1))).toBe(0xffff)
  expect(fold(sumWords(bytes, 0, bytes.length))).toBe(0xff00)
})

test('a sum is the sum of its parts, however they lie', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 70 }), fc.nat(9), (bytes, from) => {
      let sum = 0
      for (let at = from; at < bytes.length; at++) sum += bytes[at]! << ((at - from) & 1 ? 0 : 8)
      expect(sumWords(bytes, from, bytes.length)).toBe(sum)
    }),
  )
})

test('bytes followed by their checksum fold to ffff', () => {
  fc.assert(
    fc.property(fc.uint8Array({ minLength: 2, maxLength: 64 }), (data) => {
      const even = data.length & 1 ? data.subarray(1) : data
      const whole = new Uint8Array(even.length + 2)
      whole.set(even)
      writeUint16(whole, even.length, complement(sumWords(even, 0, even.length)))
      expect(fold(sumWords(whole, 0, whole.length))).toBe(0xffff)
    }),
  )
})

test('the incremental checksum equals the full one', () => {
  const word = fc.integer({ min: 0, max: 0xffff })
  fc.assert(
    fc.property(fc.uint8Array({ minLength: 8, maxLength: 40 }), word, (data, after) => {
      const bytes = data.slice(0, data.length & ~1)
      bytes[2] = 1
      const before = readUint16(bytes, 4)
      const checksum = complement(sumWords(bytes, 0, bytes.length))
      writeUint16(bytes, 4, after)
      expect(adjustChecksum(checksum, before, after)).toBe(complement(sumWords(bytes, 0, bytes.length)))
    }),
  )
})

test('the sum through a view is the sum of the bytes, up to the longest packet', () => {
  const bytes = fc.oneof(fc.uint8Array({ maxLength: 70 }), fc.constant(new Uint8Array(65_535).fill(0xff)))
  fc.assert(
    fc.property(bytes, fc.nat(9), fc.integer({ min: 0, max: 0x3ffff }), (data, skipped, initial) => {
      const from = Math.min(skipped, data.length)
      const view = new DataView(data.buffer, data.byteOffset, data.length)
      expect(foldedSum(view, from, data.length, initial)).toBe(fold(sumWords(data, from, data.length, initial)))
    }),
  )
})
