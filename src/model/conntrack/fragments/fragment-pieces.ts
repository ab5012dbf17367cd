/** The payloads of a packet's fragments: kept in order, told from duplicates and overlaps, joined (Linux inet_fragment). */

/** A fragment's payload, with its place in the packet. */
export interface Piece {
  readonly from: number
  readonly to: number
  readonly data: Uint8Array
  /** Where the run begins that it belongs to: pieces that came one right behind the other at the packet's growing end. */
  readonly run: number
}

/** Where a fragment fits: it was taken, is inside what is there, or overlaps it. */
export const Fit = { taken: 0, duplicate: 1, overlap: 2 } as const

/**
 * Puts the payload bytes in their place. A fragment inside one run of pieces is a duplicate; any other overlap spoils the queue
 * (inet_frag_queue_insert).
 */
export function insertPiece(pieces: Piece[], from: number, to: number, bytes: Uint8Array, payloadAt: number): number {
  let place = pieces.length
  while (place > 0 && pieces[place - 1]!.from >= to) place--
  const before = pieces[place - 1]
  if (before && before.to > from)
    return from >= before.run && to <= endOfRun(pieces, place - 1) ? Fit.duplicate : Fit.overlap
  // Only at the end do pieces join to runs: what fills a gap stays alone.
  const run = before && place === pieces.length && before.to === from ? before.run : from
  pieces.splice(place, 0, { from, to, data: bytes.slice(payloadAt, payloadAt + to - from), run })
  return Fit.taken
}

function endOfRun(pieces: readonly Piece[], at: number): number {
  let last = at
  while (pieces[last + 1]?.run === pieces[at]!.run) last++
  return pieces[last]!.to
}

/** The first fragment's headers (`headersLength` bytes) and the payloads of all, `length` bytes. */
export function joinPieces(
  pieces: readonly Piece[],
  length: number,
  first: Uint8Array,
  headersLength: number,
): Uint8Array {
  const whole = new Uint8Array(headersLength + length)
  whole.set(first.subarray(0, headersLength))
  for (const { from, data } of pieces) whole.set(data, headersLength + from)
  return whole
}

/**
 * RFC 3168 section 5.3: the bits that the first fragment's own get beside; CE on one fragment marks the whole. Not-ECT mixed with
 * anything else makes the packet unusable: -1.
 */
export function mergedEcn(seen: number): number {
  if (seen === 1) return 0
  if (seen & 1) return -1
  return seen & 8 ? 3 : 0
}
