/**
 * Numbers keys of whole words: a hash table with open addressing. A slot holds the number and the whole key, so that a search for one of
 * a million keys waits for memory once, and a search that found the right slot at once does not wait before the next one begins.
 */

const smallest = 16

export class KeyTable {
  /** Words of a key. */
  readonly words: number
  /** Words of a slot: key number + 1, 0 in an empty slot; then the key. The number of slots is a power of two. */
  private readonly stride: number
  private slots: Int32Array
  private mask: number
  /** By number: its slot. */
  private slotOf: Int32Array
  /** Numbers that were given back. */
  private readonly free: number[] = []
  /** One behind the highest number. */
  private top = 0
  private count = 0

  constructor(words: number, expected = 0) {
    this.words = words
    this.stride = words + 1
    let capacity = smallest
    while (capacity * 0.6 < expected) capacity *= 2
    this.slots = new Int32Array(capacity * this.stride)
    this.mask = capacity - 1
    this.slotOf = new Int32Array(Math.max(smallest, expected))
  }

  /** Numbers in use, those of {@link reserve} included. */
  get size(): number {
    return this.count
  }

  /** The number of the key in `registers` from `at`, -1 when there is none. */
  find(registers: ArrayLike<number>, at: number): number {
    if (this.words === 1) return this.findWord(registers[at]!)
    const { mask, slots, stride } = this
    for (let slot = this.hash(registers, at) & mask; ; slot = (slot + 1) & mask) {
      const number = slots[slot * stride]! - 1
      if (number < 0 || this.isKeyAt(slot * stride + 1, registers, at)) return number
    }
  }

  /** {@link find} for a key of one word. */
  findWord(word: number): number {
    const { mask, slots } = this
    const wanted = word | 0
    for (let slot = mix(0, wanted) & mask; ; slot = (slot + 1) & mask) {
      const number = slots[2 * slot]! - 1
      if (number < 0 || slots[2 * slot + 1] === wanted) return number
    }
  }

  /** Numbers a key that {@link find} does not find. Numbers are small, and used again after {@link remove}. */
  insert(registers: ArrayLike<number>, at: number): number {
    if ((this.count + 1) * 5 > (this.mask + 1) * 3) this.rehash((this.mask + 1) * 2)
    const number = this.reserve()
    if (number >= this.slotOf.length) {
      const larger = new Int32Array(2 * (number + 1))
      larger.set(this.slotOf)
      this.slotOf = larger
    }
    this.link(number, registers, at)
    return number
  }

  /** A number without a key. */
  reserve(): number {
    this.count++
    return this.free.pop() ?? this.top++
  }

  /** Gives back the number of a key. */
  remove(number: number): void {
    const { mask, slotOf, slots, stride } = this
    let hole = slotOf[number]!
    // Moves later members of the probe sequence into the hole, so that no search ends early.
    for (let slot = (hole + 1) & mask; slots[slot * stride] !== 0; slot = (slot + 1) & mask) {
      const home = this.hash(slots, slot * stride + 1) & mask
      if (((slot - home) & mask) < ((slot - hole) & mask)) continue
      for (let i = 0; i < stride; i++) slots[hole * stride + i] = slots[slot * stride + i]!
      slotOf[slots[hole * stride]! - 1] = hole
      hole = slot
    }
    slots[hole * stride] = 0
    this.free.push(number)
    this.count--
  }

  /** Words of a number's key. */
  key(number: number): readonly number[] {
    const at = this.slotOf[number]! * this.stride + 1
    return [...this.slots.subarray(at, at + this.words)]
  }

  /** Numbers of all keys. */
  *numbers(): Iterable<number> {
    for (let at = 0; at < this.slots.length; at += this.stride) if (this.slots[at] !== 0) yield this.slots[at]! - 1
  }

  private isKeyAt(place: number, registers: ArrayLike<number>, at: number): boolean {
    for (let i = 0; i < this.words; i++) if (this.slots[place + i] !== (registers[at + i]! | 0)) return false
    return true
  }

  private hash(words: ArrayLike<number>, at: number): number {
    let hash = 0
    for (let i = 0; i < this.words; i++) hash = mix(hash, words[at + i]!)
    return hash
  }

  private link(number: number, words: ArrayLike<number>, at: number): void {
    const { mask, slots, stride } = this
    let slot = this.hash(words, at) & mask
    while (slots[slot * stride] !== 0) slot = (slot + 1) & mask
    slots[slot * stride] = number + 1
    for (let i = 0; i < this.words; i++) slots[slot * stride + 1 + i] = words[at + i]!
    this.slotOf[number] = slot
  }

  private rehash(capacity: number): void {
    const old = this.slots
    this.slots = new Int32Array(capacity * this.stride)
    this.mask = capacity - 1
    for (let at = 0; at < old.length; at += this.stride) if (old[at] !== 0) this.link(old[at]! - 1, old, at + 1)
  }
}

/** With the same `hash`, different for each word: every step can be undone. */
function mix(hash: number, word: number): number {
  const mixed = Math.imul(hash ^ word ^ (word >>> 15), 0x2c1b3c6d)
  return mixed ^ (mixed >>> 13)
}
