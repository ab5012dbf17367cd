/** SCTP: chunks, verification tags, states; nf_conntrack_proto_sctp of Linux 6.18, RFC 9260 sections 8.4 and 8.5. */

import { readInt32, readUint16 } from '../../bytes/index.ts'
import type { Packet } from '../../packet/index.ts'
import type { Entries } from '../entries.ts'
import { Word } from '../entry.ts'
import { Reason } from '../reason.ts'
import { Change, Status } from '../status.ts'
import { isChecksumChecked } from './checksum.ts'
import { isSctpChecksumRight } from './sctp-checksum.ts'
import { Chunk, nextState, SctpState } from './sctp-states.ts'
import { Answer } from './tracker.ts'

/** Offsets in the tracker's words. */
const stateWord = 0
const tagWord = 1
/** {@link initSeen} for each direction, {@link heartbeatFailed}, then the direction in which it failed. */
const flagsWord = 3

const initSeen = (direction: number): number => 1 << direction
const heartbeatFailed = 4
const failedDirection = 8

const headerLength = 12

/** Which chunk types the packet has: bits of types 0 to 15. */
let chunks = 0

const has = (chunk: number): boolean => (chunks & (1 << chunk)) !== 0

/** Walks the chunks once: INIT, INIT-ACK and SHUTDOWN-COMPLETE stand alone, cookies come first, no chunk has length zero. */
function judge(packet: Packet, transport: number): number {
  const { bytes, end } = packet
  chunks = 0
  let count = 0
  let isAlone = false
  for (let at = transport + headerLength; at + 4 <= end; at += (readUint16(bytes, at + 2) + 3) & ~3) {
    const type = bytes[at]!
    if (type === Chunk.init || type === Chunk.initAck || type === Chunk.shutdownComplete) isAlone = true
    const isFirst = type === Chunk.cookieAck || type === Chunk.cookieEcho
    if ((count > 0 && (isAlone || isFirst)) || readUint16(bytes, at + 2) === 0) return Reason.sctpChunks
    if (type < 16) chunks |= 1 << type
    count++
  }
  return count === 0 ? Reason.sctpChunks : Reason.none
}

/** The packet that would open an association. Only the tags are noted: the state moves as for any other packet. */
function open(words: Int32Array, packet: Packet, at: number, transport: number): number {
  const { bytes, end } = packet
  if (has(Chunk.abort) || has(Chunk.shutdownComplete) || has(Chunk.cookieAck)) return Reason.sctpOutOfTheBlue
  words.fill(0, at, at + 4)
  const tag = readInt32(bytes, transport + 4)
  for (let chunk = transport + headerLength; chunk + 4 <= end; chunk += (readUint16(bytes, chunk + 2) + 3) & ~3) {
    const type = bytes[chunk]!
    if (nextState(0, type, SctpState.none) === SctpState.none) return Reason.sctpOutOfTheBlue
    if (type === Chunk.init) {
      if (tag !== 0) return Reason.sctpVerificationTag
      if (chunk + 20 > end) return Reason.sctpChunks
      words[at + tagWord + 1] = readInt32(bytes, chunk + 4)
    } else if (type === Chunk.heartbeat) words[at + tagWord] = tag
    // Out of the blue: a SHUTDOWN-COMPLETE with the same tag is to be expected.
    else if (type === Chunk.shutdownAck) words[at + tagWord + 1] = tag
  }
  return Reason.none
}

const isTagFree = (): boolean =>
  has(Chunk.init) ||
  has(Chunk.shutdownComplete) ||
  has(Chunk.cookieEcho) ||
  has(Chunk.abort) ||
  has(Chunk.shutdownAck) ||
  has(Chunk.heartbeat) ||
  has(Chunk.heartbeatAck)

export function advance(entries: Entries, packet: Packet, entry: number, transport: number): number {
  const { words } = entries
  const { bytes, end } = packet
  if (transport + headerLength > end) return Reason.shortHeader
  if (isChecksumChecked(entries, packet) && !isSctpChecksumRight(bytes, transport, end)) return Reason.checksum
  const wrong = judge(packet, transport)
  if (wrong !== Reason.none) return wrong
  const at = entries.trackerWords(entry)
  if ((words[entry + Word.status]! & Status.confirmed) === 0) {
    const refusal = open(words, packet, at, transport)
    if (refusal !== Reason.none) return refusal
  }
  const direction = packet.isReply ? 1 : 0
  const tag = readInt32(bytes, transport + 4)
  if (!isTagFree() && tag !== words[at + tagWord + direction]) return Reason.sctpVerificationTag

  let isIgnored = false
  let state: number = SctpState.none
  for (let chunk = transport + headerLength; chunk + 4 <= end; chunk += (readUint16(bytes, chunk + 2) + 3) & ~3) {
    const type = bytes[chunk]!
    const judged = checkTag(words, at, direction, tag, type, bytes[chunk + 1]!, isIgnored)
    if (judged > 0) return judged
    if (judged < 0) {
      isIgnored = true
      continue
    }
    const before = words[at + stateWord]!
    state = nextState(direction, type, before)
    if (state === SctpState.invalid) return Reason.sctpState
    if (type === Chunk.init || type === Chunk.initAck) {
      if (chunk + 20 > end) return Reason.sctpChunks
      const refusal = noteTag(words, at, direction, type, readInt32(bytes, chunk + 4), before)
      if (refusal !== Reason.none) return refusal
      const isRepeated = state === SctpState.closed && before === SctpState.closed
      if (type === Chunk.init && isRepeated && (words[entry + Word.status]! & Status.confirmed) !== 0) isIgnored = true
    }
    words[at + stateWord] = state
    if (state !== before) moved(entries, entry, state)
  }
  if (isIgnored) return Answer.accept
  const timeouts = entries.timeoutsFor(entry, entries.timeouts.sctp)
  entries.refresh(entry, timeouts[state]!, packet.isReply, end - packet.start)
  return Answer.accept
}

function moved(entries: Entries, entry: number, state: number): void {
  entries.changed(entry, Change.protocol)
  if (state !== SctpState.established || (entries.status(entry) & Status.assured) !== 0) return
  entries.addStatus(entry, Status.assured)
  entries.changed(entry, Change.assured)
}

/** The special rules for the verification tag of one chunk: 0 fits, -1 pass the chunk over, else a Reason. */
function checkTag(
  words: Int32Array,
  at: number,
  direction: number,
  tag: number,
  type: number,
  flags: number,
  isIgnored: boolean,
): number {
  const own = words[at + tagWord + direction]!
  const peer = words[at + tagWord + 1 - direction]!
  switch (type) {
    case Chunk.init:
      return tag === 0 ? 0 : Reason.sctpVerificationTag
    case Chunk.abort:
    case Chunk.shutdownComplete:
      // The T bit says: the sender has no association and reflects the tag.
      return tag === ((flags & 1) === 0 ? own : peer) ? 0 : Reason.sctpVerificationTag
    case Chunk.cookieEcho:
      return tag === own ? 0 : Reason.sctpVerificationTag
    case Chunk.heartbeat:
    case Chunk.heartbeatAck:
      return checkHeartbeat(words, at, direction, tag, type, own, isIgnored)
    case Chunk.cookieAck:
      // The association stands: an INIT-ACK from now on must announce the tag that is known.
      words[at + flagsWord] = words[at + flagsWord]! & ~(initSeen(0) | initSeen(1))
      return 0
    default:
      return 0
  }
}

/** A heartbeat with a strange tag may be a restarted peer on a second path: believed when it is answered. */
function checkHeartbeat(
  words: Int32Array,
  at: number,
  direction: number,
  tag: number,
  type: number,
  own: number,
  isIgnored: boolean,
): number {
  const flags = words[at + flagsWord]!
  if (own === 0) {
    words[at + tagWord + direction] = tag
    return 0
  }
  if (tag === own) {
    words[at + flagsWord] = flags & ~heartbeatFailed
    return 0
  }
  if (has(Chunk.data) || isIgnored) return Reason.sctpVerificationTag
  if (type === Chunk.heartbeat) {
    words[at + flagsWord] = (flags & ~failedDirection) | heartbeatFailed | (direction ? failedDirection : 0)
    return -1
  }
  const wasDirection = flags & failedDirection ? 1 : 0
  if ((flags & heartbeatFailed) === 0 || wasDirection === direction) return Reason.sctpVerificationTag
  words[at + flagsWord] = flags & ~heartbeatFailed
  words[at + tagWord + direction] = tag
  words[at + tagWord + 1 - direction] = 0
  return 0
}

/** INIT and INIT-ACK say which tag the other side must use. */
function noteTag(
  words: Int32Array,
  at: number,
  direction: number,
  type: number,
  announced: number,
  before: number,
): number {
  const flags = words[at + flagsWord]!
  const both = initSeen(0) | initSeen(1)
  const known = words[at + tagWord + 1 - direction]!
  if (type === Chunk.init) {
    // One that announces the known tag is a stale or repeated one.
    if (before === SctpState.none || known !== announced) {
      const kept = (flags & both) === both ? flags & ~initSeen(1 - direction) : flags
      words[at + flagsWord] = kept | initSeen(direction)
    }
  } else {
    if ((flags & initSeen(1 - direction)) === 0 && known !== 0 && known !== announced) return Reason.sctpVerificationTag
    if ((flags & both) === both && known !== announced) return Reason.sctpVerificationTag
  }
  words[at + tagWord + 1 - direction] = announced
  return Reason.none
}

/** What ctnetlink shows of an SCTP entry. */
export interface SctpDescription {
  readonly state: number
  readonly tags: readonly [number, number]
}

export function describe(entries: Entries, entry: number): SctpDescription {
  const at = entries.trackerWords(entry)
  const { words } = entries
  return { state: words[at + stateWord]!, tags: [words[at + tagWord]! >>> 0, words[at + tagWord + 1]! >>> 0] }
}
