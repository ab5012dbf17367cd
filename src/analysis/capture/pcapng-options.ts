/** The options at the end of a pcapng block: code, length, value padded to four bytes (draft-ietf-opsawg-pcapng 3.5). */

/** Walks the options between `position` and `end`; one object is reused for every block, so that nothing is allocated. */
export class OptionWalk {
  code = 0
  /** Where the value starts and how long it is, without padding. */
  valueStart = 0
  valueLength = 0
  /** Set when an option did not fit; what came before it was good. */
  isBroken = false
  #next = 0
  #end = 0

  /** Starts at `position`; `end` is where the block's trailing length stands. */
  start(position: number, end: number): void {
    this.#next = position
    this.#end = end
    this.isBroken = false
  }

  /** Steps to the next option; false at opt_endofopt, at the end, or when `isBroken`. */
  step(view: DataView, littleEndian: boolean): boolean {
    if (this.#end - this.#next < 4) return false
    this.code = view.getUint16(this.#next, littleEndian)
    this.valueLength = view.getUint16(this.#next + 2, littleEndian)
    this.valueStart = this.#next + 4
    if (this.code === 0) return false
    this.isBroken = this.valueStart + this.valueLength > this.#end
    this.#next = this.valueStart + Math.ceil(this.valueLength / 4) * 4
    return !this.isBroken
  }
}

/** UTF-8 text of at most 256 bytes for people: ends at a NUL; control characters and broken UTF-8 become U+FFFD. */
export function optionText(bytes: Uint8Array, start: number, length: number): string {
  const nul = bytes.subarray(start, start + length).indexOf(0)
  const end = start + Math.min(nul < 0 ? length : nul, 256)
  let escaped = ''
  for (let at = start; at < end; at += 1) escaped += `%${bytes[at]!.toString(16).padStart(2, '0')}`
  return decodeUtf8(escaped).replace(/[\p{Cc}\p{Cf}\p{Cs}]/gu, '\ufffd')
}

function decodeUtf8(escaped: string): string {
  try {
    return decodeURIComponent(escaped)
  } catch {
    // Not UTF-8 (or cut inside a character): keep what is ASCII.
    return escaped
      .replace(/%[89a-f]./g, '\ufffd')
      .replace(/%([0-7].)/g, (_, digits: string) => String.fromCharCode(parseInt(digits, 16)))
  }
}
