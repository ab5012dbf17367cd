/** What holds without a kernel: chance that repeats, peers that answer what they saw, plans and flows of every kind. */

import { describe, expect, test } from 'vitest'
import { buildUdp, type Packet, packetOf } from '../../model/packet/index.ts'
import { fragmentsOf } from './abuse/fragments.ts'
import { forwardingSession } from './forwarding.fixture.ts'
import { kinds } from './kinds/table.ts'
import { answerDatagram, sendDatagram } from './packets/answer.ts'
import { readSeen } from './packets/seen.ts'
import { Random } from './random.ts'
import { TcpConversation } from './tcp-conversation.ts'
import { World } from './world.ts'

const calm = { abuse: 0, mostPackets: 400 }
const world = (seed: number, translates = false, options = calm): World =>
  new World(forwardingSession(translates), new Random(seed), options)
const lastSeen = (of: World): ReturnType<typeof readSeen> =>
  readSeen(Uint8Array.from(Buffer.from(of.packets.at(-1)?.hex ?? '', 'hex')))
const exhaust = (steps: Generator<void, unknown>): void => {
  while (steps.next().done !== true);
}

describe('chance', () => {
  test('the same seed draws the same, another seed something else', () => {
    const draw = (seed: number): number[] => Array.from({ length: 20 }, () => new Random(seed).integer(0, 1e9))
    const sequence = (seed: number): number[] => {
      const random = new Random(seed)
      return Array.from({ length: 20 }, () => random.integer(0, 1e9))
    }
    expect(sequence(7)).toEqual(sequence(7))
    expect(sequence(7)).not.toEqual(sequence(8))
    expect(new Set(sequence(7)).size).toBe(20)
    expect(new Set(draw(7)).size).toBe(1)
  })

  test('both ends of a range come, nothing outside, and weights of 0 never', () => {
    const random = new Random(3)
    const drawn = new Set(Array.from({ length: 400 }, () => random.integer(-1, 2)))
    expect([...drawn].sort((a, b) => a - b)).toEqual([-1, 0, 1, 2])
    const picked = new Set(
      Array.from({ length: 200 }, () =>
        random.pickWeighted([
          [0, 'never'],
          [1, 'a'],
          [3, 'b'],
        ]),
      ),
    )
    expect([...picked].sort()).toEqual(['a', 'b'])
  })
})

describe('peers', () => {
  const path = {
    family: 4,
    clientSide: 'lan',
    client: '192.168.1.10',
    serverSide: 'wan',
    server: '198.51.100.5',
  } as const

  test('a datagram is answered to where it seems to come from', () => {
    const there = world(1, true)
    const [read] = sendDatagram(there, 'lan', { from: path.client, fromPort: 4000, to: path.server, toPort: 53 }, 'q')
    expect(read?.seen).toMatchObject({ from: '203.0.113.1', fromPort: 4000, to: path.server, toPort: 53 })
    if (read) answerDatagram(there, read, 'a')
    expect(lastSeen(there)).toMatchObject({ from: path.server, to: '203.0.113.1', fromPort: 53, toPort: 4000 })
  })

  test('a server talks to the address that it saw, and acknowledges what arrived', () => {
    const there = world(2, true)
    const talk = new TcpConversation(there, path, 4000, 80)
    exhaust(talk.open())
    expect(talk.server.peer).toBe('203.0.113.1')
    expect(talk.client.peer).toBe(path.server)
    talk.fromClient('PA', 'hello')
    expect(talk.received.length).toBe(5)
    expect(talk.server.acknowledgment).toBe(talk.client.sequence)
  })

  test('fragments carry the whole packet and no byte twice', () => {
    const whole = buildUdp({ from: path.client, to: path.server, fromPort: 1, toPort: 2, payload: 'x'.repeat(61) })
    const pieces = fragmentsOf(whole, 16, 9).map((bytes): Packet => packetOf(bytes))
    expect(pieces.map(({ fragmentOffset }) => fragmentOffset)).toEqual([0, 16, 32, 48, 64])
    expect(pieces.map(({ moreFragments }) => moreFragments)).toEqual([true, true, true, true, false])
    expect(pieces.reduce((sum, { end }) => sum + end - 20, 0)).toBe(whole.length - 20)
  })
})

describe.each(kinds.map((kind) => [kind.name, kind] as const))('scenarios of kind %s', (_, kind) => {
  const run = (seed: number, abuse: number): World => {
    const there = world(seed, true, { abuse, mostPackets: 200 })
    const { flows } = kind.plan(there.random)
    for (const flow of flows) {
      const steps = flow(there)
      while (!there.isFull && steps.next().done !== true);
    }
    return there
  }

  test('the same seed and the same answers give the same packets', () => {
    for (const seed of [1, 2, 3]) expect(run(seed, 0.2).packets).toEqual(run(seed, 0.2).packets)
  })

  test('flows end, and come to packets', () => {
    let packets = 0
    for (let seed = 10; seed < 20; seed++) packets += run(seed, 0.1).packets.length
    expect(packets).toBeGreaterThan(20)
  })

  test('each rule is a command of its own line', () => {
    const { ruleset } = kind.plan(new Random(5))
    expect(ruleset.split('\n').filter((line) => !/^add (?:table|chain|rule|set|counter|ct) /.test(line))).toEqual([])
  })
})
