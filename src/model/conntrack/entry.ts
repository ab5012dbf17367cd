/**
 * Layout of a tracked connection in the heap: a record of 32-bit words, addressed by its first word's offset (the handle).
 * Records differ in size: IPv4 addresses take one word, IPv6 addresses four, and accounting is kept only when asked for.
 */

import { Protocol } from '../packet/index.ts'

/** Offsets of the words that every record has. What every packet of a flow touches stands in the first 16 words (IPv4). */
export const Word = {
  /** {@link tupleKind}: protocol and family. In a free record: the next free one. */
  kind: 0,
  /** {@link Status} bits. */
  status: 1,
  /** When it expires, in milliseconds of the model's clock modulo 2^32. */
  expiry: 2,
  mark: 3,
  /** Number in order of confirmation; 0 before. */
  id: 4,
  /** Whatever the replay wants to remember of it. */
  owner: 5,
  /** Zone of the original direction in the low half, of the reply direction in the high half. */
  zones: 6,
  /** {@link Flag} bits, pending {@link Change} bits, timeout policy. */
  flags: 7,
  /** What the engine wants to remember of each direction: 16 bits, the original one's in the low half. */
  courses: 8,
  /** Original tuple, then reply tuple: source address, destination address, ports. */
  tuples: 9,
} as const

/** Bits of the flags word; the lowest nine are pending changes. */
export const Flag = {
  /** A rare thing is kept for it beside the heap (helper, labels, master, expectations). */
  hasSide: 0x200,
  isAccounted: 0x400,
  isLinked: 0x800,
  /** Only its reply tuple is in the table (clash resolution). */
  isReplyOnly: 0x1000,
  /** It stands in the list of its source: NAT has settled its source. */
  isListedBySource: 0x2000,
  /** Its source is the address of the interface that {@link NatWord} names. */
  isMasqueraded: 0x4000,
  /** Its translated port or identifier was drawn by lot: the kernel would have drawn another. */
  isDrawn: 0x8000,
  policyShift: 16,
  policyMask: 0xff,
} as const

export const isVersion6 = 0x100

/** Protocol and family in one number, so that one comparison checks both. */
export const tupleKind = (family: number, protocol: number): number => (family === 6 ? protocol | isVersion6 : protocol)

/** Words of one tuple by kind. */
export const tupleWords = (kind: number): number => (kind & isVersion6 ? 9 : 3)

/** Offset of what the tracker keeps, by kind. */
export const trackerOffset = (kind: number): number => (kind & isVersion6 ? 27 : 15)

/** How many words that is: TCP keeps windows of both sides, all others a few moments and tags. */
const trackerRoom = (kind: number): number => ((kind & 0xff) === Protocol.tcp ? 14 : 6)

/** Offset of the counters by kind: for each direction packets, bytes (low word), bytes (high word). */
export const accountOffset = (kind: number): number => trackerOffset(kind) + trackerRoom(kind)

/** What NAT keeps, from {@link natOffset} on. */
export const NatWord = {
  /** Neighbours in the list of its source: handles, 0 at the ends. */
  next: 0,
  previous: 1,
  /** Index of the interface that a masqueraded connection leaves by. */
  interface: 2,
} as const

/** Offset of what NAT keeps (3 words), by kind. */
export const natOffset = (kind: number, isAccounted: boolean): number => accountOffset(kind) + (isAccounted ? 6 : 0)

/**
 * Size of a record in words: 24 for UDP over IPv4, 32 for TCP. All are multiples of 8, so that the lowest bits of a handle are free: a
 * link is `handle | direction`.
 */
export const recordWords = (kind: number, isAccounted: boolean): number => (natOffset(kind, isAccounted) + 3 + 7) & ~7
