/** A tracked connection whose helper reads whatever is said: any bytes, in either direction, translated or not. */

import { Conntrack, defaultSettings, type Helper, noHost, Status } from '../../src/model/conntrack/index.ts'
import { buildTcp, buildUdp, decode, Hook, Packet, Protocol } from '../../src/model/packet/index.ts'

const ends = { 4: ['192.168.1.10', '198.51.100.5'], 6: ['fd00::10', '2001:db8:2::5'] } as const
/** Connections are opened anew after so many payloads, so that nothing grows beyond what one connection can hold. */
const payloadsPerConversation = 40

export class Conversation {
  readonly #helper: Helper
  readonly #family: 4 | 6
  readonly #isTranslated: boolean
  #conntrack: Conntrack
  #sequence: [number, number] = [101, 901]
  #said = 0
  #now = 1000

  constructor(helper: Helper, family: 4 | 6, isTranslated: boolean) {
    this.#helper = helper
    this.#family = family
    this.#isTranslated = isTranslated
    this.#conntrack = this.#open()
  }

  /** One payload passes the helper. Throws when what it leaves behind cannot be. */
  say(direction: 0 | 1, payload: Uint8Array): void {
    if (++this.#said % payloadsPerConversation === 0) this.#conntrack = this.#open()
    const packet = this.#pass(this.#conntrack, direction, 'PA', payload)
    this.#sequence[direction] = (this.#sequence[direction] + payload.length) >>> 0
    this.#check(packet)
  }

  #open(): Conntrack {
    const conntrack = new Conntrack({ ...defaultSettings, isTcpLiberal: true })
    // Every packet is a broadcast of the host's own, for the helpers that wait for those.
    conntrack.host = { ...noHost, broadcastMask: () => Int32Array.of(-256, 0, 0, 0) }
    this.#sequence = [101, 901]
    if (this.#helper.protocol === Protocol.udp) {
      this.#pass(conntrack, 0, '', Uint8Array.of(0), true)
      return conntrack
    }
    this.#sequence = [100, 900]
    this.#pass(conntrack, 0, 'S', new Uint8Array(0), true)
    this.#pass(conntrack, 1, 'SA', new Uint8Array(0))
    this.#sequence = [101, 901]
    this.#pass(conntrack, 0, 'A', new Uint8Array(0))
    return conntrack
  }

  #pass(conntrack: Conntrack, direction: 0 | 1, flags: string, payload: Uint8Array, isFirst = false): Packet {
    const bytes = this.#packet(direction, flags, payload)
    const packet = new Packet()
    packet.bytes = bytes
    packet.hook = Hook.prerouting
    this.#now += 5
    conntrack.advance(this.#now)
    decode(packet, bytes.length)
    conntrack.track(packet)
    if (isFirst) {
      const { name: helper, protocol } = this.#helper
      conntrack.assignHelper(packet, { helper, protocol, family: null })
      if (this.#isTranslated) conntrack.addStatus(packet.entry, Status.sourceNat)
    }
    packet.hook = Hook.postrouting
    conntrack.confirm(packet)
    return packet
  }

  #packet(direction: 0 | 1, flags: string, payload: Uint8Array): Uint8Array {
    const [from, to] = direction === 0 ? ends[this.#family] : [ends[this.#family][1], ends[this.#family][0]]
    const ports = [4000, this.#helper.port || 1503] as const
    const fields = { from, to, fromPort: ports[direction], toPort: ports[1 - direction] ?? 0, payload }
    if (this.#helper.protocol === Protocol.udp) return buildUdp(fields)
    const sequence = this.#sequence[direction]
    const acknowledgment = this.#sequence[1 - direction] ?? 0
    return buildTcp({ ...fields, flags, sequence, acknowledgment })
  }

  #check(packet: Packet): void {
    if (packet.end > packet.bytes.length || packet.start < 0 || packet.start >= packet.end)
      throw new Error('the packet lies outside its bytes')
    for (const one of this.#conntrack.expectations()) {
      if ((one.destinationPort & ~0xffff) !== 0 || (one.sourcePort & ~0xffff) !== 0)
        throw new Error(`an expectation of port ${one.destinationPort} from ${one.sourcePort}`)
      if (one.payloadFrom < 0 || one.payloadTo < one.payloadFrom)
        throw new Error(`an expectation announced by bytes ${one.payloadFrom} to ${one.payloadTo}`)
      if (!Number.isFinite(one.expiresAt)) throw new Error('an expectation that never expires')
    }
    if (this.#conntrack.expectationCount > 200) throw new Error(`${this.#conntrack.expectationCount} expectations`)
  }
}
