/** A window over bytes that arrive in chunks of any size: shows runs of bytes without copying more than straddles. */

/**
 * Chunks are borrowed until `has` answers false; what is left of them is then in the window's own buffer, which grows
 * to the longest run ever asked for and no further.
 */
export class ByteWindow {
  /** Only `position` to `end` may be read. All change with `has`, `advance` and `skip`. */
  bytes: Uint8Array = new Uint8Array(0)
  /** The same bytes at the same offsets, for integers of either byte order: engines read through it without boxing. */
  view: DataView = viewOf(this.bytes)
  position = 0
  end = 0
  #own = new Uint8Array(4096)
  #ownView = viewOf(this.#own)
  #chunks: Uint8Array[] = []
  #chunkPosition = 0
  #fileOffsetOfBytes = 0
  #toSkip = 0

  /** Bytes of the capture before `position`. */
  get fileOffset(): number {
    return this.#fileOffsetOfBytes + this.position
  }

  /** Bytes at hand from `position` on; after `has` answered false, all that there are. */
  get available(): number {
    return this.end - this.position
  }

  /** Whether the bytes at hand were put together from several chunks. */
  get isGathered(): boolean {
    return this.bytes === this.#own
  }

  /** Bytes that were skipped but have not arrived. */
  get owed(): number {
    return this.#toSkip
  }

  /** Appends a chunk. A subclass such as Node's Buffer is viewed as a plain Uint8Array: one hidden class for readers. */
  push(chunk: Uint8Array): void {
    if (chunk.length > 0) this.#chunks.push(new Uint8Array(chunk.buffer, chunk.byteOffset, chunk.length))
  }

  /** Whether `count` bytes lie in one piece at `position`; makes it so if they have arrived. `count` must be above 0. */
  has(count: number): boolean {
    return this.end - this.position >= count || this.#gather(count)
  }

  /** Moves on within what `has` promised. */
  advance(count: number): void {
    this.position += count
  }

  /** Moves on by any distance, past bytes that have not arrived yet, without ever holding them. */
  skip(count: number): void {
    const here = Math.min(count, this.available)
    this.position += here
    this.#toSkip = count - here
  }

  #gather(count: number): boolean {
    while (this.available === 0 && this.#enterNextChunk()) this.#payOwed()
    if (this.available >= count) return true
    this.#moveToOwn(count)
    while (this.available < count && this.#chunks[0] !== undefined) this.#copyFrom(this.#chunks[0], count)
    return this.available >= count
  }

  #enterNextChunk(): boolean {
    const chunk = this.#chunks.shift()
    if (chunk === undefined) return false
    this.#fileOffsetOfBytes = this.fileOffset - this.#chunkPosition
    this.bytes = chunk
    this.view = viewOf(chunk)
    this.position = this.#chunkPosition
    this.end = chunk.length
    this.#chunkPosition = 0
    return true
  }

  #payOwed(): void {
    if (this.#toSkip > 0) this.skip(this.#toSkip)
  }

  #moveToOwn(count: number): void {
    // Many small chunks for one long run: what is there stays where it is.
    if (this.bytes === this.#own && this.position === 0 && this.#own.length >= count) return
    const rest = this.bytes.subarray(this.position, this.end)
    const start = this.fileOffset
    if (this.#own.length < count) {
      this.#own = new Uint8Array(2 ** Math.ceil(Math.log2(count)))
      this.#ownView = viewOf(this.#own)
    }
    this.#own.set(rest)
    this.#fileOffsetOfBytes = start
    this.bytes = this.#own
    this.view = this.#ownView
    this.end = rest.length
    this.position = 0
  }

  #copyFrom(chunk: Uint8Array, count: number): void {
    const taken = Math.min(count - this.available, chunk.length - this.#chunkPosition)
    this.#own.set(chunk.subarray(this.#chunkPosition, this.#chunkPosition + taken), this.end)
    this.end += taken
    this.#chunkPosition += taken
    if (this.#chunkPosition < chunk.length) return
    this.#chunks.shift()
    this.#chunkPosition = 0
  }
}

function viewOf(bytes: Uint8Array): DataView {
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.length)
}
