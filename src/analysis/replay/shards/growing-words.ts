/** Numbers in a row, as many as come. */

export class GrowingWords {
  #words: Int32Array = new Int32Array(256)
  length = 0

  push(word: number): void {
    if (this.length === this.#words.length) {
      const grown = new Int32Array(this.length * 2)
      grown.set(this.#words)
      this.#words = grown
    }
    this.#words[this.length++] = word
  }

  /** A copy of those from `from` on. */
  read(from = 0): Int32Array {
    return this.#words.slice(from, this.length)
  }
}
