/** TCP: flags, states, reopened and half-open connections, resets, timeouts; nf_conntrack_proto_tcp of Linux 6.18. */

import { readInt32, readUint16 } from '../../bytes/index.ts'
import { type Packet, Protocol, tcpHeaderLength } from '../../packet/index.ts'
import type { Entries } from '../entries.ts'
import { Word } from '../entry.ts'
import { Reason } from '../reason.ts'
import { Change, Status } from '../status.ts'
import { TcpTimeout, type Timeouts, tick } from '../timeouts.ts'
import { isChecksumChecked, isChecksumRight } from './checksum.ts'
import { isClosing, isFlagsValid, Seen, seenByFlags, TcpState, tcpNext } from './tcp-states.ts'
import {
  announcedOptions,
  flagsOf,
  isBefore,
  isInWindow,
  SideFlag,
  SideWord,
  scaleOf,
  segmentEnd,
  sideWords,
  TcpWord,
  Window,
  withFlags,
  withScale,
} from './tcp-window.ts'
import { Answer } from './tracker.ts'

function judge(entries: Entries, packet: Packet, transport: number): number {
  const { bytes, end } = packet
  if (transport + tcpHeaderLength > end) return Reason.shortHeader
  const headerLength = (bytes[transport + 12]! >>> 4) << 2
  if (headerLength < tcpHeaderLength || transport + headerLength > end) return Reason.tcpDataOffset
  if (isChecksumChecked(entries, packet) && !isChecksumRight(packet, transport, end, Protocol.tcp))
    return Reason.checksum
  return isFlagsValid[bytes[transport + 13]!] === 1 ? Reason.none : Reason.tcpFlags
}

/** The first segment of a connection: its SYN, or whatever came by (loose). The record's words are zero. */
function open(entries: Entries, packet: Packet, at: number, transport: number, seen: number): number {
  const { words } = entries
  const next = tcpNext[seen * 10]!
  if (next === TcpState.invalid) return Reason.tcpNotOpening
  if (next !== TcpState.synSent && !entries.settings.isTcpLoose) return Reason.tcpNotLoose
  const end = segmentEnd(packet, transport)
  const window = Math.max(1, readUint16(packet.bytes, transport + 14))
  words.fill(0, at, at + 14)
  words[at + TcpWord.state] = Seen.none << 4
  const side = at + TcpWord.side
  words[side + SideWord.end] = end
  words[side + SideWord.maximumWindow] = window
  if (next === TcpState.synSent) {
    words[side + SideWord.maximumEnd] = end
    const announced = announcedOptions(packet.bytes, transport)
    if (announced >= 0) words[at + TcpWord.sides] = (announced & 15) | ((announced >>> 8) << 8)
  } else {
    words[side + SideWord.maximumEnd] = end + window
    // The scales were missed: believe both sides.
    const flags = SideFlag.sackPermitted | SideFlag.liberal
    words[at + TcpWord.sides] = (flags << 8) | (flags << 16)
  }
  return Reason.none
}

export function advance(entries: Entries, packet: Packet, entry: number, transport: number): number {
  const wrong = judge(entries, packet, transport)
  if (wrong !== Reason.none) return wrong
  const { words } = entries
  const at = entries.trackerWords(entry)
  const seen = seenByFlags[packet.bytes[transport + 13]!]!
  if ((words[entry + Word.status]! & Status.confirmed) === 0) {
    const refusal = open(entries, packet, at, transport, seen)
    if (refusal !== Reason.none) return refusal
  }
  const direction = packet.isReply ? 1 : 0
  const packed = words[at + TcpWord.state]!
  const state = packed & 15
  const next = tcpNext[(direction * 6 + seen) * 10 + state]!
  // The everyday case first: data and acknowledgments of an established connection.
  if (next === TcpState.established && state === TcpState.established) {
    return enter(entries, packet, entry, at, transport, direction, seen, state, next)
  }
  switch (next) {
    case TcpState.invalid:
      return Reason.tcpState
    case TcpState.ignore:
      return ignore(entries, packet, entry, at, transport, direction, seen, state)
    case TcpState.synSent:
      if (state < TcpState.timeWait) break
      return isReopening(words, at, packed, direction)
        ? reopen(entries, entry)
        : ignore(entries, packet, entry, at, transport, direction, seen, state)
    case TcpState.timeWait:
      if (isChallengeAck(packed, seen, state, direction)) {
        words[at + TcpWord.state] = packed & ~(SideFlag.challengeExpected << 20)
        return Answer.accept
      }
      break
    case TcpState.synSent2:
      words[at + TcpWord.state] = packed | (SideFlag.simultaneousOpen << 20)
      break
    case TcpState.synReceived:
      if (direction === 1 && seen === Seen.ack && (packed & (SideFlag.simultaneousOpen << 20)) !== 0) {
        return enter(entries, packet, entry, at, transport, direction, seen, state, TcpState.established)
      }
      break
    case TcpState.close:
      if (seen === Seen.rst) return reset(entries, packet, entry, at, transport, direction, state)
      break
  }
  return enter(entries, packet, entry, at, transport, direction, seen, state, next)
}

/** The old connection is over beyond doubt: one side closed it, or this side has just reset it. */
function isReopening(words: Int32Array, at: number, packed: number, direction: number): boolean {
  const sides = words[at + TcpWord.sides]!
  if (((flagsOf(sides, 0) | flagsOf(sides, 1)) & SideFlag.closeInitiator) !== 0) return true
  return ((packed >>> 7) & 1) === direction && ((packed >>> 4) & 7) === Seen.rst
}

function reopen(entries: Entries, entry: number): number {
  entries.kill(entry)
  return Answer.repeat
}

/** RFC 5961: the answer to a forged or stray SYN is not the acknowledgment of the last FIN. */
const isChallengeAck = (packed: number, seen: number, state: number, direction: number): boolean =>
  state === TcpState.lastAck &&
  seen === Seen.ack &&
  ((packed >>> 7) & 1) !== direction &&
  ((packed >>> 4) & 7) === Seen.syn &&
  (packed & (SideFlag.challengeExpected << 20)) !== 0

const pack = (packed: number, seen: number, direction: number): number =>
  (packed & ~0xf0) | (seen << 4) | (direction << 7)

/** Lets the segment through and remembers it, in case its answer shows that both ends know more than we do. */
function ignore(
  entries: Entries,
  packet: Packet,
  entry: number,
  at: number,
  transport: number,
  direction: number,
  seen: number,
  state: number,
): number {
  const { words } = entries
  const { bytes } = packet
  const packed = words[at + TcpWord.state]!
  const acknowledgment = readInt32(bytes, transport + 8)
  if (
    seen === Seen.synAck &&
    ((packed >>> 4) & 7) === Seen.syn &&
    ((packed >>> 7) & 1) !== direction &&
    acknowledgment === words[at + TcpWord.lastEnd]
  ) {
    resynchronise(words, at, direction)
    return enter(entries, packet, entry, at, transport, direction, seen, TcpState.synSent, TcpState.synReceived)
  }
  let noted = pack(packed, seen, direction)
  words[at + TcpWord.lastSequence] = readInt32(bytes, transport + 4)
  words[at + TcpWord.lastEnd] = segmentEnd(packet, transport)
  words[at + TcpWord.lastWindow] = readUint16(bytes, transport + 14)
  if (seen === Seen.syn && direction === 0) {
    const announced = Math.max(0, announcedOptions(bytes, transport))
    const challenge = state === TcpState.lastAck ? SideFlag.challengeExpected : 0
    noted = (noted & 0xf000ffff) | ((announced & 15) << 16) | (((announced >>> 8) | challenge) << 20)
  }
  if (state === TcpState.synSent && seen === Seen.ack && direction === 1)
    words[at + TcpWord.lastAcknowledgment] = acknowledgment
  words[at + TcpWord.state] = noted
  return Answer.accept
}

/** A SYN-ACK answers a SYN that was let through: both ends agree, so take over what the SYN said and forget the answerer's past. */
function resynchronise(words: Int32Array, at: number, direction: number): void {
  const packed = words[at + TcpWord.state]! & ~(SideFlag.challengeExpected << 20)
  const opener = 1 - direction
  const side = at + TcpWord.side + sideWords * opener
  words[side + SideWord.end] = words[at + TcpWord.lastEnd]!
  words[side + SideWord.maximumEnd] = words[at + TcpWord.lastEnd]!
  words[side + SideWord.maximumWindow] = words[at + TcpWord.lastWindow] || 1
  const answerer = at + TcpWord.side + sideWords * direction
  words.fill(0, answerer, answerer + sideWords)
  const kept = flagsOf(words[at + TcpWord.sides]!, direction) & SideFlag.liberal
  let sides = withScale(withFlags(words[at + TcpWord.sides]!, direction, kept), direction, 0)
  sides = withScale(withFlags(sides, opener, (packed >>> 20) & 0xff), opener, (packed >>> 16) & 15)
  words[at + TcpWord.sides] = sides
  words[at + TcpWord.state] = packed
}

/** A RST: it must come from someone who knows the connection (RFC 5961), or answer a segment that was let through. */
function reset(
  entries: Entries,
  packet: Packet,
  entry: number,
  at: number,
  transport: number,
  direction: number,
  state: number,
): number {
  const { words } = entries
  const { bytes } = packet
  const status = words[entry + Word.status]!
  const packed = words[at + TcpWord.state]!
  const last = (packed >>> 4) & 7
  const lastDirection = (packed >>> 7) & 1
  const sequence = readInt32(bytes, transport + 4)
  let next: number = TcpState.close
  if (isClosing(state)) return settle(entries, packet, entry, at, direction, Seen.rst, state, next)
  const isEstablished = state === TcpState.established && (status & Status.assured) !== 0
  const receiver = at + TcpWord.side + sideWords * (1 - direction)
  const isAcknowledgedKnown =
    (flagsOf(words[at + TcpWord.sides]!, 1 - direction) & SideFlag.maximumAcknowledgedSet) !== 0
  if (isAcknowledgedKnown && last !== Seen.syn) {
    const acknowledged = words[receiver + SideWord.maximumAcknowledged]!
    // Sequence 0 most likely answers a SYN that was let through.
    if (sequence !== 0 || isEstablished) {
      if (isBefore(sequence, acknowledged) && !entries.settings.isTcpInvalidResetIgnored) return Reason.tcpReset
      const isBehindOwnData =
        last === Seen.ack && lastDirection === direction && sequence === words[at + TcpWord.lastEnd]
      if (isEstablished && sequence !== acknowledged && !isBehindOwnData) next = state
      else return enter(entries, packet, entry, at, transport, direction, Seen.rst, state, next)
    } else return enter(entries, packet, entry, at, transport, direction, Seen.rst, state, next)
  }
  const isAnswerToIgnored =
    ((status & Status.seenReply) !== 0 && last === Seen.syn && lastDirection !== direction) ||
    ((status & Status.assured) === 0 && last === Seen.ack)
  if (isAnswerToIgnored && readInt32(bytes, transport + 8) === words[at + TcpWord.lastEnd]) {
    return settle(entries, packet, entry, at, direction, Seen.rst, state, next)
  }
  const isAnswerToChallenge = state === TcpState.synSent && last === Seen.ack && lastDirection === 1
  if (isAnswerToChallenge && sequence === words[at + TcpWord.lastAcknowledgment]) {
    return settle(entries, packet, entry, at, direction, Seen.rst, state, next)
  }
  return enter(entries, packet, entry, at, transport, direction, Seen.rst, state, next)
}

/** Checks the window, then settles the state. */
function enter(
  entries: Entries,
  packet: Packet,
  entry: number,
  at: number,
  transport: number,
  direction: number,
  seen: number,
  state: number,
  next: number,
): number {
  // The window follows the state kept in the record, which a resynchronised connection has not yet left.
  const kept = entries.words[at + TcpWord.state]! & 15
  const answer = isInWindow(entries, packet, entry, at, transport, direction, kept, seen)
  if (answer === Window.accept) return settle(entries, packet, entry, at, direction, seen, state, next)
  if (answer === Window.ignore) return Answer.accept
  hastenEnd(entries, entry, at, direction, seen)
  return answer
}

/** FIN or RST outside the windows from both sides: the connection is likely dead; do not keep it for days. */
function hastenEnd(entries: Entries, entry: number, at: number, direction: number, seen: number): void {
  const { words } = entries
  const status = words[entry + Word.status]!
  if ((status & Status.assured) === 0 || (status & Status.fixedTimeout) !== 0) return
  if (seen !== Seen.rst && seen !== Seen.fin) return
  const packed = words[at + TcpWord.state]!
  const last = (packed >>> 4) & 7
  if (((packed >>> 7) & 1) === direction || (last !== Seen.fin && last !== Seen.rst)) {
    words[at + TcpWord.state] = pack(packed, seen, direction)
    return
  }
  const timeout = entries.timeoutsFor(entry, entries.timeouts.tcp)[TcpTimeout.unacknowledged]!
  const remaining = entries.remaining(entry)
  if (remaining >= 120_000 && remaining > timeout * tick) entries.setTicks(entry, timeout)
}

function timeoutFor(
  entries: Entries,
  timeouts: Timeouts,
  words: Int32Array,
  at: number,
  seen: number,
  next: number,
): number {
  const usual = timeouts[next]!
  const retransmissions = timeouts[TcpTimeout.maximumRetransmissions]!
  const unacknowledged = timeouts[TcpTimeout.unacknowledged]!
  const count = (words[at + TcpWord.state]! >>> 8) & 0xff
  if (count >= entries.settings.tcpMaximumRetransmissions && usual > retransmissions) return retransmissions
  if (seen === Seen.rst) return timeouts[TcpState.close]!
  const sides = words[at + TcpWord.sides]!
  if (
    (sides & ((SideFlag.unacknowledgedData << 8) | (SideFlag.unacknowledgedData << 16))) !== 0 &&
    usual > unacknowledged
  )
    return unacknowledged
  if (words[at + TcpWord.lastWindow] === 0 && usual > retransmissions) return retransmissions
  return usual
}

/** The segment is believed: new state, timeout, ASSURED; or the end of an unanswered connection. */
function settle(
  entries: Entries,
  packet: Packet,
  entry: number,
  at: number,
  direction: number,
  seen: number,
  state: number,
  next: number,
): number {
  const { words } = entries
  words[at + TcpWord.state] = (pack(words[at + TcpWord.state]!, seen, direction) & ~15) | next
  if (state !== next) {
    if (next === TcpState.finWait) words[at + TcpWord.sides]! |= SideFlag.closeInitiator << (8 + 8 * direction)
    entries.changed(entry, Change.protocol)
  }
  const timeouts = entries.timeoutsFor(entry, entries.timeouts.tcp)
  let timeout = timeoutFor(entries, timeouts, words, at, seen, next)
  const status = words[entry + Word.status]!
  const length = packet.end - packet.start
  if ((status & Status.seenReply) === 0) {
    if (seen === Seen.rst) {
      entries.account(entry, packet.isReply, length)
      entries.kill(entry)
      return Answer.accept
    }
    // A client that repeats its SYN for ever must not keep the entry alive for ever.
    if (seen === Seen.syn && state === TcpState.synSent) return Answer.accept
    if (next === TcpState.established) timeout = Math.min(timeout, timeouts[TcpTimeout.unacknowledged]!)
  } else if (
    (status & Status.assured) === 0 &&
    next === TcpState.established &&
    (state === TcpState.synReceived || state === TcpState.established)
  ) {
    entries.addStatus(entry, Status.assured)
    entries.changed(entry, Change.assured)
  }
  entries.refresh(entry, timeout, packet.isReply, length)
  return Answer.accept
}

/** `reject with tcp reset` answers for the far end: a confirmed connection is closed (nf_conntrack_tcp_set_closing). */
export function close(entries: Entries, entry: number): void {
  const { words } = entries
  if ((words[entry + Word.status]! & Status.confirmed) === 0) return
  const at = entries.trackerWords(entry)
  const packed = words[at + TcpWord.state]!
  words[at + TcpWord.state] = (packed & ~15) | TcpState.close
  if ((packed & 15) === TcpState.close || (words[entry + Word.status]! & Status.fixedTimeout) !== 0) return
  entries.setTicks(entry, entries.timeoutsFor(entry, entries.timeouts.tcp)[TcpState.close]!)
  entries.changed(entry, Change.protocol)
}

/** What ctnetlink shows of a TCP entry. */
export interface TcpDescription {
  readonly state: number
  readonly scales: readonly [number, number]
  readonly flags: readonly [number, number]
}

export function describe(entries: Entries, entry: number): TcpDescription {
  const at = entries.trackerWords(entry)
  const sides = entries.words[at + TcpWord.sides]!
  return {
    state: entries.words[at + TcpWord.state]! & 15,
    scales: [scaleOf(sides, 0), scaleOf(sides, 1)],
    flags: [flagsOf(sides, 0), flagsOf(sides, 1)],
  }
}
