/** The house's wording of messages: `expected A, B or C, found "x"`. */

/** Characters that a terminal obeys or does not show: control characters, marks of byte order and of writing direction. */
const unseen = /[\p{Cc}\p{Cf}]/gu

/** One visible character for each that is not; tabs stay. */
export const withoutUnseen = (text: string): string => text.replace(unseen, (one) => (one === '\t' ? one : '\ufffd'))

const escaped = (character: string): string =>
  character === '\n' ? '\\n' : `\\u{${(character.codePointAt(0) ?? 0).toString(16)}}`

/** `"text"`, cut where it is long, with line ends and what terminals do not show made visible. */
export const quoted = (text: string): string => {
  const flat = text.slice(0, 80).replace(unseen, escaped)
  return flat.length > 40 ? `"${flat.slice(0, 37)}..."` : `"${flat}"`
}

/** `a, b or c`. */
export const alternatives = (words: readonly string[]): string =>
  words.length < 2 ? (words[0] ?? 'nothing') : `${words.slice(0, -1).join(', ')} or ${words[words.length - 1]}`

/** `expected ..., found ...`. `found` is quoted by the caller unless it is a description such as `the end of the file`. */
export const expectedFound = (expected: string | readonly string[], found: string): string =>
  `expected ${typeof expected === 'string' ? expected : alternatives(expected)}, found ${found}`

/** `1 packet`, `2,000 packets`. */
export const plural = (count: number, one: string, many: string = `${one}s`): string =>
  `${grouped(count)} ${count === 1 ? one : many}`

/** With a comma after each three digits. */
export const grouped = (count: number): string => String(count).replace(/\B(?=(\d{3})+(?!\d))/g, ',')
