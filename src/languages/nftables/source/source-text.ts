/** A file's text with its line starts, so that any offset becomes a place that people can find. */

import type { Source } from '../../../model/rules/index.ts'

export interface SourceText {
  readonly name: string
  readonly text: string
  /** Offset of the first character of each line. */
  readonly lineStarts: readonly number[]
}

export function sourceText(name: string, text: string): SourceText {
  const lineStarts = [0]
  for (let at = text.indexOf('\n'); at >= 0; at = text.indexOf('\n', at + 1)) lineStarts.push(at + 1)
  return { name, text, lineStarts }
}

/** The place from offset `start` to before offset `end`. */
export function spanOf(source: SourceText, start: number, end: number): Source {
  let low = 0
  let high = source.lineStarts.length - 1
  while (low < high) {
    const middle = (low + high + 1) >>> 1
    if ((source.lineStarts[middle] ?? 0) <= start) low = middle
    else high = middle - 1
  }
  const column = start - (source.lineStarts[low] ?? 0) + 1
  return { file: source.name, line: low + 1, column, offset: start, length: Math.max(0, end - start) }
}

/** From the beginning of one place to the end of another; the first alone when they lie in different files. */
export const joinSpans = (first: Source, last: Source): Source =>
  first.file === last.file && last.offset + last.length > first.offset
    ? { ...first, length: last.offset + last.length - first.offset }
    : first

/** Text on one line: comments and continued lines gone, blanks outside quotes folded. */
export const foldBlanks = (text: string): string =>
  text.replace(/"[^"]*"|(?:#[^\n]*|\\\r?\n|\s)+/g, (found) => (found.startsWith('"') ? found : ' ')).trim()
