import { describe, expect, it } from 'vitest'
import { buildUdp, packetOf, sourceAt } from '../../model/packet/index.ts'
import { FlowFlag, FlowTable } from './flow-table.ts'

function aim(flows: FlowTable, from: string, fromPort: number, to: string, toPort: number): void {
  const packet = packetOf(buildUdp({ from, to, fromPort, toPort }))
  flows.aim(packet.bytes, packet.family === 6 ? 6 : 4, sourceAt(packet), packet.protocol, packet.transport, packet.end)
}

describe('flows', () => {
  it('are found from both ends, and by nothing else', () => {
    const flows = new FlowTable()
    aim(flows, '10.0.0.1', 1000, '10.0.0.2', 53)
    const row = flows.add(1, 0)
    expect([flows.find(), flows.isForth(row)]).toEqual([row, true])
    aim(flows, '10.0.0.2', 53, '10.0.0.1', 1000)
    expect([flows.find(), flows.isForth(row)]).toEqual([row, false])
    aim(flows, '10.0.0.1', 53, '10.0.0.2', 1000)
    expect(flows.find()).toBe(0)
  })

  it('keep rows and index through growth, IPv6 too', () => {
    const flows = new FlowTable()
    const ends = (i: number): readonly [string, string] =>
      i % 2 === 0 ? [`10.0.${i >> 8}.${i & 255}`, '10.9.9.9'] : [`2001:db8::${i.toString(16)}`, '2001:db8:9::9']
    for (let i = 0; i < 3000; i++) {
      const [from, to] = ends(i)
      aim(flows, from, 1000 + i, to, 53)
      flows.countPacket(flows.add(i + 1, i), false, i, i, 8, i + 1)
    }
    for (let i = 0; i < 3000; i += 7) {
      const [from, to] = ends(i)
      aim(flows, to, 53, from, 1000 + i)
      expect(flows.read(flows.find())).toMatchObject({
        source: from,
        sourcePort: 1000 + i,
        destination: to,
        firstNumber: i + 1,
        bytes: { forth: i, back: 0 },
      })
    }
    expect(flows.memory / 3000).toBeLessThan(300)
  })

  it('count by the direction of the first packet, also where the entry runs the other way', () => {
    const flows = new FlowTable()
    aim(flows, '10.0.0.1', 1, '10.0.0.2', 2)
    const row = flows.add(1, 0)
    flows.countPacket(row, false, 10, 0, 1, 1)
    flows.flag(row, FlowFlag.swapped)
    flows.countPacket(row, false, 20, 0, 8, 2)
    flows.countPacket(row, true, 40, 0, 2, 3)
    expect(flows.read(row)).toMatchObject({
      packets: { forth: 2, back: 1 },
      bytes: { forth: 50, back: 20 },
      states: 11,
    })
    expect([flows.lastNumber(row, false), flows.lastNumber(row, true)]).toEqual([2, 3])
  })
})
