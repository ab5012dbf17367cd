import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { buildIcmp, buildTcp, buildUdp } from '../../../model/packet/index.ts'
import { hex, join, type KeptFrame, keep, pcapng, readAll } from '../../capture/capture.fixture.ts'
import { createFrame, longestFrame, type WrittenFrame, writePcap } from '../../capture/index.ts'
import { betweenText, ethernet, router, statefulRuleset } from '../replay.fixture.ts'
import { completeHost, type VantageChoice } from '../vantage/vantage-choice.ts'
import { createRingMemory, FrameRing, type RingShape } from './frame-ring.ts'
import { RingWriter } from './ring-writer.ts'
import { oddShape, readerOf, replayAlone, replayInShards, type Scene, taskOf } from './shards.fixture.ts'

const lan = (): VantageChoice => betweenText('lan=10.0.1.0/24,wan=any')

const sceneOf = (...captures: readonly Uint8Array[]): Scene => ({
  ruleset: statefulRuleset(),
  choose: lan,
  captures,
  isListing: false,
})

const at = (milliseconds: number): Pick<WrittenFrame, 'timeSeconds' | 'timeNanoseconds'> => ({
  timeSeconds: 1_700_000_000 + Math.floor(milliseconds / 1000),
  timeNanoseconds: (milliseconds % 1000) * 1e6,
})

/** Questions, answers and errors of some pairs of hosts; with what takes the long way, no IP, and a clock that runs back now and then. */
function traffic(hosts: number, rounds: number): WrittenFrame[] {
  return Array.from({ length: rounds }, (_, i): WrittenFrame[] => {
    const from = `10.0.1.${2 + (i % hosts)}`
    const to = `10.0.2.${2 + (i % hosts)}`
    const question = buildUdp({ from, to, fromPort: 4000 + (i % 3), toPort: 53, payload: 'q'.repeat(i % 9) })
    const packets = [
      ethernet('client', 'lan', question),
      ethernet('client', 'lan', buildUdp({ from: to, to: from, fromPort: 53, toPort: 4000 + (i % 3) })),
      ethernet('client', 'lan', buildTcp({ from, to, fromPort: 2000 + i, toPort: 80 })),
      ethernet('client', 'lan', buildIcmp({ from: '10.0.2.99', to: from, type: 3, code: 1, payload: question })),
      Uint8Array.from({ length: 20 }, (_, byte) => byte),
    ]
    return packets.map((bytes, kind) => ({
      bytes,
      ...at(10_000 + 40 * i - (i % 4 === 3 ? 90 : 0) + kind),
      ...(kind === 2 && i % 5 === 0 ? { originalLength: bytes.length + 40 } : {}),
    }))
  }).flat()
}

const shapeOf = (change: Partial<RingShape>): Omit<RingShape, 'workers'> => ({ ...oddShape, ...change })

describe('workers tell what one tells', () => {
  const capture = writePcap(traffic(5, 12))
  const scene = sceneOf(capture)
  const alone = replayAlone(scene)

  it('wherever chunks end', () => {
    expect(alone.summary.clock.backwards).toBeGreaterThan(0)
    expect(alone.summary.captures[0]?.cutFrames).toBeGreaterThan(0)
    for (let chunkLength = 1; chunkLength < 240; chunkLength++)
      expect(replayInShards(scene, 2, taskOf(scene), shapeOf({ chunkLength })), `${chunkLength}`).toEqual(alone)
  })

  it.each<[string, Partial<RingShape>]>([
    ['a single slot and chunk', { slots: 1, chunks: 1 }],
    ['more chunks than slots', { slots: 2, chunks: 9, chunkLength: 100 }],
    ['more slots than chunks', { slots: 9, chunks: 1, framesInSlot: 2 }],
    ['one frame in a slot', { framesInSlot: 1 }],
    ['all in one slot', { framesInSlot: 4096, chunkLength: capture.length }],
  ])('with %s', (_, change) => {
    for (const count of [1, 2, 3, 16])
      expect(replayInShards(scene, count, taskOf(scene), shapeOf(change))).toEqual(alone)
  })

  it('whoever works when', () => {
    const turns = fc.infiniteStream(fc.nat({ max: 2 }))
    const lengths = fc.integer({ min: 40, max: 900 })
    fc.assert(
      fc.property(turns, lengths, fc.integer({ min: 1, max: 9 }), (order, chunkLength, framesInSlot) => {
        const shape = shapeOf({ chunkLength, framesInSlot })
        const told = replayInShards(scene, 3, taskOf(scene), shape, (shards) =>
          [...order.take(7)].flatMap((index) => shards[index] ?? []),
        )
        expect(told).toEqual(alone)
      }),
      { numRuns: 60 },
    )
  })

  it('where most have no frames of their own', () => {
    const one = sceneOf(writePcap(traffic(1, 20).filter((_, i) => i % 5 < 2)))
    expect(replayInShards(one, 16)).toEqual(replayAlone(one))
  })

  it('of a frame that is longer than several chunks', () => {
    const long = ethernet('client', 'lan', buildUdp({ from: '10.0.1.2', to: '10.0.2.2', fromPort: 1, toPort: 53 }))
    const bytes = new Uint8Array(longestFrame)
    bytes.set(long)
    const frames = [{ bytes, ...at(0) }, ...traffic(3, 3), { bytes, ...at(99_999) }]
    const padded = sceneOf(writePcap(frames))
    expect(replayInShards(padded, 2)).toEqual(replayAlone(padded))
  })

  it('of several captures, one of which is empty', () => {
    const frames = traffic(4, 15)
    const parts = [0, 1].map((part) => writePcap(frames.filter((_, i) => Math.floor(i / 3) % 2 === part)))
    const several = sceneOf(...parts, writePcap([]))
    for (const chunkLength of [50, 1013])
      expect(replayInShards(several, 2, taskOf(several), shapeOf({ chunkLength }))).toEqual(replayAlone(several))
  })
})

describe('a capture that ends or breaks', () => {
  const whole = writePcap(traffic(3, 4))

  it('anywhere is told of as by one worker', () => {
    for (let length = 0; length < whole.length; length += 7) {
      const scene = sceneOf(whole.slice(0, length))
      expect(replayInShards(scene, 2), `${length}`).toEqual(replayAlone(scene))
    }
  })

  it.each([
    ['by a length that cannot be', 24 + 8, [0xff, 0xff, 0xff, 0x7f]],
    ['by an original length below the captured', 24 + 12, [1, 0, 0, 0]],
    ['by a fraction of more than a second', 24 + 4, [0xff, 0xff, 0xff, 0x7f]],
    ['by its magic', 0, [1, 2, 3, 4]],
  ])('%s is told of as by one worker', (_, place, bytes) => {
    const broken = whole.slice()
    broken.set(bytes, place)
    const scene = sceneOf(broken)
    const told = replayAlone(scene)
    expect(told).not.toEqual(replayAlone(sceneOf(whole)))
    expect(replayInShards(scene, 2)).toEqual(told)
  })
})

it('one worker has to do it where an interface is described later than was looked', () => {
  const scene: Scene = {
    ...sceneOf(writePcap(traffic(2, 2))),
    choose: (survey) => completeHost({ kind: 'host', configuration: router, words: [] }, survey),
  }
  expect(replayInShards(scene, 2, { ...taskOf(scene), interfaceNames: [[]] })).toMatch(
    /describes an interface only later/,
  )
})

type Out = KeptFrame & { readonly capture: number }

/** All frames as they come out of the ring. */
function throughRing(captures: readonly Uint8Array[], isUniform: boolean, shape: Omit<RingShape, 'workers'>): Out[] {
  const ring = new FrameRing(createRingMemory({ workers: 1, ...shape }), null)
  const names = captures.map((_, i) => `${i}`)
  const writer = new RingWriter(ring, names, isUniform, readerOf(captures))
  const frame = createFrame()
  const out: Out[] = []
  for (let next = 0; ; ) {
    while (writer.step());
    if (next === ring.written) return out
    const slot = ring.slot(next)
    for (let i = 0; i < slot.block.count; i++) {
      slot.read(i, frame)
      out.push({ ...keep(frame), capture: slot.captureOf(i) })
    }
    ring.noteConsumed(0, ++next)
  }
}

describe('frames come out of the ring as a reader gives them', () => {
  const little = pcapng(true)
  const flags = (word: number): Uint8Array => little.option(2, little.u32(word))
  const pcapngOfTwo = join(
    ...[little.section(), little.interface(1, 0), little.interface(1, 0, little.option(2, hex('65746830')))],
    ...Array.from({ length: 20 }, (_, i) =>
      little.enhanced(
        i % 2,
        BigInt(i),
        Uint8Array.from({ length: i }, () => i),
        i,
        flags(i % 7),
      ),
    ),
    little.simple(3, hex('010203')),
    little.enhanced(0, 9n, hex('01')),
  )

  it.each<[string, readonly Uint8Array[], boolean]>([
    ['a pcap', [writePcap(traffic(2, 6))], true],
    ['pcapng of several interfaces', [pcapngOfTwo], false],
    ['two captures', [writePcap(traffic(2, 3)), pcapngOfTwo], false],
  ])('of %s', (_, captures, isUniform) => {
    const all = captures.map((bytes, capture) => readAll(bytes).frames.map((frame) => ({ ...frame, capture })))
    const byCapture = (frames: readonly Out[]): Out[] =>
      captures.flatMap((_, capture) => frames.filter((one) => one.capture === capture))
    for (const chunkLength of [1, 30, 100, 1013])
      for (const framesInSlot of [1, 3, 64])
        expect(byCapture(throughRing(captures, isUniform, shapeOf({ chunkLength, framesInSlot })))).toEqual(all.flat())
  })
})

describe('a ring', () => {
  const ring = new FrameRing(
    createRingMemory({ workers: 2, slots: 2, framesInSlot: 1, chunks: 1, chunkLength: 9 }),
    null,
  )
  const write = (): void => {
    const slot = ring.slotToWrite()
    if (!slot) throw new Error('no slot is free')
    ring.write(slot)
  }

  it('has a slot again when all workers are through with it', () => {
    write()
    write()
    expect(ring.slotToWrite()).toBeNull()
    ring.noteConsumed(0, 2)
    expect(ring.slotToWrite()).toBeNull()
    ring.noteConsumed(1, 1)
    write()
    expect(ring.slotToWrite()).toBeNull()
  })

  it('gives each block to one worker to decode', () => {
    expect([ring.claim(), ring.claim(), ring.claim(), ring.claim()]).toEqual([0, 1, 2, -1])
    expect(ring.isDecoded(2)).toBe(false)
    ring.noteDecoded(2)
    expect([ring.isDecoded(0), ring.isDecoded(2)]).toEqual([false, true])
  })

  it('lets those who wait go on at any change', async () => {
    const { changes } = ring
    const change = ring.change(changes)
    ring.end()
    await change
    ring.wait(changes)
    expect(ring.isEnded).toBe(true)
  })
})
