import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { hex, join, type KeptFrame, keep, pcapng, readAll } from './capture.fixture.ts'
import { CaptureReader } from './capture-reader.ts'
import { createFrame, millisecondsSince } from './frame.ts'
import { isGzip } from './is-gzip.ts'
import { decodeLink } from './link/decode-link.ts'
import { createLinkLayer } from './link/link-layer.ts'
import { type WrittenFrame, writePcap } from './write-pcap.ts'

const little = pcapng(true)
const big = pcapng(false)

const frames: fc.Arbitrary<WrittenFrame[]> = fc.array(
  fc.record({
    bytes: fc.uint8Array({ maxLength: 100 }),
    timeSeconds: fc.integer({ min: 0, max: 0xffffffff }),
    timeNanoseconds: fc.integer({ min: 0, max: 999_999_999 }),
  }),
  { maxLength: 12 },
)

const valid: readonly Uint8Array[] = [
  writePcap([{ bytes: new Uint8Array(5000) }, { bytes: hex('0102') }, { bytes: new Uint8Array(60) }]),
  writePcap([{ bytes: hex('45') }, { bytes: hex('0102') }], { littleEndian: false, nanoseconds: true, linkType: 276 }),
  join(
    ...[
      little.section(),
      little.interface(1, 0, little.option(2, hex('65746830'))),
      little.enhanced(0, 1n, new Uint8Array(5000)),
    ],
    ...[little.block(4, new Uint8Array(70)), little.obsolete(0, 2n, hex('0102')), little.simple(3, hex('010203'))],
    ...[big.section(), big.interface(113, 0), big.enhanced(0, 9n, hex('01'), 1, big.option(2, big.u32(2)))],
  ),
]

describe('laws', () => {
  test('what was written is read', () => {
    fc.assert(
      fc.property(frames, fc.boolean(), fc.constantFrom(0, 1, 101, 276), (written, littleEndian, linkType) => {
        const { reader, frames: read } = readAll(writePcap(written, { littleEndian, linkType, nanoseconds: true }))
        expect(reader.problems).toEqual([])
        const seen = read.map((frame) => [frame.data, frame.timeSeconds, frame.timeNanoseconds, frame.linkType])
        expect(seen).toEqual(
          written.map((frame) => [[...frame.bytes], frame.timeSeconds, frame.timeNanoseconds, linkType]),
        )
      }),
      { numRuns: 100 },
    )
  })

  test('any chunking gives the same frames and the same problems', () => {
    fc.assert(
      fc.property(
        fc.constantFrom(...valid),
        fc.double({ min: 0, max: 1, noNaN: true }),
        fc.array(fc.integer({ min: 1, max: 3000 }), { minLength: 1 }),
        (whole, part, lengths) => {
          const bytes = whole.subarray(0, Math.round(whole.length * part))
          const atOnce = readAll(bytes)
          const inChunks = readAll(bytes, lengths)
          expect(inChunks.frames).toEqual(atOnce.frames)
          expect(inChunks.reader.problems).toEqual(atOnce.reader.problems)
        },
      ),
      { numRuns: 200 },
    )
  })

  test('a problem stands at the same offset for every chunk length', () => {
    const whole = writePcap(Array.from({ length: 9 }, (_, length) => ({ bytes: new Uint8Array(length * 3) })))
    for (let length = 1; length < 150; length += 1) {
      const { reader } = readAll(whole.subarray(0, -1), [length])
      expect(reader.problems).toMatchObject([{ code: 'truncated-record', byteOffset: whole.length - 40, frame: 9 }])
    }
  })

  test('chunks may pile up before they are read', () => {
    for (const bytes of valid) {
      const reader = new CaptureReader()
      for (let at = 0; at < bytes.length; at += 13) reader.push(bytes.subarray(at, at + 13))
      reader.finish()
      const frame = createFrame()
      const kept: KeptFrame[] = []
      while (reader.next(frame)) kept.push(keep(frame))
      expect(kept).toEqual(readAll(bytes).frames)
      expect(reader.problems).toEqual([])
    }
  })
})

describe('ten thousand captures made of random bytes and of damaged captures', () => {
  const damaged = fc
    .tuple(
      fc.constantFrom(...valid),
      fc.array(fc.tuple(fc.nat(6000), fc.constantFrom(0, 1, 2, 6, 10, 13, 127, 128, 255)), { maxLength: 8 }),
    )
    .map(([bytes, changes]) => {
      const copy = bytes.slice()
      for (const [at, value] of changes) copy[at % Math.min(copy.length, at % 2 === 0 ? 200 : copy.length)] = value
      return copy
    })
  const begun = fc
    .tuple(fc.constantFrom(...valid), fc.nat(200), fc.uint8Array({ maxLength: 200 }))
    .map(([bytes, length, rest]) => join(bytes.subarray(0, length), rest))

  /** Frames lie within their buffers; no more frames than bytes; buffers no longer than the largest chunk or block. */
  function survives(bytes: Uint8Array): void {
    const reader = new CaptureReader()
    const frame = createFrame()
    const link = createLinkLayer()
    for (let at = 0; at < bytes.length; at += 700) {
      reader.push(bytes.subarray(at, at + 700))
      while (reader.next(frame)) {
        decodeLink(frame, link)
        const end = frame.start + frame.capturedLength
        if (end > frame.bytes.length || link.networkLength < 0) throw new Error('a frame outside its buffer')
        if (link.kind === 'ip' && (link.networkStart < frame.start || link.networkStart + link.networkLength > end))
          throw new Error('a packet outside its frame')
        if (frame.bytes.buffer.byteLength > 1_048_576 || reader.frameCount > bytes.length)
          throw new Error('not bounded')
      }
    }
    reader.finish()
    if (reader.next(frame)) throw new Error('a frame after the end')
  }

  test.each([
    ['random bytes', fc.uint8Array({ maxLength: 300 }), 2000],
    ['good beginnings with random endings', begun, 4000],
    ['captures with changed bytes', damaged, 4000],
  ])('%s neither crash nor hang nor grow', (_, bytes, numRuns) => {
    fc.assert(fc.property(bytes, survives), { numRuns })
  })
})

test('an absurd length allocates nothing, and nothing is kept after it', () => {
  const reader = new CaptureReader()
  const frame = createFrame()
  reader.push(join(writePcap([]), hex('00000000 00000000 ffffff7f ffffff7f')))
  expect(reader.next(frame)).toBe(false)
  expect(reader.stopped).toBe(true)
  reader.push(new Uint8Array(100))
  expect(reader.next(frame)).toBe(false)
})

test('a long unknown block is passed over as it arrives, however long it is', () => {
  const reader = new CaptureReader()
  const frame = createFrame()
  const length = 100 * 1_048_576 + 12
  reader.push(join(little.section(), little.interface(1, 0), little.u32(99), little.u32(length)))
  const chunk = new Uint8Array(1_048_576)
  for (let sent = 0; sent < 100; sent += 1) {
    expect(reader.next(frame)).toBe(false)
    reader.push(chunk)
  }
  reader.push(join(little.u32(length), little.enhanced(0, 0n, hex('01'))))
  expect(reader.next(frame)).toBe(true)
  expect(reader.skippedBlockCount).toBe(1)
  expect(reader.problems).toEqual([])
})

test('a tail that was cut off is named after the frames before it, however late they are read', () => {
  const reader = new CaptureReader()
  const frame = createFrame()
  reader.push(writePcap([{ bytes: hex('0102') }, { bytes: hex('0304') }]).subarray(0, -1))
  reader.finish()
  expect(reader.problems).toEqual([])
  expect(reader.next(frame)).toBe(true)
  expect(reader.next(frame)).toBe(false)
  expect(reader.problems).toMatchObject([{ code: 'truncated-record', frame: 2 }])
})

test('nothing is read after the end was declared', () => {
  const reader = new CaptureReader()
  reader.push(writePcap([]))
  reader.finish()
  reader.push(hex('00000000 00000000 00000000 00000000'))
  expect(reader.next(createFrame())).toBe(false)
})

test('frames point into the chunk, not into a copy', () => {
  const bytes = writePcap([{ bytes: hex('0102') }])
  const reader = new CaptureReader()
  const frame = createFrame()
  reader.push(bytes)
  expect(reader.next(frame)).toBe(true)
  expect(frame.bytes.buffer).toBe(bytes.buffer)
})

test('time counts from any origin', () => {
  const frame = { ...createFrame(), timeSeconds: 1_700_000_001, timeNanoseconds: 500_000 }
  expect(millisecondsSince(1_700_000_000, frame.timeSeconds, frame.timeNanoseconds)).toBe(1000.5)
  expect(millisecondsSince(0, frame.timeSeconds, frame.timeNanoseconds)).toBe(1_700_000_001_000.5)
})

test.each([
  ['1f8b08', true],
  ['d4c3b2a1', false],
  ['1f', false],
  ['', false],
])('%s is gzip: %s', (bytes, expected) => {
  expect(isGzip(hex(bytes))).toBe(expected)
})
