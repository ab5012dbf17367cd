import { describe, expect, it } from 'vitest'
import { writePcap } from '../capture/index.ts'
import { CaptureMerge } from './merge.ts'

const captureAt = (...seconds: readonly number[]): Uint8Array =>
  writePcap(seconds.map((timeSeconds) => ({ bytes: Uint8Array.of(timeSeconds), timeSeconds })))

/** `source:second` of each frame, bytes given in chunks of `chunk`. */
function order(captures: readonly Uint8Array[], chunk: number): string[] {
  const merge = new CaptureMerge(captures.map((_, i) => String(i)))
  const given = captures.map(() => 0)
  const seen: string[] = []
  for (let step = merge.next(); step !== 'end'; step = merge.next()) {
    const { current, source } = merge
    if (step === 'frame') {
      seen.push(`${source.name}:${source.frame.bytes[source.frame.start]}`)
      continue
    }
    const at = given[current] ?? 0
    const bytes = captures[current]?.slice(at, at + chunk) ?? new Uint8Array(0)
    given[current] = at + bytes.length
    if (bytes.length === 0) merge.finish(source)
    else source.reader.push(bytes)
  }
  return seen
}

describe('several captures', () => {
  it.each([1, 7, 1000])('come by time, whatever the chunks (%i bytes)', (chunk) => {
    expect(order([captureAt(1, 4, 9), captureAt(2, 3, 4), captureAt()], chunk)).toEqual([
      '0:1',
      '1:2',
      '1:3',
      '0:4',
      '1:4',
      '0:9',
    ])
  })

  it('keep their own order where a clock ran backwards', () => {
    expect(order([captureAt(5, 1, 6), captureAt(2, 7)], 1000)).toEqual(['1:2', '0:5', '0:1', '0:6', '1:7'])
  })

  it('go on when one of them is broken', () => {
    expect(order([Uint8Array.of(1, 2, 3, 4, 5), captureAt(1, 2)], 1000)).toEqual(['1:1', '1:2'])
  })
})
