/** The world around the box while a scenario is invented: what is sent into it, and what peers receive from it. */

import type { ScenarioPacket } from '../../analysis/lab/index.ts'
import type { Session } from '../lab/index.ts'
import { abuse } from './abuse/table.ts'
import { readSeen, type Seen } from './packets/seen.ts'
import type { Random } from './random.ts'

/** A packet that left the box, at the peer that received it. */
export interface Arrival {
  readonly device: string
  readonly bytes: Uint8Array
  readonly seen: Seen | null
}

/** A packet on its way, as it may be quoted by an error later. */
export interface Travelling {
  readonly device: string
  readonly bytes: Uint8Array
}

export interface WorldOptions {
  /** How often a packet is abused, 0 to 1. */
  readonly abuse: number
  readonly mostPackets: number
}

/** The lab's own limit of what one packet may hold. */
const LARGEST_PACKET = 65_535

export class World {
  readonly random: Random
  readonly options: WorldOptions
  /** The scenario's packets so far. */
  readonly packets: ScenarioPacket[] = []
  readonly sent: Travelling[] = []
  readonly emitted: Travelling[] = []
  readonly #session: Pick<Session, 'send'>
  /** Milliseconds since the beginning, in scenarios that run in real time. */
  #now = 0

  constructor(session: Pick<Session, 'send'>, random: Random, options: WorldOptions) {
    this.#session = session
    this.random = random
    this.options = options
  }

  get isFull(): boolean {
    return this.packets.length >= this.options.mostPackets
  }

  get now(): number {
    return this.#now
  }

  /** Lets time pass before the next packet; means nothing in a scenario that does not run in real time. */
  wait(milliseconds: number): void {
    this.#now += milliseconds
  }

  /** Mostly sends the packet as it is, sometimes abuses it; answers what left the box because of it. */
  send(device: string, bytes: Uint8Array): Arrival[] {
    return this.random.chance(this.options.abuse) ? abuse(this, device, bytes) : this.transmit(device, bytes)
  }

  /** Sends the packet as it is, from an interface or, for `local`, from the box itself. */
  transmit(
    device: string,
    bytes: Uint8Array,
    local: Pick<ScenarioPacket, 'mark' | 'oif' | 'broadcast'> = {},
  ): Arrival[] {
    if (bytes.length === 0 || bytes.length > LARGEST_PACKET) return []
    const packet = {
      in: device,
      hex: Buffer.from(bytes).toString('hex'),
      ...(this.#now > 0 ? { at_ms: this.#now } : {}),
      ...local,
    }
    this.packets.push(packet)
    const { out } = this.#session.send(packet)
    if (device !== 'local') this.sent.push({ device, bytes })
    return out.map(([left, hex]) => {
      const arrived = Uint8Array.from(Buffer.from(hex, 'hex'))
      this.emitted.push({ device: left, bytes: arrived })
      return { device: left, bytes: arrived, seen: readSeen(arrived) }
    })
  }
}
