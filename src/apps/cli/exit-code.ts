/** What the program's exit code says; docs/exit-codes.md is for people. */

/** findings: the answer is "no", or the input could be read only in part. usage: nothing was done. failure: a defect of the program. */
export const ExitCode = { ok: 0, findings: 1, usage: 2, failure: 70 } as const

/** A mistake of the person who called: told in its lines, without a stack; nothing else was done. */
export class UsageError extends Error {
  override readonly name = 'UsageError'
  /** The lines begin with the place in a file, so the program's name is not put before them. */
  readonly isLocated: boolean

  /** One line each. */
  constructor(lines: string | readonly string[], isLocated = false) {
    super(typeof lines === 'string' ? lines : lines.join('\n'))
    this.isLocated = isLocated
  }
}
