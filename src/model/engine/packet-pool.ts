/** Packets that the host makes during one walk: taken one after the other, and all given back together when the walk is over. */

import { Packet } from '../packet/index.ts'

/** One packet that makes the host send more than this is a loop. */
const most = 256

export class PacketPool {
  private readonly packets: Packet[] = []
  private used = 0

  /** A clean packet with its own bytes, at least `length` of them; null when the pool is exhausted. */
  take(length: number): Packet | null {
    if (this.used >= most) return null
    const packet = this.packets[this.used] ?? this.grow()
    this.used++
    packet.reset()
    if (packet.bytes.length < length) packet.bytes = new Uint8Array(Math.max(2048, length))
    packet.start = 0
    packet.end = length
    return packet
  }

  private grow(): Packet {
    const packet = new Packet()
    this.packets.push(packet)
    return packet
  }

  giveBackAll(): void {
    this.used = 0
  }
}
