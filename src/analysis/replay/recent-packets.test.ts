import { describe, expect, it } from 'vitest'
import { buildTcp, buildUdp } from '../../model/packet/index.ts'
import { IpView } from './ip-view.ts'
import { MadePackets, RecentPackets } from './recent-packets.ts'

const viewOf = (bytes: Uint8Array): IpView => {
  const view = new IpView()
  view.read(bytes, 0, bytes.length)
  return view
}

const udp = buildUdp({ from: '10.0.0.1', to: '10.0.0.2', fromPort: 1, toPort: 2, payload: 'hello', id: 7 })

describe('recent packets', () => {
  it('are known by what an error quotes: header and eight bytes, whatever hops took off the time to live', () => {
    const recent = new RecentPackets()
    recent.note(viewOf(udp), 12)
    const quoted = udp.slice(0, 28)
    quoted[8] = 3
    quoted[10] = 0
    expect(recent.find(viewOf(quoted))).toBe(12)
    expect(recent.foundTimeToLive).toBe(64)
  })

  it.each([
    ['another identification', { id: 8 }],
    ['another port', { toPort: 3 }],
    ['another destination', { to: '10.0.0.3' }],
    ['another payload, and so checksum', { payload: 'other' }],
  ])('do not match %s', (_name, change) => {
    const recent = new RecentPackets()
    recent.note(viewOf(udp), 12)
    const other = { from: '10.0.0.1', to: '10.0.0.2', fromPort: 1, toPort: 2, payload: 'hello', id: 7, ...change }
    expect(recent.find(viewOf(buildUdp(other)))).toBe(0)
  })

  it('remember that the last one passed', () => {
    const recent = new RecentPackets()
    recent.note(viewOf(udp), 1)
    recent.notePassed()
    expect([recent.find(viewOf(udp)), recent.hasFoundPassed]).toEqual([1, true])
  })
})

describe('packets that the host made', () => {
  it('are taken once each', () => {
    const made = new MadePackets()
    const reset = viewOf(buildTcp({ from: '10.0.0.1', to: '10.0.0.2', fromPort: 80, toPort: 9, flags: 'RA' }))
    made.note(reset)
    expect([made.take(reset), made.take(reset)]).toEqual([true, false])
  })
})
