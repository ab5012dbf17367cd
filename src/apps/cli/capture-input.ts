/** The bytes of a capture from a file or standard input, gzip undone, chunk by chunk. */

import { once } from 'node:events'
import { createReadStream } from 'node:fs'
import { stat } from 'node:fs/promises'
import type { Readable } from 'node:stream'
import { createGunzip } from 'node:zlib'
import { isGzip } from '../../analysis/capture/index.ts'
import { UsageError } from './exit-code.ts'
import { FileChunks } from './file-chunks.ts'
import { fileErrorText } from './file-error.ts'

const chunkLength = 1 << 20

/**
 * How much to give to the decompressor at once, after so many bytes. What it makes of the piece that holds a break is lost, so
 * that pieces are small at first, and never large.
 */
const pieceLength = (after: number): number => Math.min(Math.max(after >>> 4, 32), 1 << 14)

/** The bytes of a gzip stream as far as it is whole; then it throws. */
async function* gunzipped(packed: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  const gunzip = createGunzip({ chunkSize: 1 << 18 })
  const ready: Uint8Array[] = []
  let failure: Error | null = null
  gunzip.on('data', (chunk: Uint8Array) => ready.push(chunk))
  gunzip.on('error', (error) => {
    failure = error
  })
  const passed = (run: (done: () => void) => void): Promise<void> =>
    new Promise((resolve) => {
      gunzip.once('close', resolve)
      run(() => {
        gunzip.off('close', resolve)
        resolve()
      })
    })
  let given = 0
  for await (const chunk of packed) {
    for (let at = 0; at < chunk.length && failure === null; ) {
      const piece = chunk.subarray(at, at + pieceLength(given))
      await passed((done) => gunzip.write(piece, done))
      at += piece.length
      given += piece.length
    }
    yield* ready.splice(0)
    if (failure !== null) throw failure
  }
  await passed((done) => gunzip.once('end', done).end())
  yield* ready.splice(0)
  if (failure !== null) throw failure
}

/** A source of chunks; each chunk is the reader's own and may be changed. */
export class CaptureInput {
  /** As given; standard input is `-`. */
  readonly name: string
  /** Bytes of the file; null when unknown. */
  readonly size: number | null
  /** Bytes fetched so far, compressed ones where the file is. */
  position = 0
  /** Known as soon as something was read. */
  isPacked = false
  /** What ended the reading before the end, in words. */
  problem: string | null = null
  readonly #stream: Readable
  readonly #waiting: Uint8Array[] = []
  #chunks: AsyncIterator<unknown> | null = null
  #file: FileChunks | null = null

  private constructor(name: string, size: number | null, stream: Readable) {
    this.name = name
    this.size = size
    this.#stream = stream
  }

  /** A {@link UsageError} where there is nothing to read. */
  static async open(name: string): Promise<CaptureInput> {
    if (name === '-') {
      if (process.stdin.isTTY) throw new UsageError('-: expected a capture on standard input, found a terminal')
      return new CaptureInput(name, null, process.stdin)
    }
    const stats = await stat(name).catch((error: unknown) => {
      throw new UsageError(`${name}: ${fileErrorText(error)}`)
    })
    if (stats.isDirectory()) throw new UsageError(`${name}: is a directory, expected a capture file`)
    const stream = createReadStream(name, { highWaterMark: chunkLength })
    try {
      await once(stream, 'open')
    } catch (error) {
      throw new UsageError(`${name}: ${fileErrorText(error)}`)
    }
    return new CaptureInput(name, stats.isFile() ? stats.size : null, stream)
  }

  /** The next chunk, valid until the one after it is asked for; null at the end, or where reading failed (see `problem`). */
  async next(): Promise<Uint8Array | null> {
    const waiting = this.#waiting.shift()
    if (waiting) return waiting
    try {
      if (this.#file) return this.#nextOf(this.#file)
      this.#chunks ??= await this.#start()
      const { value, done } = await this.#chunks.next()
      return done || !(value instanceof Uint8Array) ? null : value
    } catch (error) {
      this.problem = fileErrorText(error)
      return null
    }
  }

  /** Takes back chunks that were looked at but not used up; they come again, in this order. */
  putBack(chunks: readonly Uint8Array[]): void {
    this.#waiting.unshift(...chunks)
  }

  #nextOf(file: FileChunks): Uint8Array | null {
    const chunk = file.next()
    this.position = file.position
    return chunk
  }

  /** Reads a plain file anew from its beginning, always into the same memory, which is faster; anything else just goes on. */
  rewind(): void {
    if (this.size === null || this.isPacked) return
    try {
      this.#file = new FileChunks(this.name, this.size)
    } catch {
      // It is gone: what was opened before can still be read.
      return
    }
    this.#waiting.length = 0
    this.#stream.destroy()
  }

  /** No more is wanted. */
  close(): void {
    this.#stream.destroy()
    this.#file?.close()
  }

  async #start(): Promise<AsyncIterator<unknown>> {
    const raw: AsyncIterator<unknown> = this.#stream[Symbol.asyncIterator]()
    const first = await raw.next()
    const head = first.done || !(first.value instanceof Uint8Array) ? new Uint8Array(0) : first.value
    const rest = this.#counted(head, raw)
    this.isPacked = isGzip(head)
    if (!this.isPacked) return rest
    return gunzipped(rest)
  }

  async *#counted(head: Uint8Array, rest: AsyncIterator<unknown>): AsyncGenerator<Uint8Array> {
    this.position += head.length
    yield head
    for (let step = await rest.next(); !step.done; step = await rest.next()) {
      if (!(step.value instanceof Uint8Array)) continue
      this.position += step.value.length
      yield step.value
    }
  }
}
