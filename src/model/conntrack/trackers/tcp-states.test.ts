import { describe, expect, it } from 'vitest'
import { isFlagsValid, Seen, seenByFlags, tcpNext } from './tcp-states.ts'

/** as read in Linux. */
const facts = `
o syn    SS SS ig ig ig ig ig SS SS S2
o synAck iv iv SR iv iv iv iv iv iv SR
o fin    iv iv FW FW LA LA LA TW CL iv
o ack    ES iv ES ES CW CW TW TW CL iv
o rst    iv CL CL CL CL CL CL CL CL CL
o none   iv iv iv iv iv iv iv iv iv iv
r syn    iv S2 iv iv iv iv iv SS iv S2
r synAck iv SR ig ig ig ig ig ig ig SR
r fin    iv iv FW FW LA LA LA TW CL iv
r ack    iv ig SR ES CW CW TW TW CL ig
r rst    iv CL CL CL CL CL CL CL CL CL
r none   iv iv iv iv iv iv iv iv iv iv`

const cells = ['NO', 'SS', 'SR', 'ES', 'FW', 'CW', 'LA', 'TW', 'CL', 'S2', 'iv', 'ig']

describe('the packed TCP table', () => {
  const rows = facts
    .trim()
    .split('\n')
    .map((line) => line.split(/\s+/))
  it.each(rows.map(([direction = '', seen = '', ...row]) => [direction, seen, row] as const))(
    '%s %s is as in the kernel',
    (direction, seen, row) => {
      const index = Object.entries(Seen).find(([name]) => name === seen)?.[1] ?? -1
      const base = ((direction === 'o' ? 0 : 6) + index) * 10
      expect(Array.from(tcpNext.subarray(base, base + 10), (cell) => cells[cell])).toEqual(row)
    },
  )
})

describe('TCP flags', () => {
  const bits: Readonly<Record<string, number>> = { F: 1, S: 2, R: 4, P: 8, A: 16, U: 32, E: 64, C: 128 }
  const flags = (letters: string): number => [...letters].reduce((sum, letter) => sum | (bits[letter] ?? 0), 0)

  it.each(['S', 'SU', 'SP', 'SPU', 'SEC', 'SA', 'SAP', 'R', 'RA', 'RAP', 'FA', 'FAU', 'FPA', 'A', 'AU', 'PA'])(
    '%s make sense',
    (letters) => {
      expect(isFlagsValid[flags(letters)]).toBe(1)
    },
  )

  it.each(['', 'P', 'U', 'F', 'FPU', 'SF', 'SFA', 'SR', 'SRA', 'FR', 'RU', 'FU'])('%s do not', (letters) => {
    expect(isFlagsValid[flags(letters)]).toBe(0)
  })

  it.each([
    ['SRA', Seen.rst],
    ['SA', Seen.synAck],
    ['SF', Seen.syn],
    ['FA', Seen.fin],
    ['PA', Seen.ack],
    ['P', Seen.none],
  ] as const)('%s counts as its strongest flag', (letters, seen) => {
    expect(seenByFlags[flags(letters)]).toBe(seen)
  })
})
