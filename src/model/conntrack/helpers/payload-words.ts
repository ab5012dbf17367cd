/** Words in payloads: comparing bytes with them, and turning them to bytes. One byte each. */

export function startsWith(bytes: Uint8Array, at: number, words: string): boolean {
  for (let i = 0; i < words.length; i++) if (bytes[at + i] !== words.charCodeAt(i)) return false
  return true
}

/** `words` have no small letters. */
export function startsWithIgnoringCase(bytes: Uint8Array, at: number, words: string): boolean {
  for (let i = 0; i < words.length; i++) {
    const byte = bytes[at + i] ?? 0
    const capital = byte >= 97 && byte <= 122 ? byte - 32 : byte
    if (capital !== words.charCodeAt(i)) return false
  }
  return true
}

/** Where `words` first stand whole between `from` and `to`; -1: nowhere. */
export function findWords(bytes: Uint8Array, from: number, to: number, words: string): number {
  for (let at = from; at + words.length <= to; at++) if (startsWith(bytes, at, words)) return at
  return -1
}

export const bytesOf = (words: string): Uint8Array => Uint8Array.from(words, (letter) => letter.charCodeAt(0))
