/** The flags word of a pcapng packet (epb_flags, pack_flags): which way it went and for whom it was. */
import type { Direction, Frame, PacketType } from './frame.ts'
import { OptionWalk } from './pcapng-options.ts'

const flagsOption = 2

/** Bits 0 and 1. */
const directions: readonly Direction[] = ['unknown', 'inbound', 'outbound', 'unknown']

/** Bits 2 to 4, the reception type: not said, unicast, multicast, broadcast, promiscuous. */
const receptions: readonly PacketType[] = ['unknown', 'host', 'multicast', 'broadcast', 'other']

const walk = new OptionWalk()

/** What a packet without flags says. */
export function clearFlags(frame: Frame): void {
  frame.direction = 'unknown'
  frame.packetType = 'unknown'
}

/** Reads the options between `start` and `end`; false if one of them is longer than its block. */
export function setFlags(frame: Frame, view: DataView, start: number, end: number, littleEndian: boolean): boolean {
  walk.start(start, end)
  while (walk.step(view, littleEndian)) {
    if (walk.code !== flagsOption || walk.valueLength !== 4) continue
    const flags = view.getUint32(walk.valueStart, littleEndian)
    frame.direction = directions[flags & 3] ?? 'unknown'
    frame.packetType = frame.direction === 'outbound' ? 'outgoing' : (receptions[(flags >>> 2) & 7] ?? 'unknown')
  }
  return !walk.isBroken
}
