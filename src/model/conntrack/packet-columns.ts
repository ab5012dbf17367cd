/** Everyday packets side by side, in columns: whole, IPv4 without options, TCP or UDP, with right checksums, in zone 0. */

import type { Packet } from '../packet/index.ts'

export interface PacketColumns {
  /** The bytes in which all of them lie. */
  readonly bytes: Uint8Array
  /** Offsets of their network headers, and bytes from there on. */
  readonly starts: Int32Array
  readonly lengths: Int32Array
  readonly protocols: Uint16Array
  /** Words of their tuples, and `hashTuple4` of these. */
  readonly sources: Int32Array
  readonly destinations: Int32Array
  readonly ports: Int32Array
  readonly hashes: Int32Array
  /** Interfaces by which they come in. 0: no everyday packet stands here. */
  readonly inputs: Int32Array
  /** Model time in milliseconds; never runs back. */
  readonly times: Float64Array
  /** Filled by conntrack: the links (`handle | direction`) of their connections, 0 where there is none. */
  readonly links: Int32Array
  /** Of those that passed: the course, and the owner of the connection. Courses of all others are 0. */
  readonly courses: Int32Array
  readonly owners: Int32Array
}

/** Whether packets of a course come in by an interface, and may be so long. */
export interface CourseTest {
  isFor(course: number, input: number, length: number): boolean
}

const headerLength = 20

/** Makes `packet`, which was reset, the everyday packet at `i`, decoded. */
export function takeFrom(
  { bytes, inputs, lengths, protocols, starts }: PacketColumns,
  i: number,
  packet: Packet,
): void {
  const start = starts[i]!
  if (packet.bytes !== bytes) packet.bytes = bytes
  packet.start = start
  packet.end = start + lengths[i]!
  packet.family = 4
  packet.protocol = protocols[i]!
  packet.transport = start + headerLength
  packet.input = inputs[i]!
  packet.isChecksumVerified = true
}
