/** Diagnostics as text for a terminal: place, message, the line of the file with a caret underline, related places, hint. */

import type { Source } from '../../model/rules/index.ts'
import type { Diagnostic } from './diagnostic.ts'
import { withoutUnseen } from './wording.ts'

/** Lines longer than this are shown in part, around the place. */
const widest = 160

/**
 * Several lines without a final line end. `texts` has the files' contents by name; a place in a file that is not there is
 * shown without excerpt.
 */
export function renderDiagnostic(diagnostic: Diagnostic, texts: ReadonlyMap<string, string>): string {
  const lines = [
    `${place(diagnostic.span)}: ${diagnostic.severity}[${diagnostic.code}]: ${diagnostic.message}`,
    ...excerpt(diagnostic.span, texts),
  ]
  for (const related of diagnostic.related) {
    lines.push(`${place(related.span)}: note: ${related.message}`, ...excerpt(related.span, texts))
  }
  if (diagnostic.hint !== null) lines.push(`  hint: ${diagnostic.hint}`)
  return lines.join('\n')
}

export const place = (span: Source): string => `${span.file}:${span.line}:${span.column}`

/** The line, and under it carets below what is meant; only the first line of a longer span. */
function excerpt(span: Source, texts: ReadonlyMap<string, string>): string[] {
  const text = texts.get(span.file)
  if (text === undefined) return []
  const start = span.offset - (span.column - 1)
  const lineEnd = text.indexOf('\n', start)
  const whole = text.slice(start, lineEnd < 0 ? text.length : lineEnd).replace(/\r$/, '')
  const cut = span.column - 1 > widest - 40 ? span.column - 1 - 40 : 0
  const shown = whole.slice(cut, cut + widest)
  const before = shown.slice(0, span.column - 1 - cut)
  const length = Math.max(1, Math.min(span.length, shown.length - before.length))
  const number = String(span.line)
  const margin = ' '.repeat(number.length)
  return [
    ` ${number} | ${withoutUnseen(shown)}`,
    // Tabs stay tabs, so that carets stand below their letters whatever the width of a tab.
    ` ${margin} | ${before.replace(/[^\t]/g, ' ')}${'^'.repeat(length)}`,
  ]
}
