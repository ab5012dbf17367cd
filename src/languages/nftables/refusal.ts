/** How a mistake leaves the depth of a parser or lowering step: thrown as a Refusal, caught where work can go on, kept as a Diagnostic. */

import { type Diagnostic, diagnosticOf, type Extras, type NftablesCode } from '../diagnostics/index.ts'
import type { Source } from '../../model/rules/index.ts'

/** Carries a diagnostic up to the nearest place that can go on behind it. Never leaves this room. */
export class Refusal extends Error {
  readonly diagnostic: Diagnostic
  constructor(diagnostic: Diagnostic) {
    super(diagnostic.message)
    this.diagnostic = diagnostic
  }
}

export function refuse(code: NftablesCode, span: Source, message: string, extras: Extras = {}): never {
  throw new Refusal(diagnosticOf(code, span, message, extras))
}

/** Collects diagnostics; after very many it says so once and keeps no more. */
export class Report {
  readonly diagnostics: Diagnostic[] = []
  /** More than anyone reads; a file that is no ruleset would make one a line. */
  static readonly most = 200

  add(diagnostic: Diagnostic): void {
    if (this.diagnostics.length < Report.most) this.diagnostics.push(diagnostic)
  }

  get hasErrors(): boolean {
    return this.diagnostics.some((diagnostic) => diagnostic.severity === 'error')
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
