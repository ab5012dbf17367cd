/** How a mistake leaves the depth of a parser or lowering step: thrown as a Refusal, caught where work can go on, kept as a Diagnostic. */

import type { Source } from '../../model/rules/index.ts'
import { type Diagnostic, diagnosticOf, type Extras, type NftablesCode } from '../diagnostics/index.ts'

/** Carries a diagnostic up to the nearest place that can go on behind it. Never leaves this room. */
export class Refusal extends Error {
  /** Null: what is wrong was told before, at its cause. */
  readonly diagnostic: Diagnostic | null
  constructor(diagnostic: Diagnostic | null) {
    super(diagnostic?.message ?? 'refused before')
    this.diagnostic = diagnostic
  }
}

/** Gives up what depends on something that was refused already. */
export function giveUp(): never {
  throw new Refusal(null)
}

export function refuse(code: NftablesCode, span: Source, message: string, extras: Extras = {}): never {
  throw new Refusal(diagnosticOf(code, span, message, extras))
}

/** Collects diagnostics; after very many it says so once and keeps no more. */
export class Report {
  readonly diagnostics: Diagnostic[] = []
  #hasErrors = false
  /** More than anyone reads; a file that is no ruleset would make one a line. */
  static readonly most = 200

  add(diagnostic: Diagnostic | null): void {
    if (diagnostic === null || this.#isTold(diagnostic)) return
    // Also of those that are not kept.
    if (diagnostic.severity === 'error') this.#hasErrors = true
    if (this.diagnostics.length < Report.most) this.diagnostics.push(diagnostic)
  }

  /** One place, one mistake: three braces that are missing at the end of a file are told once. */
  #isTold({ code, span }: Diagnostic): boolean {
    return this.diagnostics.some(
      (one) => one.code === code && one.span.file === span.file && one.span.offset === span.offset,
    )
  }

  get hasErrors(): boolean {
    return this.#hasErrors
  }

  /** Runs `work`; a refusal is kept and gives null. */
  attempt<T>(work: () => T): T | null {
    try {
      return work()
    } catch (error) {
      if (!(error instanceof Refusal)) throw error
      this.add(error.diagnostic)
      return null
    }
  }
}
