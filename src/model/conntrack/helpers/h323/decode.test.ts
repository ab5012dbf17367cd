import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { type Decoded, decode } from './decode.ts'
import { encode, randomValue, type Value } from './encode.fixture.ts'
import { userInformation } from './h225-call-schema.ts'
import { rasMessage } from './h225-ras-schema.ts'
import { controlMessage } from './h245-schema.ts'
import { decodeQ931 } from './q931-envelope.ts'
import {
  boolean,
  choice,
  fixedOctets,
  integer,
  kept,
  nothing,
  objectIdentifier,
  octets,
  opaque,
  open,
  optional,
  sequence,
  sequenceOf,
  stop,
  type Type,
} from './schema.ts'

const four = fixedOctets(4)
const bytes = (...values: readonly number[]): Uint8Array => Uint8Array.from(values)

/** Everything kept, as `name=value`, in order; the alternative of a choice as its name. */
function told(decoded: Decoded | null): string[] {
  if (!decoded) return ['malformed']
  const parts = [...decoded.parts].flatMap(([name, part]) =>
    part.parts.size + part.items.length > 0 || part.chosen ? [name, ...told(part)] : [`${name}=${part.value}`],
  )
  return [...(decoded.chosen ? [`(${decoded.chosen})`] : []), ...parts, ...decoded.items.flatMap(told)]
}

describe('what is read, and where', () => {
  it.each<[string, Type, Value, string[]]>([
    ['octets behind bits', sequence({ a: boolean, b: kept(four) }), {}, ['b=1']],
    ['octets behind a short integer', sequence({ a: integer(1, 128), b: kept(four) }), { a: 1 }, ['b=1']],
    ['octets behind a long one', sequence({ a: integer(0, 70_000), b: kept(four) }), { a: 300 }, ['b=3']],
    ['an absent part', sequence({ a: optional(kept(four)), b: kept(four) }), {}, ['b=1']],
    ['a part that is there', sequence({ a: optional(kept(four)), b: kept(four) }), { a: 0 }, ['a=1', 'b=5']],
    ['what is not kept', sequence({ a: four, b: kept(four) }), {}, ['b=4']],
    ['an extension', sequence({ a: four }, { b: opaque, c: kept(four) }), { b: bytes(1), c: 0 }, ['c=10']],
    ['behind a stop nothing', sequence({ a: kept(four), b: stop, c: kept(four) }), {}, ['a=0']],
    ['an alternative', choice({ a: nothing, b: kept(four) }), { b: 0 }, ['(b)', 'b=1']],
    ['one of the extensions', choice({ a: nothing, b: nothing }, { c: kept(four) }), { c: 0 }, ['(c)', 'c=2']],
    ['items up to the most', sequenceOf(kept(four), 2), [0, 0, 0], ['0', '0']],
    ['open items', sequenceOf(kept(open(sequence({ a: kept(four) }))), 9), [{}, {}], ['a=2', 'a=7']],
    ['an identifier', sequence({ a: objectIdentifier, b: kept(four) }), {}, ['b=7']],
    ['octets with a length', sequence({ a: octets(1, 20), b: kept(four) }), { a: bytes(1, 2) }, ['b=3']],
    [
      'a number among extensions',
      sequence({ a: nothing }, { b: kept(integer(1, 0xffffffff)), c: opaque }),
      { b: 3600, c: bytes(1, 1) },
      ['b=3600'],
    ],
  ])('%s', (_, type, value, expected) => {
    const decoded = decode(type, encode(type, value))
    expect(type.kind === 'sequence-of' && expected[0] === '0' ? decoded?.items.map(() => '0') : told(decoded)).toEqual(
      expected,
    )
  })
})

describe("the kernel's slips, which decide what it misreads", () => {
  const seconds = sequence({ a: nothing }, { b: kept(integer(1, 0xffffffff)) })

  it('a number that it keeps must be followed by as many bytes again', () => {
    const message = encode(seconds, { b: 60 })
    expect(told(decode(seconds, message))).toEqual(['malformed'])
    expect(told(decode(seconds, bytes(...message, 0)))).toEqual(['b=60'])
  })

  it('a length of one byte needs a second one behind it', () => {
    const list = sequence({ a: kept(sequenceOf(kept(four), 2)) })
    expect(told(decode(list, bytes(0)))).toEqual(['malformed'])
    expect(told(decode(list, bytes(0, 0)))).toEqual(['a=0'])
  })

  it('of extensions that it does not know it reads a length even where they are absent', () => {
    const type = sequence({ a: nothing }, { b: kept(four) })
    // Two extensions, only the first of them there.
    const message = [0x81, 0x80, 4, 1, 2, 3, 4]
    expect(told(decode(type, bytes(...message)))).toEqual(['malformed'])
    expect(told(decode(type, bytes(...message, 0, 0)))).toEqual(['b=3'])
  })

  it('a bitmap of extensions that ends just with the fourth byte is read too early', () => {
    const extensions = Object.fromEntries(Array.from({ length: 28 }, (_, index) => [`e${index}`, kept(four)]))
    const type = sequence({ a: boolean, b: boolean, c: boolean, d: boolean }, extensions)
    // One bit, four, seven of the count (27 and one), and 28 that say that nothing is there.
    const message = [0b1000_0001, 0b1011_0000, 0, 0, 0]
    const values = [4, 1, 2, 3, 4, 4, 1, 2, 3, 4, 4, 1, 2, 3, 4]
    // The last bits of the count, 1011, are taken for the first of the bitmap.
    expect(told(decode(type, bytes(...message, ...values)))).toEqual(['e0=6', 'e2=11', 'e3=16'])
  })

  it('behind a stop in a part its parent reads on from there', () => {
    const type = sequence({ a: kept(sequence({ b: optional(stop), c: four })), d: kept(four) })
    expect(told(decode(type, bytes(0x80, 1, 2, 3, 4, 9, 9, 9, 9)))).toEqual(['a=0', 'd=1'])
  })

  it('an index beyond the alternatives is malformed, beyond the extensions only unknown', () => {
    const type = choice({ a: nothing, b: nothing, c: nothing }, {})
    expect(told(decode(type, bytes(0x60)))).toEqual(['malformed'])
    expect(decode(type, bytes(0x80, 1, 0, 0))?.chosen).toBe('')
  })
})

describe('any bytes', () => {
  const types = { RAS: rasMessage, 'user information': userInformation, 'H.245': controlMessage } as const

  it.each(Object.entries(types))('%s: a well-formed message, cut or changed, is read within its bounds', (_, type) => {
    fc.assert(
      fc.property(
        fc.infiniteStream(fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true })),
        fc.array(fc.tuple(fc.nat(60), fc.nat(255)), { maxLength: 3 }),
        fc.double({ min: 0, max: 1, noNaN: true }),
        (stream, changes, share) => {
          const whole = encode(
            type,
            randomValue(type, () => stream.next().value),
          )
          for (const [at, value] of changes) if (at < whole.length) whole[at] = value
          const message = whole.subarray(0, changes.length === 0 ? whole.length : Math.ceil(whole.length * share))
          expectWithin(decode(type, message), message.length)
          expectWithin(decodeQ931(bytes(8, 0, 5, 0x7e, 0, message.length + 1, 5, ...message)), message.length + 7)
        },
      ),
      { numRuns: 700 },
    )
  })

  it('noise', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 80 }), (noise) => {
        for (const type of Object.values(types)) expectWithin(decode(type, noise), noise.length)
        expectWithin(decodeQ931(noise), noise.length)
      }),
      { numRuns: 1000 },
    )
  })
})

/** Addresses that are told lie in the message. */
function expectWithin(decoded: Decoded | null, length: number): void {
  if (!decoded) return
  for (const [name, size] of [
    ['ip', 6],
    ['network', 6],
  ] as const) {
    const value = decoded.parts.get(name)?.value
    if (value !== undefined) expect(value + size).toBeLessThanOrEqual(length)
  }
  for (const part of [...decoded.parts.values(), ...decoded.items]) expectWithin(part, length)
}
