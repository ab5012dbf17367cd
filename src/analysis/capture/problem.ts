/** What was wrong with a capture: values for the person who has the file, bounded however bad the file is. */

/** Codes never change meaning. `fatal` ends the reading: what follows in the file cannot be trusted or found. */
export const problemCodes = {
  'empty-file': 'fatal',
  'unknown-magic': 'fatal',
  'unsupported-version': 'fatal',
  'truncated-header': 'fatal',
  'truncated-record': 'fatal',
  'truncated-block': 'fatal',
  'record-too-long': 'fatal',
  'bad-byte-order-magic': 'fatal',
  'bad-block-length': 'fatal',
  'block-length-mismatch': 'fatal',
  'too-many-interfaces': 'fatal',
  'block-too-long': 'skipped',
  'block-too-short': 'skipped',
  'captured-exceeds-block': 'skipped',
  'unknown-interface': 'skipped',
  'captured-exceeds-original': 'kept',
  'bad-options': 'kept',
} as const

/** Names one way in which a capture can be wrong. */
export type ProblemCode = keyof typeof problemCodes

/** The first of its code in this capture; `count` says how many there were. */
export interface Problem {
  readonly code: ProblemCode
  /** fatal: nothing after it is read. skipped: one block was lost. kept: the frame was delivered all the same. */
  readonly effect: 'fatal' | 'skipped' | 'kept'
  /** Expected, then found; lower case, no final stop. */
  readonly message: string
  /** Where the record, block or header starts, counted from the start of the (uncompressed) capture. */
  readonly byteOffset: number
  /** The number that the frame in question has or would have had; absent when no frame is concerned. */
  readonly frame?: number
  readonly count: number
}

/** Collects problems, one entry per code, so that a capture of ten billion bad records needs no more memory. */
export class ProblemLog {
  readonly #entries: Problem[] = []

  /** In order of first occurrence. */
  get all(): readonly Problem[] {
    return this.#entries
  }

  /** Adds the problem, or counts it if one of its code is known. */
  note(code: ProblemCode, message: string, byteOffset: number, frame?: number): void {
    const known = this.#entries.findIndex((entry) => entry.code === code)
    const first = this.#entries[known]
    if (first !== undefined) {
      this.#entries[known] = { ...first, count: first.count + 1 }
      return
    }
    const place = frame === undefined ? {} : { frame }
    this.#entries.push({ code, effect: problemCodes[code], message, byteOffset, ...place, count: 1 })
  }
}
