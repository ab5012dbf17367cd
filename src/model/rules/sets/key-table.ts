/** Numbers keys of whole words: a hash table with open addressing in typed arrays, four bytes a key word and at most eight a slot. */

const smallest = 16

export class KeyTable {
  /** Words of a key. */
  readonly words: number
  /** Key number + 1, 0 in an empty slot; its length is a power of two. */
  private slots: Int32Array
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
    this.slots = new Int32Array(capacity)
    this.keys = new Int32Array(Math.max(smallest, expected) * words)
  }

  /** Numbers in use, those of {@link reserve} included. */
  get size(): number {
    return this.count
  }

  /** The number of the key in `registers` from `at`, -1 when there is none. */
  find(registers: ArrayLike<number>, at: number): number {
    const { slots } = this
    const mask = slots.length - 1
    for (let slot = this.hash(registers, at) & mask; ; slot = (slot + 1) & mask) {
      const number = slots[slot]! - 1
      if (number < 0 || this.isKey(number, registers, at)) return number
    }
  }

  /** {@link find} for a key of one word. */
  findWord(word: number): number {
    const { keys, slots } = this
    const mask = slots.length - 1
    for (let slot = mix(0, word) & mask; ; slot = (slot + 1) & mask) {
      const number = slots[slot]! - 1
      if (number < 0 || keys[number] === word) return number
    }
  }

  /** Numbers a key that {@link find} does not find. Numbers are small, and used again after {@link remove}. */
  insert(registers: ArrayLike<number>, at: number): number {
    if ((this.count + 1) * 5 > this.slots.length * 3) this.rehash(this.slots.length * 2)
    const number = this.reserve()
    const base = number * this.words
    if (base + this.words > this.keys.length) {
      const larger = new Int32Array((base + this.words) * 2)
      larger.set(this.keys)
      this.keys = larger
    }
    for (let i = 0; i < this.words; i++) this.keys[base + i] = registers[at + i]!
    this.link(number)
    return number
  }

  /** A number without a key. */
  reserve(): number {
    this.count++
    return this.free.pop() ?? this.top++
  }

  /** Gives back the number of a key. */
  remove(number: number): void {
    const mask = this.slots.length - 1
    let hole = this.hash(this.keys, number * this.words) & mask
    while (this.slots[hole] !== number + 1) hole = (hole + 1) & mask
    // Moves later members of the probe sequence into the hole, so that no search ends early.
    for (let slot = (hole + 1) & mask; this.slots[slot] !== 0; slot = (slot + 1) & mask) {
      const home = this.hash(this.keys, (this.slots[slot]! - 1) * this.words) & mask
      if (((slot - home) & mask) < ((slot - hole) & mask)) continue
      this.slots[hole] = this.slots[slot]!
      hole = slot
    }
    this.slots[hole] = 0
    this.free.push(number)
    this.count--
  }

  /** Words of a number's key. */
  key(number: number): readonly number[] {
    return [...this.keys.subarray(number * this.words, (number + 1) * this.words)]
  }

  /** Numbers of all keys. */
  *numbers(): Iterable<number> {
    for (const slot of this.slots) if (slot !== 0) yield slot - 1
  }

  private isKey(number: number, registers: ArrayLike<number>, at: number): boolean {
    const base = number * this.words
    for (let i = 0; i < this.words; i++) if (this.keys[base + i] !== registers[at + i]) return false
    return true
  }

  private hash(words: ArrayLike<number>, at: number): number {
    let hash = 0
    for (let i = 0; i < this.words; i++) hash = mix(hash, words[at + i]!)
    return hash
  }

  private link(number: number): void {
    const mask = this.slots.length - 1
    let slot = this.hash(this.keys, number * this.words) & mask
    while (this.slots[slot] !== 0) slot = (slot + 1) & mask
    this.slots[slot] = number + 1
  }

  private rehash(capacity: number): void {
    const old = this.slots
    this.slots = new Int32Array(capacity)
    for (const slot of old) if (slot !== 0) this.link(slot - 1)
  }
}

function mix(hash: number, word: number): number {
  const mixed = Math.imul(hash ^ word ^ (word >>> 15), 0x2c1b3c6d)
  return mixed ^ (mixed >>> 13)
}
