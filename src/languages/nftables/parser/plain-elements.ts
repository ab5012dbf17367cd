/**
 * Long lists of plain elements read at once, without tokens: addresses, numbers, prefixes and ranges of them, joined by ` . `. A million of
 * them are read in less time than tokens of a tenth. What is not plain is left to the parser, which also tells mistakes.
 */

/** What stands at one place of a key: all elements of a list have the same kinds. */
export type PlainKind = 'number' | 'ipv4' | 'ipv6'

export interface PlainElements {
  readonly kinds: readonly PlainKind[]
  /** Words of a key. */
  readonly words: number
  /** Both ends of each element's ranges, `words` words an element. */
  readonly from: Int32Array
  readonly to: Int32Array
  /** Offsets in the text: where each element begins, and behind its end. */
  readonly starts: Uint32Array
  readonly ends: Uint32Array
  /** Whether one is written as a range or prefix, be it of one value. */
  readonly hasRanges: boolean
  /** Offset of the closing brace. */
  readonly close: number
}

/** Shorter lists are read by the parser. */
const fewest = 32
const mostParts = 8

/** The list whose opening brace is just before `at`, or null. */
export function readPlainElements(text: string, at: number): PlainElements | null {
  const reader = new Reader(text, at)
  return reader.read() && reader.count >= fewest ? reader.result() : null
}

const wordsOfKind = { number: 1, ipv4: 1, ipv6: 4 } as const

class Reader {
  readonly #text: string
  #at: number
  count = 0
  #kinds: PlainKind[] = []
  #words = 0
  #hasRanges = false
  #from = new Int32Array(64)
  #to = new Int32Array(64)
  #starts = new Uint32Array(64)
  #ends = new Uint32Array(64)
  /** Words of the value that was read last. */
  readonly #value = new Int32Array(4)

  constructor(text: string, at: number) {
    this.#text = text
    this.#at = at
  }

  /** Whether all up to the closing brace is plain. */
  read(): boolean {
    for (;;) {
      this.#skipBlanks()
      if (this.#code() === brace) return true
      if (!this.#readElement()) return false
      this.#skipBlanks()
      const code = this.#code()
      if (code === comma) this.#at++
      else if (code !== brace) return false
    }
  }

  result(): PlainElements {
    const used = this.count * this.#words
    const from = this.#from.slice(0, used)
    return {
      kinds: this.#kinds,
      words: this.#words,
      from,
      to: this.#hasRanges ? this.#to.slice(0, used) : from,
      starts: this.#starts.slice(0, this.count),
      ends: this.#ends.slice(0, this.count),
      hasRanges: this.#hasRanges,
      close: this.#at,
    }
  }

  #code(): number {
    return this.#text.charCodeAt(this.#at)
  }

  /** Blanks, line ends and comments between elements. */
  #skipBlanks(): void {
    for (;;) {
      const code = this.#code()
      if (code === space || code === tab || code === newline) this.#at++
      else if (code === hash) {
        const end = this.#text.indexOf('\n', this.#at)
        this.#at = end < 0 ? this.#text.length : end
      } else return
    }
  }

  #readElement(): boolean {
    this.#makeRoom()
    this.#starts[this.count] = this.#at
    let word = this.count * this.#words
    for (let part = 0; ; part++) {
      const words = this.#readPart(part, word)
      if (words === 0) return false
      word += words
      this.#ends[this.count] = this.#at
      if (!this.#takeJoin()) {
        if (part + 1 < this.#kinds.length) return false
        break
      }
      // The first element tells how many parts there are.
      if (part + 1 >= mostParts || (this.count > 0 && part + 1 >= this.#kinds.length)) return false
    }
    if (this.count === 0) this.#words = word
    this.count++
    return true
  }

  /** ` . ` between parts; blanks behind an element are left out too. */
  #takeJoin(): boolean {
    const start = this.#at
    while (this.#code() === space || this.#code() === tab) this.#at++
    if (this.#code() !== dot || this.#at === start) return false
    this.#at++
    while (this.#code() === space || this.#code() === tab) this.#at++
    return true
  }

  /** Reads `a`, `a-b` or `a/24` into both ends from `word` on; answers its words, 0 where it is not plain. */
  #readPart(part: number, word: number): number {
    const kind = this.#readValue()
    if (kind === null) return 0
    if (this.count === 0) this.#kinds.push(kind)
    else if (this.#kinds[part] !== kind) return 0
    const words = wordsOfKind[kind]
    for (let i = 0; i < words; i++) {
      this.#from[word + i] = this.#value[i]!
      this.#to[word + i] = this.#value[i]!
    }
    const code = this.#code()
    if (code === slash) return this.#readPrefix(kind, word, words) ? words : 0
    if (code !== minus) return words
    this.#at++
    this.#hasRanges = true
    if (this.#readValue() !== kind) return 0
    for (let i = 0; i < words; i++) this.#to[word + i] = this.#value[i]!
    return this.#isAscending(word, words) ? words : 0
  }

  #isAscending(word: number, words: number): boolean {
    for (let i = word; i < word + words; i++) {
      const from = this.#from[i]! >>> 0
      const to = this.#to[i]! >>> 0
      if (from !== to) return from < to
    }
    return true
  }

  #readPrefix(kind: PlainKind, word: number, words: number): boolean {
    this.#at++
    this.#hasRanges = true
    if (kind === 'number' || this.#readValue() !== 'number') return false
    const length = this.#value[0]!
    if (length < 0 || length > 32 * words) return false
    for (let i = 0; i < words; i++) {
      const bits = Math.max(0, Math.min(32, length - 32 * i))
      const mask = bits === 0 ? 0 : -1 << (32 - bits)
      this.#from[word + i]! &= mask
      this.#to[word + i]! |= ~mask
    }
    return true
  }

  /** Reads a number, four of them with dots between, or groups with colons between. */
  #readValue(): PlainKind | null {
    const start = this.#at
    let value = 0
    let code = this.#code()
    for (; code >= zero && code <= nine; code = this.#code()) {
      value = value * 10 + code - zero
      this.#at++
    }
    const digits = this.#at - start
    if (code === colon || isLetter(code)) {
      this.#at = start
      return isHexadecimal(code) || code === colon ? this.#readIpv6() : null
    }
    if (digits === 0) return null
    if (code === dot) return digits <= 3 && value <= 255 && this.#readDotted(value) ? 'ipv4' : null
    if (digits > 10 || value > 0xffffffff) return null
    this.#value[0] = value
    return 'number'
  }

  #readDotted(first: number): boolean {
    let address = first
    for (let octet = 1; octet < 4; octet++) {
      if (this.#code() !== dot) return false
      const start = ++this.#at
      let value = 0
      for (let code = this.#code(); code >= zero && code <= nine; code = this.#code()) {
        value = value * 10 + code - zero
        this.#at++
      }
      const digits = this.#at - start
      if (digits === 0 || digits > 3 || value > 255) return false
      address = (address << 8) | value
    }
    this.#value[0] = address
    return !isWordLike(this.#code())
  }

  /** RFC 4291 section 2.2, without an IPv4 address at the end. */
  #readIpv6(): 'ipv6' | null {
    const value = this.#value.fill(0)
    let groups = 0
    let gap = -1
    if (this.#code() === colon) {
      if (this.#text.charCodeAt(this.#at + 1) !== colon) return null
      this.#at += 2
      gap = 0
    }
    for (let isDone = gap === 0 && !isHexadecimal(this.#code()); !isDone; ) {
      const group = this.#readGroup()
      if (group < 0 || groups === 8) return null
      value[groups >>> 1]! |= (groups & 1) === 0 ? group << 16 : group
      groups++
      if (this.#code() !== colon) break
      this.#at++
      if (this.#code() !== colon) continue
      if (gap >= 0) return null
      gap = groups
      this.#at++
      isDone = !isHexadecimal(this.#code())
    }
    if (isWordLike(this.#code()) || (gap < 0 ? groups !== 8 : groups > 7)) return null
    if (gap >= 0) openGap(value, gap, groups)
    return 'ipv6'
  }

  /** One to four hexadecimal digits, or -1. */
  #readGroup(): number {
    let group = 0
    const start = this.#at
    for (let code = this.#code(); isHexadecimal(code); code = this.#code()) {
      group = (group << 4) | (code <= nine ? code - zero : (code | 32) - letterA + 10)
      this.#at++
    }
    const digits = this.#at - start
    return digits === 0 || digits > 4 ? -1 : group
  }

  #makeRoom(): void {
    if (this.count === this.#starts.length) {
      this.#starts = grown(this.#starts, new Uint32Array(2 * this.count))
      this.#ends = grown(this.#ends, new Uint32Array(2 * this.count))
    }
    const needed = this.count * this.#words + 4 * mostParts
    if (needed <= this.#from.length) return
    this.#from = grown(this.#from, new Int32Array(2 * needed))
    this.#to = grown(this.#to, new Int32Array(2 * needed))
  }
}

function grown<A extends Int32Array | Uint32Array>(old: A, larger: A): A {
  larger.set(old)
  return larger
}

/** Moves the groups behind the gap `::` to the end. */
function openGap(value: Int32Array, gap: number, groups: number): void {
  const group = (i: number): number => (value[i >>> 1]! >>> ((i & 1) === 0 ? 16 : 0)) & 0xffff
  for (let i = 7, from = groups - 1; i >= gap; i--, from--) {
    const moved = from >= gap ? group(from) : 0
    const isHigh = (i & 1) === 0
    value[i >>> 1] = (value[i >>> 1]! & (isHigh ? 0xffff : ~0xffff)) | (isHigh ? moved << 16 : moved)
  }
}

const [tab, newline, space, hash, comma, minus, dot, slash, zero, nine] = [
  9, 10, 32, 35, 44, 45, 46, 47, 48, 57,
] as const
const [colon, underscore, letterA, letterF, letterZ, brace] = [58, 95, 97, 102, 122, 125] as const

const isLetter = (code: number): boolean => (code | 32) >= letterA && (code | 32) <= letterZ

const isHexadecimal = (code: number): boolean =>
  (code >= zero && code <= nine) || ((code | 32) >= letterA && (code | 32) <= letterF)

/** What would make one token of it and what is before: letters, digits, dots, colons, underscores. */
const isWordLike = (code: number): boolean =>
  code === dot || code === colon || code === underscore || (code >= zero && code <= nine) || isLetter(code)
