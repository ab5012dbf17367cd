/** The house's wording of messages: `expected A, B or C, found "x"`. */

/** `"text"`, cut where it is long, with line ends made visible. */
export const quoted = (text: string): string => {
  const flat = text.replaceAll('\n', '\\n')
  return flat.length > 40 ? `"${flat.slice(0, 37)}..."` : `"${flat}"`
}

/** `a, b or c`. */
export const alternatives = (words: readonly string[]): string =>
  words.length < 2 ? (words[0] ?? 'nothing') : `${words.slice(0, -1).join(', ')} or ${words[words.length - 1]}`

/** `expected ..., found ...`. `found` is quoted by the caller unless it is a description such as `the end of the file`. */
export const expectedFound = (expected: string | readonly string[], found: string): string =>
  `expected ${typeof expected === 'string' ? expected : alternatives(expected)}, found ${found}`
