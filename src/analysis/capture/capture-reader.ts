/** The reader of captures: bytes pushed in chunks of any size, frames pulled out, no allocation per frame. */
import { createFrame, type Frame } from './frame.ts'
import type { FrameBlock } from './frame-block.ts'
import { hexadecimal } from './hexadecimal.ts'
import { isGzip } from './is-gzip.ts'
import { PcapFormat } from './pcap.ts'
import { PcapngFormat } from './pcapng.ts'
import { pcapngBlock } from './pcapng-section.ts'
import type { Problem } from './problem.ts'
import { type CaptureFormat, type CaptureInterface, Reading } from './reading.ts'

/**
 * Push a chunk, call `next` until it answers false, push the next one; after the last, `finish`. Memory: the chunks not
 * yet read, plus at most 1 MiB for a record that straddles chunks, whatever the bytes say.
 */
export class CaptureReader {
  readonly #reading: Reading = new Reading()
  #format: CaptureFormat | undefined
  #isStarved = true
  #isFinished = false
  /** The last frame read for a block; it begins the next one where it did not fit. */
  readonly #frame: Frame = createFrame()
  #isFrameWaiting = false

  /** Adds bytes, which are borrowed (not copied) until `next` answers false. Ignored once `stopped` or finished. */
  push(chunk: Uint8Array): void {
    if (this.#reading.stopped || this.#isFinished) return
    this.#reading.window.push(chunk)
    this.#isStarved = false
  }

  /** Fills `frame` with the next frame. False: more bytes are needed, or there is none any more (`stopped`, or finished). */
  next(frame: Frame): boolean {
    if (this.#isStarved) return false
    if (!this.#reading.stopped && this.#nextOf(frame)) {
      this.#reading.frameCount += 1
      frame.number = this.#reading.frameCount
      if (frame.capturedLength < frame.originalLength) this.#reading.cutFrameCount += 1
      return true
    }
    this.#isStarved = true
    if (this.#isFinished) this.#nameTail()
    return false
  }

  /**
   * Fills `block` with the next frames, at least one and as many as are alike and lie in one piece. False as of {@link next}, which
   * must not be called in between.
   */
  nextBlock(block: FrameBlock): boolean {
    const frame = this.#frame
    const { window } = this.#reading
    if (!this.#isFrameWaiting && !this.next(frame)) return false
    this.#isFrameWaiting = false
    block.begin(frame, window.view)
    block.add(frame)
    // What straddles two chunks lies in bytes that the next frame may take.
    if (window.isGathered) return true
    this.#addRun(block)
    while (!block.isFull && this.next(frame)) {
      this.#isFrameWaiting = !block.isAlike(frame)
      if (this.#isFrameWaiting) break
      block.add(frame)
    }
    return true
  }

  /** The format's own short way. */
  #addRun(block: FrameBlock): void {
    const before = block.count
    this.#reading.cutFrameCount += this.#format?.addRun?.(block) ?? 0
    this.#reading.frameCount += block.count - before
  }

  /** Says that no more bytes come. What the end of the capture cut off becomes a problem once `next` has answered false. */
  finish(): void {
    if (this.#isFinished) return
    this.#isFinished = true
    if (this.#isStarved) this.#nameTail()
  }

  /** Undefined until the first four bytes were read and known. */
  get format(): 'pcap' | 'pcapng' | undefined {
    return this.#format?.name
  }

  /** Grows while reading: a pcapng file may describe interfaces anywhere. Over all sections, as `Frame.interfaceIndex` counts. */
  get interfaces(): readonly CaptureInterface[] {
    return this.#reading.interfaces
  }

  /** At most one of each code. */
  get problems(): readonly Problem[] {
    return this.#reading.problems.all
  }

  /** True after a fatal problem: no more frames will come, so nothing more needs to be fetched. */
  get stopped(): boolean {
    return this.#reading.stopped
  }

  /** Frames delivered. */
  get frameCount(): number {
    return this.#reading.frameCount
  }

  /** Frames shorter than they were on the wire. The capture's snap length did that: no problem of the file. */
  get cutFrameCount(): number {
    return this.#reading.cutFrameCount
  }

  /** pcapng blocks that hold no packet, such as name resolution, statistics and custom ones. */
  get skippedBlockCount(): number {
    return this.#reading.skippedBlocks
  }

  #nextOf(frame: Frame): boolean {
    this.#format ??= this.#detect()
    return this.#format?.next(frame) ?? false
  }

  #detect(): CaptureFormat | undefined {
    const { window } = this.#reading
    if (!window.has(4)) return undefined
    const magic = window.view.getUint32(window.position)
    if (magic === pcapngBlock.section) return new PcapngFormat(this.#reading)
    const pcap = PcapFormat.detect(this.#reading, window.view, window.position)
    if (pcap === undefined) this.#refuse(magic, isGzip(window.bytes.subarray(window.position)))
    return pcap
  }

  #refuse(magic: number, isCompressed: boolean): void {
    const found = isCompressed ? 'gzip, which has to be undone first' : hexadecimal(magic, 8)
    this.#reading.stop('unknown-magic', `expected the first bytes of a pcap or pcapng capture, found ${found}`, 0)
  }

  #nameTail(): void {
    if (this.#reading.stopped) return
    if (this.#format !== undefined) return this.#format.finish()
    const { available } = this.#reading.window
    if (available === 0) this.#reading.stop('empty-file', 'expected a pcap or pcapng capture, found no bytes', 0)
    else this.#reading.stop('truncated-header', `expected the first 4 bytes of a capture, found ${available}`, 0)
  }
}
