import { describe, expect, it } from 'vitest'
import { readInt32 } from '../bytes/index.ts'
import { decode, Packet } from '../packet/index.ts'
import { adjustSegment, makeAdjustment, noteChange, shiftOf } from './sequence-adjustment.ts'
import { tcp } from './wire.fixture.ts'

const segment = (sequence: number, acknowledgment: number, options: readonly number[] = []): Packet => {
  const packet = new Packet()
  packet.bytes = tcp('192.168.1.10', 4000, '198.51.100.5', 21, 'A', { sequence, acknowledgment, options })
  decode(packet, packet.bytes.length)
  return packet
}

const numbers = ({ bytes, transport }: Packet): number[] => [
  readInt32(bytes, transport + 4) >>> 0,
  readInt32(bytes, transport + 8) >>> 0,
]

describe('a shift of sequence numbers', () => {
  it('applies behind the segment that was changed; the one before it keeps the older shift', () => {
    const [shift] = makeAdjustment()
    noteChange(shift, 1000, 5)
    noteChange(shift, 2000, -2)
    expect([1000, 1500, 2000, 2001].map((sequence) => shiftOf(shift, sequence))).toEqual([5, 5, 5, 3])
  })

  it('is not taken back by a retransmission of what was changed before', () => {
    const [shift] = makeAdjustment()
    noteChange(shift, 2000, 5)
    noteChange(shift, 1000, 7)
    noteChange(shift, 2000, 5)
    expect(shift).toEqual({ position: 2000, before: 0, after: 5 })
  })

  it('is known across the wrap of 32 bits', () => {
    const [shift] = makeAdjustment()
    noteChange(shift, -10, 4)
    expect([shiftOf(shift, -10), shiftOf(shift, 3)]).toEqual([0, 4])
  })
})

describe('a segment of a shifted connection', () => {
  const adjustment = makeAdjustment()
  noteChange(adjustment[0], 1000, 5)

  it('has its sequence number shifted as its sender’s payloads were, its acknowledgment as the peer’s', () => {
    const there = segment(1001, 50)
    expect([adjustSegment(there, there.transport, adjustment, 0), ...numbers(there)]).toEqual([true, 1006, 50])
    const back = segment(50, 1025)
    expect([adjustSegment(back, back.transport, adjustment, 1), ...numbers(back)]).toEqual([true, 50, 1020])
  })

  it('has its SACK blocks shifted with the acknowledgment', () => {
    const back = segment(50, 1000, [1, 1, 5, 10, 0, 0, 4, 1, 0, 0, 4, 16])
    expect(adjustSegment(back, back.transport, adjustment, 1)).toBe(true)
    expect([readInt32(back.bytes, back.transport + 24), readInt32(back.bytes, back.transport + 28)]).toEqual([
      1020, 1035,
    ])
  })

  it.each([
    ['an option of length 0', [5, 0, 0, 0]],
    ['an option beyond the header', [5, 10, 0, 0]],
    ['an option that is cut', [1, 1, 1, 5]],
  ])('is dropped for %s', (_, options) => {
    const back = segment(50, 1000, options)
    expect(adjustSegment(back, back.transport, adjustment, 1)).toBe(false)
  })
})
