/** Values in words (value.ts) that are known when a ruleset is loaded: text, comparison, order. */

/** Words of a string, padded with zeros to `bytes` bytes; longer text is cut. */
export function stringWords(text: string, bytes = 16): number[] {
  const words: number[] = []
  for (let at = 0; at < bytes; at += 4) {
    let word = 0
    for (let i = 0; i < 4; i++) word = (word << 8) | (at + i < text.length ? text.charCodeAt(at + i) & 0xff : 0)
    words.push(word)
  }
  return words
}

/** The string in words of four bytes, up to its first zero. */
export function wordsString(words: ArrayLike<number>): string {
  let text = ''
  for (let i = 0; i < words.length; i++) {
    for (let shift = 24; shift >= 0; shift -= 8) {
      const code = (words[i]! >>> shift) & 0xff
      if (code === 0) return text
      text += String.fromCharCode(code)
    }
  }
  return text
}

/** Unsigned order of `count` words: negative, 0 or positive. */
export function compareWords(
  a: ArrayLike<number>,
  at: number,
  b: ArrayLike<number>,
  bAt: number,
  count: number,
): number {
  for (let i = 0; i < count; i++) {
    const left = a[at + i]!
    const right = b[bAt + i]!
    if ((left | 0) !== (right | 0)) return left >>> 0 < right >>> 0 ? -1 : 1
  }
  return 0
}

/** The next higher value of `width` bits in place of `words`; false when there is none. */
export function increment(words: number[], width: number): boolean {
  for (let i = words.length - 1; i >= 0; i--) {
    const bits = i === words.length - 1 && (width & 31) !== 0 ? width & 31 : 32
    if (words[i]! >>> 0 < 2 ** bits - 1) {
      words[i] = (words[i]! + 1) | 0
      return true
    }
    words[i] = 0
  }
  return false
}
