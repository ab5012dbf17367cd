/**
 * Numbers keys of whole words: a hash table with open addressing. A slot holds the number and the hash beside it, so that a search
 * for one of a million keys waits for memory once, and only once more to compare a key of several words.
 */

const smallest = 16

export class KeyTable {
  /** Words of a key. */
  readonly words: number
  /** Two words a slot: key number + 1, 0 in an empty slot; and the key's hash. The number of slots is a power of two. */
  private slots: Int32Array
  private mask: number
  private keys: Int32Array
  /** Numbers that were given back. */
  private readonly free: number[] = []
  /** One behind the highest number. */
  private top = 0
  private count = 0

  constructor(words: number, expected = 0) {
    this.words = words
    let capacity = smallest
    while (capacity * 0.6 < expected) capacity *= 2
    this.slots = new Int32Array(capacity * 2)
    this.mask = capacity - 1
    this.keys = new Int32Array(Math.max(smallest, expected) * words)
  }

  /** Numbers in use, those of {@link reserve} included. */
  get size(): number {
    return this.count
  }

  /** The number of the key in `registers` from `at`, -1 when there is none. */
  find(registers: ArrayLike<number>, at: number): number {
    if (this.words === 1) return this.findWord(registers[at]!)
    const { mask, slots } = this
    const hash = this.hash(registers, at)
    for (let slot = hash & mask; ; slot = (slot + 1) & mask) {
      const number = slots[2 * slot]! - 1
      if (number < 0) return number
      if (slots[2 * slot + 1] === hash && this.isKey(number, registers, at)) return number
    }
  }

  /** {@link find} for a key of one word, whose hash is as good as itself: no two words have the same. */
  findWord(word: number): number {
    const { mask, slots } = this
    const hash = mix(0, word)
    for (let slot = hash & mask; ; slot = (slot + 1) & mask) {
      const number = slots[2 * slot]! - 1
      if (number < 0 || slots[2 * slot + 1] === hash) return number
    }
  }

  /** Numbers a key that {@link find} does not find. Numbers are small, and used again after {@link remove}. */
  insert(registers: ArrayLike<number>, at: number): number {
    if ((this.count + 1) * 5 > (this.mask + 1) * 3) this.rehash((this.mask + 1) * 2)
    const number = this.reserve()
    const base = number * this.words
    if (base + this.words > this.keys.length) {
      const larger = new Int32Array((base + this.words) * 2)
      larger.set(this.keys)
      this.keys = larger
    }
    for (let i = 0; i < this.words; i++) this.keys[base + i] = registers[at + i]!
    this.link(number, this.hash(registers, at))
    return number
  }

  /** A number without a key. */
  reserve(): number {
    this.count++
    return this.free.pop() ?? this.top++
  }

  /** Gives back the number of a key. */
  remove(number: number): void {
    const { mask, slots } = this
    let hole = this.hash(this.keys, number * this.words) & mask
    while (slots[2 * hole] !== number + 1) hole = (hole + 1) & mask
    // Moves later members of the probe sequence into the hole, so that no search ends early.
    for (let slot = (hole + 1) & mask; slots[2 * slot] !== 0; slot = (slot + 1) & mask) {
      const home = slots[2 * slot + 1]! & mask
      if (((slot - home) & mask) < ((slot - hole) & mask)) continue
      slots[2 * hole] = slots[2 * slot]!
      slots[2 * hole + 1] = slots[2 * slot + 1]!
      hole = slot
    }
    slots[2 * hole] = 0
    this.free.push(number)
    this.count--
  }

  /** Words of a number's key. */
  key(number: number): readonly number[] {
    return [...this.keys.subarray(number * this.words, (number + 1) * this.words)]
  }

  /** Numbers of all keys. */
  *numbers(): Iterable<number> {
    for (let at = 0; at < this.slots.length; at += 2) if (this.slots[at] !== 0) yield this.slots[at]! - 1
  }

  private isKey(number: number, registers: ArrayLike<number>, at: number): boolean {
    const base = number * this.words
    for (let i = 0; i < this.words; i++) if (this.keys[base + i] !== (registers[at + i]! | 0)) return false
    return true
  }

  private hash(words: ArrayLike<number>, at: number): number {
    let hash = 0
    for (let i = 0; i < this.words; i++) hash = mix(hash, words[at + i]!)
    return hash
  }

  private link(number: number, hash: number): void {
    const { mask, slots } = this
    let slot = hash & mask
    while (slots[2 * slot] !== 0) slot = (slot + 1) & mask
    slots[2 * slot] = number + 1
    slots[2 * slot + 1] = hash
  }

  private rehash(capacity: number): void {
    const old = this.slots
    this.slots = new Int32Array(capacity * 2)
    this.mask = capacity - 1
    for (let at = 0; at < old.length; at += 2) if (old[at] !== 0) this.link(old[at]! - 1, old[at + 1]!)
  }
}

/** With the same `hash`, different for each word: every step can be undone. */
function mix(hash: number, word: number): number {
  const mixed = Math.imul(hash ^ word ^ (word >>> 15), 0x2c1b3c6d)
  return mixed ^ (mixed >>> 13)
}
