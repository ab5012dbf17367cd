import { describe, expect, it } from 'vitest'
import { Chunk, nextState } from './sctp-states.ts'

/** as in Linux: original, then reply direction. */
const facts = `
init             CL CL CW CE ES CL CL SA CW | iv CL CW CE ES SS SR SA iv
initAck          CL CL CW CE ES SS SR SA CL | iv CW CW CE ES SS SR SA iv
abort            CL CL CL CL CL CL CL CL CL | iv CL CL CL CL CL CL CL iv
shutdown         CL CL CW CE SS SS SR SA CL | iv CL CW CE SR SS SR SA iv
shutdownAck      SA CL CW CE ES SA SA SA SA | iv CL CW CE ES SA SA SA iv
error            CL CL CW CE ES SS SR SA CL | iv CL CW CL ES SS SR SA iv
cookieEcho       CL CL CE CE ES SS SR SA CL | iv CL CE CE ES SS SR SA iv
cookieAck        CL CL CW ES ES SS SR SA CL | iv CL CW ES ES SS SR SA iv
shutdownComplete CL CL CW CE ES SS SR CL CL | iv CL CW CE ES SS SR CL iv
heartbeat        HS CL CW CE ES SS SR SA HS | iv CL CW CE ES SS SR SA HS
heartbeatAck     CL CL CW CE ES SS SR SA HS | iv CL CW CE ES SS SR SA ES`

const cells = ['NO', 'CL', 'CW', 'CE', 'ES', 'SS', 'SR', 'SA', 'HS', 'iv']

describe('the packed SCTP table', () => {
  const rows = facts
    .trim()
    .split('\n')
    .map((line) => line.split(/\s+/))
  it.each(rows.map(([name = '', ...row]) => [name, row.filter((cell) => cell !== '|')] as const))(
    '%s is as in the kernel',
    (name, row) => {
      const chunk = Object.entries(Chunk).find(([known]) => known === name)?.[1] ?? -1
      const packed = [0, 1].flatMap((direction) =>
        Array.from({ length: 9 }, (_, state) => cells[nextState(direction, chunk, state)]),
      )
      expect(packed).toEqual(row)
    },
  )

  it('is not moved by DATA, SACK or chunks of tomorrow', () => {
    expect([0, 3, 13, 64, 255].map((chunk) => nextState(1, chunk, 4))).toEqual([4, 4, 4, 4, 4])
  })
})
