import { describe, expect, test } from 'vitest'
import { hex, join, readAll } from './capture.fixture.ts'
import { writePcap } from './write-pcap.ts'

const littleHeader = '0200 0400 00000000 00000000 ffff0000 01000000'
const bigHeader = '0002 0004 00000000 00000000 0000ffff 00000001'
const littleRecord = '00f15365 39300000 02000000 05000000'
const bigRecord = '6553f100 00003039 00000002 00000005'

describe('every magic in either byte order', () => {
  const cases: [string, string, number][] = [
    ['microseconds, little-endian', `d4c3b2a1 ${littleHeader} ${littleRecord} beef`, 12_345_000],
    ['microseconds, big-endian', `a1b2c3d4 ${bigHeader} ${bigRecord} beef`, 12_345_000],
    ['nanoseconds, little-endian', `4d3cb2a1 ${littleHeader} ${littleRecord} beef`, 12_345],
    ['nanoseconds, big-endian', `a1b23c4d ${bigHeader} ${bigRecord} beef`, 12_345],
    ['modified, little-endian', `34cdb2a1 ${littleHeader} ${littleRecord} 07000000 0800 00 00 beef`, 12_345_000],
    ['modified, big-endian', `a1b2cd34 ${bigHeader} ${bigRecord} 00000007 0008 00 00 beef`, 12_345_000],
  ]
  test.each(cases)('%s', (_, text, timeNanoseconds) => {
    const { reader, frames } = readAll(hex(text))
    expect(reader.problems).toEqual([])
    expect(reader.interfaces).toEqual([{ linkType: 1, snapLength: 65_535 }])
    expect(frames).toMatchObject([
      { number: 1, timeSeconds: 0x6553f100, timeNanoseconds, originalLength: 5, data: [0xbe, 0xef] },
    ])
    expect(reader.cutFrameCount).toBe(1)
  })
})

describe('the modified record tells the direction', () => {
  test.each([
    ['00', 'host', 'inbound'],
    ['01', 'broadcast', 'inbound'],
    ['02', 'multicast', 'inbound'],
    ['03', 'other', 'inbound'],
    ['04', 'outgoing', 'outbound'],
    ['09', 'unknown', 'unknown'],
  ])('packet type %s is %s and %s', (type, packetType, direction) => {
    const { frames } = readAll(hex(`34cdb2a1 ${littleHeader} ${littleRecord} 07000000 0800 ${type} 00 beef`))
    expect(frames).toMatchObject([{ packetType, direction }])
  })
})

test('the upper half of the link type field is not part of the link type', () => {
  const { frames } = readAll(hex(`d4c3b2a1 0200 0400 00000000 00000000 ffff0000 14010024 ${littleRecord} beef`))
  expect(frames).toMatchObject([{ linkType: 276 }])
})

test('a fraction of more than a second is carried into the seconds', () => {
  const { frames } = readAll(hex(`d4c3b2a1 ${littleHeader} 01000000 80841e00 00000000 00000000`))
  expect(frames).toMatchObject([{ timeSeconds: 3, timeNanoseconds: 0 }])
})

test('seconds after 2038 are not negative', () => {
  const { frames } = readAll(writePcap([{ bytes: hex('00'), timeSeconds: 4_294_967_295 }]))
  expect(frames).toMatchObject([{ timeSeconds: 4_294_967_295 }])
})

test('version 2.2 stores the original length before the captured length', () => {
  const { frames } = readAll(
    hex(`d4c3b2a1 0200 0200 00000000 00000000 ffff0000 01000000 00f15365 39300000 05000000 02000000 beef`),
  )
  expect(frames).toMatchObject([{ capturedLength: 2, originalLength: 5 }])
})

test.each(['02000000 05000000', '05000000 02000000'])('version 2.3 may store the lengths either way: %s', (lengths) => {
  const { frames } = readAll(
    hex(`d4c3b2a1 0200 0300 00000000 00000000 ffff0000 01000000 00f15365 39300000 ${lengths} beef`),
  )
  expect(frames).toMatchObject([{ capturedLength: 2, originalLength: 5 }])
})

describe('corrupt pcap', () => {
  const whole = `d4c3b2a1 ${littleHeader} ${littleRecord} beef`
  const cases: [string, string, number, object][] = [
    ['an empty file', '', 0, { code: 'empty-file', byteOffset: 0 }],
    ['two bytes', 'd4c3', 0, { code: 'truncated-header', byteOffset: 0 }],
    [
      'half a file header',
      'd4c3b2a1 0200 0400',
      0,
      { code: 'truncated-header', message: 'expected a pcap file header of 24 bytes, found 8' },
    ],
    ['text', '66696c65 0a', 0, { code: 'unknown-magic', byteOffset: 0 }],
    [
      'gzip',
      '1f8b0800',
      0,
      { code: 'unknown-magic', message: expect.stringContaining('gzip, which has to be undone first') },
    ],
    [
      'version 3',
      'd4c3b2a1 0300 0000 00000000 00000000 ffff0000 01000000',
      0,
      { code: 'unsupported-version', message: 'expected pcap version 2, found 3.0' },
    ],
    [
      'a record header cut off',
      `${whole} 00f15365`,
      1,
      {
        code: 'truncated-record',
        byteOffset: 42,
        frame: 2,
        message: 'expected a record header of 16 bytes, found 4 bytes before the end of the capture',
      },
    ],
    [
      'a record cut off',
      `${whole} ${littleRecord} be`,
      1,
      {
        code: 'truncated-record',
        byteOffset: 42,
        frame: 2,
        message: 'expected a record of 18 bytes, found 17 bytes before the end of the capture',
      },
    ],
    [
      'a record of 4 GB',
      `${whole} 00000000 00000000 ffffffff ffffffff ${'00'.repeat(50)}`,
      1,
      { code: 'record-too-long', byteOffset: 42, frame: 2 },
    ],
    ['a record of 256 KiB and one', `${whole} 00000000 00000000 01000400 01000400`, 1, { code: 'record-too-long' }],
  ]
  test.each(cases)('%s', (_, text, frameCount, problem) => {
    const { reader, frames } = readAll(hex(text))
    expect(frames.length).toBe(frameCount)
    expect(reader.problems).toMatchObject([{ effect: 'fatal', count: 1, ...problem }])
    expect(reader.stopped).toBe(true)
  })

  test('a header without frames is a good capture', () => {
    expect(readAll(hex(`d4c3b2a1 ${littleHeader}`)).reader.problems).toEqual([])
  })

  test('a frame shorter on the wire than in the file is kept, and alike problems are counted in one', () => {
    const record = hex('00000000 00000000 02000000 01000000 beef')
    const { reader, frames } = readAll(join(hex(`d4c3b2a1 ${littleHeader}`), record, record, record))
    expect(frames.length).toBe(3)
    expect(reader.problems).toMatchObject([
      { code: 'captured-exceeds-original', effect: 'kept', byteOffset: 24, frame: 1, count: 3 },
    ])
  })
})
