/** Whether a TCP segment lies in the windows that both sides have shown: after Guido van Rooij's method, as tcp_in_window does it. */

import { isBelow, readInt32, readUint16 } from '../../bytes/index.ts'
import { type Packet, TcpFlag, TcpOption, tcpHeaderLength } from '../../packet/index.ts'
import type { Entries } from '../entries.ts'
import { Reason } from '../reason.ts'
import { Seen, TcpState } from './tcp-states.ts'

/** The tracker's words; those of a side are at `side + direction * sideWords`. */
export const TcpWord = {
  /** state (4 bits), last seen (3), last direction (1), retransmissions (8), last scale (4), last flags (8); from the lowest bit. */
  state: 0,
  /** Window scales (4 bits each), then {@link SideFlag}s (8 bits each) of both directions. */
  sides: 1,
  lastSequence: 2,
  lastAcknowledgment: 3,
  lastEnd: 4,
  /** As it was announced in an ignored segment, scaled after an ACK. */
  lastWindow: 5,
  side: 6,
} as const

/** Of one side: behind the last byte sent; how far it may send; largest window it announced; highest it acknowledged. */
export const SideWord = { end: 0, maximumEnd: 1, maximumWindow: 2, maximumAcknowledged: 3 } as const
export const sideWords = 4

/** Bits as ctnetlink shows them (IP_CT_TCP_FLAG_*). The last two are of a connection, in its last flags. */
export const SideFlag = {
  windowScale: 1,
  sackPermitted: 2,
  closeInitiator: 4,
  liberal: 8,
  unacknowledgedData: 0x10,
  maximumAcknowledgedSet: 0x20,
  challengeExpected: 0x40,
  simultaneousOpen: 0x80,
} as const

/** Acknowledgments older than this, or than the largest window, are not believed. */
const oldestAcknowledgment = 66_000

/** What {@link isInWindow} answers besides a Reason: accept, or let through without believing it. */
export const Window = { accept: 0, ignore: -1 } as const

export const scaleOf = (sides: number, direction: number): number => (sides >>> (4 * direction)) & 15
export const flagsOf = (sides: number, direction: number): number => (sides >>> (8 + 8 * direction)) & 0xff
export const withFlags = (sides: number, direction: number, flags: number): number =>
  (sides & ~(0xff << (8 + 8 * direction))) | (flags << (8 + 8 * direction))
export const withScale = (sides: number, direction: number, scale: number): number =>
  (sides & ~(15 << (4 * direction))) | (scale << (4 * direction))

/** a is before b in sequence space. */
export const isBefore = (a: number, b: number): boolean => ((a - b) | 0) < 0

/** Sequence number behind the segment: its payload, SYN and FIN count. */
export function segmentEnd(packet: Packet, transport: number): number {
  const { bytes } = packet
  const flags = bytes[transport + 13]!
  const payload = packet.end - transport - ((bytes[transport + 12]! >>> 4) << 2)
  return (readInt32(bytes, transport + 4) + payload + ((flags >>> 1) & 1) + (flags & 1)) | 0
}

/** Scale and flags that the options announce, as `scale | flags << 8`; -1: there are no options, so nothing is said. */
export function announcedOptions(bytes: Uint8Array, transport: number): number {
  const end = transport + ((bytes[transport + 12]! >>> 4) << 2)
  let at = transport + tcpHeaderLength
  if (at === end) return -1
  let announced = 0
  while (at < end) {
    const kind = bytes[at]!
    if (kind === TcpOption.end) break
    if (kind === TcpOption.noOperation) {
      at++
      continue
    }
    if (at + 1 >= end) break
    const size = bytes[at + 1]!
    if (size < 2 || at + size > end) break
    if (kind === TcpOption.sackPermitted && size === 2) announced |= SideFlag.sackPermitted << 8
    if (kind === TcpOption.windowScale && size === 3) {
      announced = (announced & ~0xff) | Math.min(14, bytes[at + 2]!) | (SideFlag.windowScale << 8)
    }
    at += size
  }
  return announced
}

/** The highest right edge of the selective acknowledgments, or `acknowledgment` if none is higher. */
function highestSack(bytes: Uint8Array, transport: number, acknowledgment: number): number {
  const end = transport + ((bytes[transport + 12]! >>> 4) << 2)
  let highest = acknowledgment
  let at = transport + tcpHeaderLength
  while (at + 1 < end) {
    const kind = bytes[at]!
    if (kind === TcpOption.end) return highest
    if (kind === TcpOption.noOperation) {
      at++
      continue
    }
    const size = bytes[at + 1]!
    if (size < 2 || at + size > end) return highest
    if (kind === TcpOption.sack && size >= 10 && (size - 2) % 8 === 0) {
      for (let block = at + 2; block < at + size; block += 8) {
        const edge = readInt32(bytes, block + 4)
        if (isBefore(highest, edge)) highest = edge
      }
      return highest
    }
    at += size
  }
  return highest
}

/** A side is new, or begins anew: what its SYN says. */
function initialiseSide(
  words: Int32Array,
  at: number,
  packet: Packet,
  transport: number,
  direction: number,
  end: number,
  window: number,
): void {
  const sender = at + TcpWord.side + sideWords * direction
  words[sender + SideWord.end] = end
  words[sender + SideWord.maximumEnd] = end
  words[sender + SideWord.maximumWindow] = window === 0 ? 1 : window
  let sides = words[at + TcpWord.sides]!
  const announced = announcedOptions(packet.bytes, transport)
  if (announced >= 0) {
    const kept = flagsOf(sides, direction) & SideFlag.liberal
    sides = withFlags(withScale(sides, direction, announced & 15), direction, (announced >>> 8) | kept)
  }
  // Scaling holds only if both sides asked for it, which is known when the answer comes.
  const both = flagsOf(sides, 0) & flagsOf(sides, 1) & SideFlag.windowScale
  if (direction === 1 && both === 0) sides &= ~0xff
  words[at + TcpWord.sides] = sides
}

/**
 * Checks the segment against the windows and, where it fits, moves them. `state` is the connection's before this segment.
 * Answers {@link Window} or a Reason.
 */
export function isInWindow(
  entries: Entries,
  packet: Packet,
  entry: number,
  at: number,
  transport: number,
  direction: number,
  state: number,
  seen: number,
): number {
  const { words } = entries
  const { bytes } = packet
  const sender = at + TcpWord.side + sideWords * direction
  const receiver = at + TcpWord.side + sideWords * (1 - direction)
  const flags = bytes[transport + 13]!
  const isSyn = (flags & TcpFlag.syn) !== 0
  const isAck = (flags & TcpFlag.ack) !== 0
  let sequence = readInt32(bytes, transport + 4)
  let acknowledgment = readInt32(bytes, transport + 8)
  let sack = acknowledgment
  let window = readUint16(bytes, transport + 14)
  let end = segmentEnd(packet, transport)
  if (flagsOf(words[at + TcpWord.sides]!, 1 - direction) & SideFlag.sackPermitted && bytes[transport + 12]! >>> 4 > 5) {
    sack = highestSack(bytes, transport, acknowledgment)
  }
  // Acknowledgments speak of what NAT has made of the payloads that they acknowledge.
  const shift = entries.sequenceShift(entry, 1 - direction, (acknowledgment - 1) | 0)
  acknowledgment = (acknowledgment - shift) | 0
  sack = (sack - shift) | 0

  if (words[sender + SideWord.maximumWindow] === 0) {
    if (isSyn) {
      initialiseSide(words, at, packet, transport, direction, end, window)
      if (!isAck) return Window.accept
    } else {
      // Picked up in the middle: all that is known is this segment.
      const scaled = (window << scaleOf(words[at + TcpWord.sides]!, direction)) | 0
      words[sender + SideWord.end] = end
      words[sender + SideWord.maximumWindow] = scaled === 0 ? 1 : scaled
      words[sender + SideWord.maximumEnd] = (end + words[sender + SideWord.maximumWindow]!) | 0
      if (words[receiver + SideWord.maximumWindow] === 0) {
        words[receiver + SideWord.end] = sack
        words[receiver + SideWord.maximumEnd] = sack
      } else if (sack === ((words[receiver + SideWord.end]! + 1) | 0)) {
        // Likely the answer to a keep-alive probe.
        words[receiver + SideWord.end] = sack
      }
    }
  } else if (
    isSyn &&
    isBefore(words[sender + SideWord.end]!, end) &&
    (state === TcpState.synSent || state === TcpState.synReceived)
  ) {
    initialiseSide(words, at, packet, transport, direction, end, window)
    if (direction === 1 && !isAck) return Window.accept
  }

  const receiverEnd = words[receiver + SideWord.end]!
  // Some stacks set ACK with acknowledgment 0 in a reset.
  if (!isAck || ((flags & TcpFlag.rst) !== 0 && acknowledgment === 0)) {
    acknowledgment = receiverEnd
    sack = receiverEnd
  }
  if ((flags & TcpFlag.rst) !== 0 && sequence === 0 && state === TcpState.synSent) {
    sequence = words[sender + SideWord.end]!
    end = sequence
  }

  const sides = words[at + TcpWord.sides]!
  const isLiberal = entries.settings.isTcpLiberal || (flagsOf(sides, direction) & SideFlag.liberal) !== 0
  const senderEnd = words[sender + SideWord.end]!
  const senderMaximumEnd = words[sender + SideWord.maximumEnd]!
  const senderWindow = words[sender + SideWord.maximumWindow]!
  const receiverWindow = words[receiver + SideWord.maximumWindow]!
  const oldest = isBelow(oldestAcknowledgment, senderWindow) ? senderWindow : oldestAcknowledgment
  const isAckAbove = !isBefore(sack, (receiverEnd + 1) | 0)
  const isAckRecent = isBefore((receiverEnd - oldest - 1) | 0, sack)
  const isEndRecent = isBefore((senderEnd - receiverWindow - 1) | 0, end)

  if (!isBefore(sequence, (senderMaximumEnd + 1) | 0)) {
    const overshot = (end - senderMaximumEnd + 1) | 0
    if (receiverWindow !== 0 && isEndRecent && isAckRecent && !isBelow(receiverWindow, overshot) && !isAckAbove) {
      // A little too far: should the peer acknowledge it all the same, the acknowledgment must not look like one of unsent data.
      words[sender + SideWord.end] = end
      words[at + TcpWord.sides] = sides | (SideFlag.unacknowledgedData << (8 + 8 * direction))
      return isLiberal ? Window.accept : Window.ignore
    }
    return isLiberal ? Window.accept : Reason.sequenceAbove
  }
  if (isAckAbove) return isLiberal ? Window.accept : Reason.acknowledgmentAbove
  if ((receiverWindow !== 0 && !isEndRecent) || !isAckRecent) return isLiberal ? Window.accept : Window.ignore

  moveWindows(
    words,
    at,
    direction,
    acknowledgment,
    sack,
    end,
    isSyn ? window : window << scaleOf(sides, direction),
    isAck,
  )
  if (seen === Seen.ack) {
    if (!isSyn) window <<= scaleOf(sides, direction)
    countRetransmission(words, at, direction, sequence, acknowledgment, end, window)
  }
  return Window.accept
}

/** `window` is scaled. */
function moveWindows(
  words: Int32Array,
  at: number,
  direction: number,
  acknowledgment: number,
  sack: number,
  end: number,
  window: number,
  isAck: boolean,
): void {
  const sender = at + TcpWord.side + sideWords * direction
  const receiver = at + TcpWord.side + sideWords * (1 - direction)
  let sides = words[at + TcpWord.sides]!
  const shown = (window + (sack - acknowledgment)) | 0
  if (isBelow(words[sender + SideWord.maximumWindow]!, shown)) words[sender + SideWord.maximumWindow] = shown
  if (isBefore(words[sender + SideWord.end]!, end)) {
    words[sender + SideWord.end] = end
    sides |= SideFlag.unacknowledgedData << (8 + 8 * direction)
  }
  if (isAck) {
    const isSet = (flagsOf(sides, direction) & SideFlag.maximumAcknowledgedSet) !== 0
    if (!isSet || isBefore(words[sender + SideWord.maximumAcknowledged]!, acknowledgment)) {
      words[sender + SideWord.maximumAcknowledged] = acknowledgment
      sides |= SideFlag.maximumAcknowledgedSet << (8 + 8 * direction)
    }
  }
  if (words[receiver + SideWord.maximumWindow] !== 0 && isBefore(words[sender + SideWord.maximumEnd]!, end)) {
    words[receiver + SideWord.maximumWindow]! += end - words[sender + SideWord.maximumEnd]!
  }
  if (isBefore((words[receiver + SideWord.maximumEnd]! - 1) | 0, (sack + window) | 0)) {
    words[receiver + SideWord.maximumEnd] = sack + window + (window === 0 ? 1 : 0)
  }
  if (acknowledgment === words[receiver + SideWord.end]) sides &= ~(SideFlag.unacknowledgedData << (16 - 8 * direction))
  words[at + TcpWord.sides] = sides
}

function countRetransmission(
  words: Int32Array,
  at: number,
  direction: number,
  sequence: number,
  acknowledgment: number,
  end: number,
  window: number,
): void {
  const packed = words[at + TcpWord.state]!
  const isSame =
    ((packed >>> 7) & 1) === direction &&
    words[at + TcpWord.lastSequence] === sequence &&
    words[at + TcpWord.lastAcknowledgment] === acknowledgment &&
    words[at + TcpWord.lastEnd] === end &&
    words[at + TcpWord.lastWindow] === window
  if (isSame) {
    words[at + TcpWord.state] = (packed & ~0xff00) | ((packed + 0x100) & 0xff00)
    return
  }
  words[at + TcpWord.state] = (packed & ~0xff80) | (direction << 7)
  words[at + TcpWord.lastSequence] = sequence
  words[at + TcpWord.lastAcknowledgment] = acknowledgment
  words[at + TcpWord.lastEnd] = end
  words[at + TcpWord.lastWindow] = window
}
