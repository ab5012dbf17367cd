/** What is told to the person who wrote a ruleset: one mistake or refusal, where it is, and what belongs to it. */

import type { Source } from '../../model/rules/index.ts'

export type Severity = 'error' | 'warning'

/** A place that explains the diagnostic: where something was decided, or declared before. */
export interface Related {
  readonly span: Source
  readonly message: string
}

export interface Diagnostic {
  /** Permanent name from the language's table of codes; never reused for something else. */
  readonly code: string
  readonly severity: Severity
  /** Lower case, no final stop; what was expected, then what was found. */
  readonly message: string
  readonly span: Source
  readonly related: readonly Related[]
  /** What to do about it; null unless sure. */
  readonly hint: string | null
}

/** What a diagnostic may carry besides code, place and message. */
export interface Extras {
  readonly related?: readonly Related[]
  readonly hint?: string | null
  readonly severity?: Severity
}

export const diagnosticOf = (code: string, span: Source, message: string, extras: Extras = {}): Diagnostic => ({
  code,
  severity: extras.severity ?? 'error',
  message,
  span,
  related: extras.related ?? [],
  hint: extras.hint ?? null,
})
