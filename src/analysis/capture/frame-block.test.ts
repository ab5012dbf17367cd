import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { hex, join, type KeptFrame, keep, pcapng, readAll } from './capture.fixture.ts'
import { CaptureReader } from './capture-reader.ts'
import { createFrame } from './frame.ts'
import { blockLength, FrameBlock } from './frame-block.ts'
import { type WrittenFrame, writePcap } from './write-pcap.ts'

/** The same as `readAll`, block by block. */
function readBlocks(bytes: Uint8Array, chunkLengths: readonly number[] = [bytes.length]) {
  const reader = new CaptureReader()
  const block = new FrameBlock()
  const frame = createFrame()
  const frames: KeptFrame[] = []
  const counts: number[] = []
  const keepAll = (): void => {
    while (reader.nextBlock(block)) {
      counts.push(block.count)
      for (let i = 0; i < block.count; i++) {
        block.read(i, frame)
        frames.push(keep(frame))
      }
    }
  }
  for (let at = 0, turn = 0; at < bytes.length; turn++) {
    const length = chunkLengths[Math.min(turn, chunkLengths.length - 1)] ?? bytes.length
    const chunk = bytes.slice(at, at + length)
    reader.push(chunk)
    keepAll()
    chunk.fill(0xee)
    at += length
  }
  reader.finish()
  keepAll()
  return { reader, frames, counts }
}

const frames: fc.Arbitrary<WrittenFrame[]> = fc.array(
  fc.record({
    bytes: fc.uint8Array({ maxLength: 100 }),
    timeSeconds: fc.integer({ min: 0, max: 0xffffffff }),
    timeNanoseconds: fc.integer({ min: 0, max: 999_999_999 }),
    originalLength: fc.constantFrom(100, 300_000, 0xffffffff),
  }),
  { maxLength: 40 },
)
const options = fc.record({ littleEndian: fc.boolean(), nanoseconds: fc.boolean(), linkType: fc.constantFrom(1, 101) })

const little = pcapng(true)
const mixed = join(
  ...[little.section(), little.interface(1, 0), little.interface(101, 0, little.option(2, hex('65746830')))],
  ...[
    little.enhanced(0, 1n, new Uint8Array(5000)),
    little.enhanced(0, 2n, hex('0102')),
    little.enhanced(1, 3n, hex('45')),
  ],
  ...[little.block(4, new Uint8Array(70)), little.obsolete(0, 2n, hex('0102')), little.simple(3, hex('010203'))],
  ...[little.enhanced(1, 9n, hex('01'), 1, little.option(2, little.u32(2))), little.enhanced(1, 9n, hex('02'), 9)],
)

/** Frames, problems and counts of both ways of reading. */
function expectSame(bytes: Uint8Array, lengths: readonly number[]): void {
  const one = readAll(bytes, lengths)
  const block = readBlocks(bytes, lengths)
  expect(block.frames).toEqual(one.frames)
  expect(block.reader.problems).toEqual(one.reader.problems)
  expect([block.reader.frameCount, block.reader.cutFrameCount]).toEqual([
    one.reader.frameCount,
    one.reader.cutFrameCount,
  ])
}

describe('a block', () => {
  const chunkLengths = fc.array(fc.integer({ min: 1, max: 3000 }), { minLength: 1 })

  test('holds the frames that `next` gives, however a pcap arrives and wherever it ends', () => {
    fc.assert(
      fc.property(frames, options, chunkLengths, fc.nat(40), (written, how, lengths, missing) => {
        const whole = writePcap(written, how)
        expectSame(whole.subarray(0, Math.max(0, whole.length - missing)), lengths)
      }),
    )
  })

  test('holds the frames that `next` gives of spoiled captures and of pcapng', () => {
    const captures = fc.constantFrom(
      mixed,
      writePcap(Array.from({ length: 30 }, (_, i) => ({ bytes: new Uint8Array(i) }))),
    )
    const spoil = fc.array(fc.tuple(fc.nat(6000), fc.nat(255)), { maxLength: 3 })
    fc.assert(
      fc.property(captures, spoil, chunkLengths, (whole, changes, lengths) => {
        const bytes = whole.slice()
        for (const [at, value] of changes) if (at < bytes.length) bytes[at] = value
        expectSame(bytes, lengths)
      }),
    )
  })

  test('is as long as it may be, and ends where the kind of frame changes', () => {
    const many = writePcap(Array.from({ length: blockLength + 3 }, () => ({ bytes: hex('0102') })))
    expect(readBlocks(many).counts).toEqual([blockLength, 3])
    expect(readBlocks(mixed).counts).toEqual([2, 1, 1, 1, 1, 1])
  })
})
