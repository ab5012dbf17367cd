/**
 * Everyday packets one behind the other, as rows of words: whole, IPv4 without options, TCP or UDP, with right checksums, in zone 0. All words lie in
 * one array, as each further one costs its bounds and its place at every step (bench/replay.ts).
 */

import type { Packet } from '../packet/index.ts'

/** Words of a row. */
export const Row = {
  /** Interface by which it comes in. 0: no everyday packet stands here, and nothing else in the row counts. */
  input: 0,
  /** Where its network header begins, and bytes from there on. */
  start: 1,
  length: 2,
  protocol: 3,
  /** Words of its tuple, and `hashTuple4` of them. */
  source: 4,
  destination: 5,
  ports: 6,
  hash: 7,
  /** Filled by conntrack: the link (`handle | direction`) of its connection, 0 where there is none. */
  link: 8,
  /** Of a packet that has passed: its course, and the owner of its connection; the course of any other is 0. */
  course: 9,
  owner: 10,
} as const

/** Words that are known before conntrack has seen it: those up to the link. */
export const seenWords: number = Row.link
export const rowWords = 12

export interface PacketRows {
  /** The bytes in which all of them lie. */
  readonly bytes: Uint8Array
  /** {@link rowWords} for each packet. */
  readonly words: Int32Array
  /** Model time of each in milliseconds; never runs back. */
  readonly times: Float64Array
}

/** Who keeps the courses. */
export interface CourseBook {
  /** Whether a packet that comes in by an interface, and is so long, goes the course. */
  isFor(course: number, input: number, length: number): boolean
  /** A packet has gone it. */
  count(course: number, length: number): void
}

const headerLength = 20

/** Makes `packet`, which was reset, the everyday packet of row `i`, decoded. */
export function takeFrom({ bytes, words }: PacketRows, i: number, packet: Packet): void {
  const row = i * rowWords
  const start = words[row + Row.start]!
  if (packet.bytes !== bytes) packet.bytes = bytes
  packet.start = start
  packet.end = start + words[row + Row.length]!
  packet.family = 4
  packet.protocol = words[row + Row.protocol]!
  packet.transport = start + headerLength
  packet.input = words[row + Row.input]!
  packet.isChecksumVerified = true
}
