/** Splits a packet's text into words at blanks; `data="..."` may hold blanks and escapes (\r \n \t \\ \" \xNN). */

import type { NotationError } from './notation-error.ts'

export interface Word {
  readonly text: string
  /** From 1. */
  readonly column: number
}

const escapes: Readonly<Record<string, string>> = { r: '\r', n: '\n', t: '\t', 0: '\0', '\\': '\\', '"': '"' }

export function splitWords(text: string): readonly Word[] | NotationError {
  const words: Word[] = []
  let at = 0
  while (at < text.length) {
    if (/\s/.test(text[at]!)) {
      at++
      continue
    }
    const start = at
    let word = ''
    while (at < text.length && !/\s/.test(text[at]!)) {
      if (text[at] !== '"') {
        word += text[at++]
        continue
      }
      const string = readString(text, at)
      if ('kind' in string) return string
      word += string.value
      at = string.end
    }
    words.push({ text: word, column: start + 1 })
  }
  return words
}

function readString(text: string, from: number): { value: string; end: number } | NotationError {
  let value = ''
  let at = from + 1
  while (at < text.length && text[at] !== '"') {
    if (text[at] !== '\\') {
      value += text[at++]
      continue
    }
    const hex = /^x([0-9a-fA-F]{2})/.exec(text.slice(at + 1))
    const plain = escapes[text[at + 1] ?? '']
    if (hex) value += String.fromCharCode(Number.parseInt(hex[1]!, 16))
    else if (plain !== undefined) value += plain
    else
      return {
        kind: 'notation-error',
        column: at + 1,
        message: String.raw`expected one of \r \n \t \0 \\ \" \xNN, found "${text.slice(at, at + 2)}"`,
      }
    at += hex ? 4 : 2
  }
  if (at >= text.length) return { kind: 'notation-error', column: from + 1, message: 'expected a closing "' }
  return { value, end: at + 1 }
}
