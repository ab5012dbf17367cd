/** What the engine tells whoever watches its walks. */

import type { Packet } from '../packet/index.ts'
import type { DropNumber, FateNumber } from './fate.ts'

/** Who watches walks. All are called synchronously; packets and bytes are only lent. */
export interface Observer {
  /** Bytes leave the host: `packet.bytes` from start to end. Fragments come one by one. */
  onTransmit(interfaceIndex: number, packet: Packet): void
  /** A packet passed input. */
  onDeliver(packet: Packet): void
  /** What became of a packet: the one given to the engine, and each that the host made on the way. */
  onConclude(packet: Packet, fate: FateNumber, hook: number, reason: DropNumber): void
}
