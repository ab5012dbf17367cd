import fc from 'fast-check'
import { expect, test } from 'vitest'
import { isBelow } from './integers.ts'
import { bits, u16, u32 } from './layout.ts'

test('a field reads what it wrote and touches no other bit', () => {
  fc.assert(
    fc.property(
      fc.uint8Array({ minLength: 8, maxLength: 8 }),
      fc.integer({ min: 0, max: 30 }),
      fc.integer({ min: 1, max: 20 }),
      fc.integer({ min: 0, max: 0xfffff }),
      (bytes, offset, width, value) => {
        const field = bits(offset, width)
        const before = toBits(bytes)
        const wanted = value & (2 ** width - 1)
        field.write(bytes, 0, wanted)
        expect(field.read(bytes, 0)).toBe(wanted)
        const after = toBits(bytes)
        expect(after.slice(0, offset) + after.slice(offset + width)).toBe(
          before.slice(0, offset) + before.slice(offset + width),
        )
      },
    ),
  )
})

test('numbers are big-endian and unsigned', () => {
  const bytes = Uint8Array.from([0xff, 0xfe, 0xfd, 0xfc])
  expect(u16(1).read(bytes, 0)).toBe(0xfefd)
  expect(u32(0).read(bytes, 0)).toBe(0xfffefdfc)
})

test('order below treats 32-bit integers as unsigned', () => {
  expect(isBelow(1, -1)).toBe(true)
  expect(isBelow(-1, 1)).toBe(false)
  expect(isBelow(0x7fffffff, 0x80000000 | 0)).toBe(true)
})

const toBits = (bytes: Uint8Array): string => [...bytes].map((byte) => byte.toString(2).padStart(8, '0')).join('')
