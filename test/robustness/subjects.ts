/** Everything that reads bytes of strangers in conntrack: each helper, each tracker; given spoiled inputs by the thousand. */

import { Conntrack, defaultSettings, type Helper, helpers } from '../../src/model/conntrack/index.ts'
import { buildIp, decode, Hook, Packet, Protocol } from '../../src/model/packet/index.ts'
import { Conversation } from './conversation.ts'
import { mutate, type Random } from './mutate.ts'

/** A real message: the transport header and what follows. */
export interface Seed {
  readonly protocol: number
  readonly family: 4 | 6
  readonly segment: Uint8Array
  /** Where the payload begins in the segment; its end when there is none. */
  readonly payloadAt: number
}

export interface Subject {
  readonly name: string
  /** Which seeds are for it; null: it takes none of that kind. */
  take(seed: Seed): Uint8Array | null
  /** Reads so many spoiled inputs; throws when one does harm. */
  read(seeds: readonly Uint8Array[], random: Random, count: number): void
}

const portsOf = ({ segment }: Seed): readonly [number, number] => [
  ((segment[0] ?? 0) << 8) | (segment[1] ?? 0),
  ((segment[2] ?? 0) << 8) | (segment[3] ?? 0),
]

const helperSubject = (helper: Helper): Subject => ({
  name: `${helper.name} over ${helper.protocol === Protocol.udp ? 'UDP' : 'TCP'}`,
  take(seed) {
    if (seed.protocol !== helper.protocol || seed.payloadAt >= seed.segment.length) return null
    // A helper that has no port of its own reads what its elders' connections lead to: anything.
    if (helper.port !== 0 && !portsOf(seed).includes(helper.port)) return null
    return seed.segment.subarray(seed.payloadAt)
  },
  read(seeds, random, count) {
    const conversations = helper.families.flatMap((family) =>
      [false, true].map((isTranslated) => new Conversation(helper, family, isTranslated)),
    )
    for (let n = 0; n < count; n++) {
      const conversation = conversations[n % conversations.length]
      conversation?.say(random() < 0.5 ? 0 : 1, mutate(seeds, random))
    }
  },
})

const addresses = { 4: ['192.168.1.10', '198.51.100.5'], 6: ['fd00::10', '2001:db8:2::5'] } as const

const trackerSubject = (name: string, protocols: readonly number[]): Subject => ({
  name,
  take: (seed) => (protocols.includes(seed.protocol) ? seed.segment : null),
  read(seeds, random, count) {
    let conntrack = new Conntrack(defaultSettings)
    const packet = new Packet()
    for (let n = 0; n < count; n++) {
      // Half the inputs are believed whatever their checksum, so that they reach what lies behind it.
      if (n % 500 === 0) conntrack = new Conntrack({ ...defaultSettings, isChecksumVerified: n % 1000 === 0 })
      const protocol = protocols[n % protocols.length] ?? 0
      const family = protocol === Protocol.icmpv6 || (protocol !== Protocol.icmp && random() < 0.3) ? 6 : 4
      const [a, b] = addresses[family]
      const [from, to] = random() < 0.5 ? [a, b] : [b, a]
      const bytes = buildIp({ from, to }, protocol, mutate(seeds, random))
      pass(conntrack, packet, bytes, n * 7)
      if (conntrack.count > 500) throw new Error(`${conntrack.count} entries after 500 packets`)
    }
  },
})

function pass(conntrack: Conntrack, packet: Packet, bytes: Uint8Array, now: number): void {
  packet.reset()
  packet.bytes = bytes
  packet.start = 0
  packet.hook = Hook.prerouting
  conntrack.advance(1000 + now)
  if (decode(packet, bytes.length) !== 0) return
  conntrack.track(packet)
  packet.hook = Hook.postrouting
  conntrack.confirm(packet)
}

export const subjects: readonly Subject[] = [
  ...helpers.map(helperSubject),
  trackerSubject('tcp tracker', [Protocol.tcp]),
  trackerSubject('udp tracker', [Protocol.udp]),
  trackerSubject('udplite tracker', [Protocol.udplite]),
  trackerSubject('icmp tracker', [Protocol.icmp]),
  trackerSubject('icmpv6 tracker', [Protocol.icmpv6]),
  trackerSubject('sctp tracker', [Protocol.sctp]),
  trackerSubject('gre tracker', [Protocol.gre]),
  trackerSubject('generic tracker', [Protocol.udp, 50, 89, 255]),
]
