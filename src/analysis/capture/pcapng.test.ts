import { describe, expect, test } from 'vitest'
import { hex, join, pcapng, readAll } from './capture.fixture.ts'

const text = (words: string): Uint8Array => new TextEncoder().encode(words)
const little = pcapng(true)
const big = pcapng(false)
const data = hex('0102030405')

describe.each([
  ['little', little],
  ['big', big],
])('a %s-endian section', (_, build) => {
  test('holds enhanced, simple and obsolete packets of several interfaces, among unknown blocks', () => {
    const bytes = join(
      build.section(),
      build.interface(1, 4, build.option(2, text('eth0')), build.option(3, text('uplink')), hex('00000000')),
      build.interface(113, 0, build.option(9, hex('09'))),
      build.block(4, hex('00000000')),
      build.enhanced(0, 1_700_000_000_123_456n, data, 90),
      build.block(0x40000bad, new Uint8Array(7000)),
      build.enhanced(1, 1_700_000_000_123_456_789n, data),
      build.simple(5, hex('01020304')),
      build.obsolete(1, 5_000_000_007n, data),
    )
    const { reader, frames } = readAll(bytes, [7])
    expect(reader.problems).toEqual([])
    expect(reader.format).toBe('pcapng')
    expect(reader.interfaces).toEqual([
      { linkType: 1, snapLength: 4, name: 'eth0', description: 'uplink' },
      { linkType: 113, snapLength: 0 },
    ])
    expect(reader.skippedBlockCount).toBe(2)
    const first = { interfaceIndex: 0, linkType: 1 }
    const second = { interfaceIndex: 1, linkType: 113 }
    expect(frames).toMatchObject([
      {
        ...first,
        number: 1,
        timeSeconds: 1_700_000_000,
        timeNanoseconds: 123_456_000,
        originalLength: 90,
        data: [1, 2, 3, 4, 5],
        hasTime: true,
      },
      { ...second, number: 2, timeSeconds: 1_700_000_000, timeNanoseconds: 123_456_789, originalLength: 5 },
      { ...first, number: 3, capturedLength: 4, originalLength: 5, hasTime: false, data: [1, 2, 3, 4] },
      { ...second, number: 4, timeSeconds: 5, timeNanoseconds: 7, data: [1, 2, 3, 4, 5] },
    ])
  })

  test('may declare any resolution and offset', () => {
    const timed = (resolution: string, count: bigint, offset?: bigint): object | undefined => {
      const options = [
        build.option(9, hex(resolution)),
        ...(offset === undefined ? [] : [build.option(14, build.u64(offset))]),
      ]
      const frame = readAll(join(build.section(), build.interface(1, 0, ...options), build.enhanced(0, count, data)))
        .frames[0]
      return frame && { seconds: frame.timeSeconds, nanoseconds: frame.timeNanoseconds }
    }
    expect(timed('00', 77n)).toEqual({ seconds: 77, nanoseconds: 0 })
    expect(timed('03', 77_001n)).toEqual({ seconds: 77, nanoseconds: 1_000_000 })
    expect(timed('06', 77n, 100n)).toEqual({ seconds: 100, nanoseconds: 77_000 })
    expect(timed('06', 77_000_000n, -100n)).toEqual({ seconds: -23, nanoseconds: 0 })
    expect(timed('09', 18_446_744_073_709_551_615n)).toEqual({ seconds: 18_446_744_073, nanoseconds: 709_551_615 })
    expect(timed('0c', 1_500_000_000_001_999n)).toEqual({ seconds: 1500, nanoseconds: 1 })
    expect(timed('8a', 1024n * 5n + 512n)).toEqual({ seconds: 5, nanoseconds: 500_000_000 })
    expect(timed('7f', 9n)).toEqual({ seconds: 0, nanoseconds: 0 })
    expect(timed('ff', 9n)).toEqual({ seconds: 0, nanoseconds: 0 })
  })

  test('says in its flags which way a packet went and for whom it was', () => {
    const flagged = (flags: number): object => {
      const packet = build.enhanced(
        0,
        0n,
        data,
        5,
        build.option(1, text('a comment')),
        build.option(2, build.u32(flags)),
        hex('00000000'),
      )
      return readAll(join(build.section(), build.interface(1, 0), packet)).frames[0] ?? {}
    }
    expect(flagged(0)).toMatchObject({ direction: 'unknown', packetType: 'unknown' })
    expect(flagged(0b00101)).toMatchObject({ direction: 'inbound', packetType: 'host' })
    expect(flagged(0b01001)).toMatchObject({ direction: 'inbound', packetType: 'multicast' })
    expect(flagged(0b01101)).toMatchObject({ direction: 'inbound', packetType: 'broadcast' })
    expect(flagged(0b10001)).toMatchObject({ direction: 'inbound', packetType: 'other' })
    expect(flagged(0b00110)).toMatchObject({ direction: 'outbound', packetType: 'outgoing' })
  })
})

test('sections of different byte order follow one another, each with its own interfaces', () => {
  const bytes = join(
    ...[little.section(), little.interface(1, 0), little.enhanced(0, 1_000_000n, data)],
    ...[big.section(), big.interface(101, 0), big.enhanced(0, 2_000_000n, data)],
  )
  const { reader, frames } = readAll(bytes)
  expect(reader.problems).toEqual([])
  expect(frames).toMatchObject([
    { timeSeconds: 1, interfaceIndex: 0, linkType: 1 },
    { timeSeconds: 2, interfaceIndex: 1, linkType: 101 },
  ])
})

test('the flags of one packet do not stick to the next', () => {
  const flags = little.option(2, little.u32(2))
  const packets = [little.enhanced(0, 0n, data, 5, flags), little.simple(5, data), little.enhanced(0, 0n, data)]
  const { frames } = readAll(join(little.section(), little.interface(1, 0), ...packets))
  expect(frames.map((frame) => frame.direction)).toEqual(['outbound', 'unknown', 'unknown'])
})

test('options after the end of options do not count', () => {
  const packet = little.enhanced(0, 0n, data, 5, little.option(0, data.subarray(0, 0)), little.option(2, little.u32(2)))
  const { reader, frames } = readAll(join(little.section(), little.interface(1, 0), packet))
  expect(reader.problems).toEqual([])
  expect(frames).toMatchObject([{ direction: 'unknown' }])
})

test('the padding of a simple packet that the snap length cut is not part of it', () => {
  const { frames } = readAll(join(little.section(), little.interface(1, 5), little.simple(90, data)))
  expect(frames).toMatchObject([{ originalLength: 90, data: [1, 2, 3, 4, 5] }])
})

test.each([
  ['UTF-8 is kept', text('Überlandleitung'), 'Überlandleitung'],
  ['control characters cannot reach a terminal', hex('651b5b316d'), 'e\ufffd[1m'],
  ['a NUL ends it', hex('6574 00 6868'), 'et'],
  ['what is not UTF-8 is replaced', hex('65ff74'), 'e\ufffdt'],
  ['it ends after 256 bytes', new Uint8Array(5000).fill(0x61), 'a'.repeat(256)],
])('an interface name: %s', (_, value, name) => {
  expect(
    readAll(join(little.section(), little.interface(1, 0, little.option(2, value)))).reader.interfaces,
  ).toMatchObject([{ name }])
})

describe('corrupt pcapng', () => {
  const start = join(little.section(), little.interface(1, 0))
  const good = little.enhanced(0, 0n, data)
  const withByte = (block: Uint8Array, at: number, value: number): Uint8Array =>
    block.with(at < 0 ? block.length + at : at, value)
  const longOptions = join(good.subarray(0, 36), hex('0200 ff00'), good.subarray(36))
  const cases: [string, Uint8Array, number, object][] = [
    [
      'a wrong byte-order magic',
      withByte(little.section(), 8, 0x4e),
      0,
      { code: 'bad-byte-order-magic', effect: 'fatal', byteOffset: 8 },
    ],
    ['version 2', withByte(little.section(), 12, 2), 0, { code: 'unsupported-version', effect: 'fatal' }],
    ['a section cut off', little.section().subarray(0, 20), 0, { code: 'truncated-block', effect: 'fatal' }],
    [
      'a block of length 8',
      join(start, hex('06000000 08000000'), good),
      0,
      { code: 'bad-block-length', byteOffset: start.length },
    ],
    ['a block of length 33', join(start, withByte(good, 4, 33)), 0, { code: 'bad-block-length' }],
    [
      'a packet whose lengths disagree',
      join(start, good, withByte(good, -4, 44)),
      1,
      { code: 'block-length-mismatch', byteOffset: start.length + 2 * good.length - 4 },
    ],
    [
      'an unknown block whose lengths disagree',
      join(start, good, withByte(little.block(99, data), -4, 44), good),
      1,
      { code: 'block-length-mismatch' },
    ],
    [
      'a packet cut off',
      join(start, good, good.subarray(0, 30)),
      1,
      { code: 'truncated-block', frame: 2, byteOffset: start.length + good.length },
    ],
    [
      'an unknown block of 4 GB',
      join(start, good, hex('63000000 fcffffff 00000000')),
      1,
      { code: 'truncated-block', message: 'expected 4294967280 more bytes of a block of 4294967292, found 0' },
    ],
    [
      'a packet block of 4 GB',
      join(start, good, hex('06000000 fcffffff 00000000')),
      1,
      { code: 'block-too-long', effect: 'skipped' },
    ],
    [
      'a packet of interface 3',
      join(start, good, little.enhanced(3, 0n, data), good),
      2,
      { code: 'unknown-interface', effect: 'skipped', frame: 2 },
    ],
    [
      'a packet before any interface',
      join(little.section(), little.simple(5, data)),
      0,
      { code: 'unknown-interface', effect: 'skipped', frame: 1 },
    ],
    [
      'a captured length beyond its block',
      join(start, withByte(good, 20, 9), good),
      1,
      { code: 'captured-exceeds-block', effect: 'skipped' },
    ],
    [
      'a captured length of 257 KiB',
      join(start, little.enhanced(0, 0n, new Uint8Array(257 * 1024)), good),
      1,
      { code: 'block-too-long', effect: 'skipped' },
    ],
    [
      'a packet block without room for its header',
      join(start, little.block(6, data), good),
      1,
      { code: 'block-too-short', effect: 'skipped' },
    ],
    [
      'an interface without room for its header',
      join(start, little.block(1, hex('00000000')), good),
      1,
      { code: 'block-too-short', effect: 'skipped' },
    ],
    [
      'an option beyond its block',
      join(start, little.block(6, longOptions.subarray(8, 40)), good),
      2,
      { code: 'bad-options', effect: 'kept', frame: 1 },
    ],
    [
      'a packet longer than on the wire',
      join(start, little.enhanced(0, 0n, data, 3)),
      1,
      { code: 'captured-exceeds-original', effect: 'kept' },
    ],
  ]
  test.each(cases)('%s', (_, bytes, frameCount, problem) => {
    const { reader, frames } = readAll(bytes, [1000])
    expect(frames.length).toBe(frameCount)
    expect(reader.problems[0]).toMatchObject({ count: 1, ...problem })
  })

  test('more interfaces than memory should hold end the reading', () => {
    const interfaces = Array.from({ length: 65_537 }, () => little.interface(1, 0))
    const { reader } = readAll(join(little.section(), ...interfaces))
    expect(reader.interfaces.length).toBe(65_536)
    expect(reader.problems).toMatchObject([{ code: 'too-many-interfaces', effect: 'fatal' }])
  })
})
