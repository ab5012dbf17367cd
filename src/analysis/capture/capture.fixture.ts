/** Builders of captures for this room's tests: pcapng blocks, hexadecimal frames, and a reader that copies what it reads. */
import { CaptureReader } from './capture-reader.ts'
import { createFrame, type Frame } from './frame.ts'
import { decodeLink } from './link/decode-link.ts'
import { createLinkLayer, type LinkLayer } from './link/link-layer.ts'

/** Bytes of hexadecimal text; spaces are for the reader. */
export function hex(text: string): Uint8Array {
  return Uint8Array.from(text.replaceAll(' ', '').match(/../g) ?? [], (pair) => Number.parseInt(pair, 16))
}

/** All parts in a row. */
export function join(...parts: readonly Uint8Array[]): Uint8Array {
  const joined = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0))
  let at = 0
  for (const part of parts) {
    joined.set(part, at)
    at += part.length
  }
  return joined
}

/** Builds pcapng in one byte order. */
export function pcapng(littleEndian: boolean): PcapngBuilder {
  const u16 = (value: number): Uint8Array => filled(2, (view) => view.setUint16(0, value, littleEndian))
  const u32 = (value: number): Uint8Array => filled(4, (view) => view.setUint32(0, value, littleEndian))
  const u64 = (value: bigint): Uint8Array => {
    const words = [u32(Number(BigInt.asUintN(32, value))), u32(Number(BigInt.asUintN(32, value >> 32n)))]
    return join(...(littleEndian ? words : words.reverse()))
  }
  const block = (type: number, ...body: readonly Uint8Array[]): Uint8Array => {
    const padded = pad(join(...body))
    const length = u32(padded.length + 12)
    return join(u32(type), length, padded, length)
  }
  const time = (count: bigint): Uint8Array => join(u32(Number(count >> 32n)), u32(Number(count & 0xffffffffn)))
  return {
    u16,
    u32,
    u64,
    block,
    section: () => block(0x0a0d0d0a, u32(0x1a2b3c4d), u16(1), u16(0), hex('ffffffffffffffff')),
    option: (code, value) => join(u16(code), u16(value.length), pad(value)),
    interface: (linkType, snapLength, ...options) => block(1, u16(linkType), u16(0), u32(snapLength), ...options),
    enhanced: (number, count, data, originalLength = data.length, ...options) =>
      block(6, u32(number), time(count), u32(data.length), u32(originalLength), pad(data), ...options),
    simple: (originalLength, data) => block(3, u32(originalLength), data),
    obsolete: (number, count, data, ...options) =>
      block(2, u16(number), u16(0), time(count), u32(data.length), u32(data.length), pad(data), ...options),
  }
}

/** What `pcapng` answers. */
export interface PcapngBuilder {
  u16(value: number): Uint8Array
  u32(value: number): Uint8Array
  u64(value: bigint): Uint8Array
  block(type: number, ...body: readonly Uint8Array[]): Uint8Array
  section(): Uint8Array
  option(code: number, value: Uint8Array): Uint8Array
  interface(linkType: number, snapLength: number, ...options: readonly Uint8Array[]): Uint8Array
  enhanced(
    number: number,
    count: bigint,
    data: Uint8Array,
    originalLength?: number,
    ...options: readonly Uint8Array[]
  ): Uint8Array
  simple(originalLength: number, data: Uint8Array): Uint8Array
  obsolete(number: number, count: bigint, data: Uint8Array, ...options: readonly Uint8Array[]): Uint8Array
}

function filled(length: number, fill: (view: DataView) => void): Uint8Array {
  const bytes = new Uint8Array(length)
  fill(new DataView(bytes.buffer))
  return bytes
}

function pad(bytes: Uint8Array): Uint8Array {
  return join(bytes, new Uint8Array((4 - (bytes.length % 4)) % 4))
}

/** A frame with its own bytes in place of those of the reader. */
export type KeptFrame = Omit<Frame, 'bytes' | 'start'> & { readonly data: readonly number[] }

/** Copies a frame out of its reader. */
export function keep(frame: Frame): KeptFrame {
  const { bytes, start, ...rest } = frame
  return { ...rest, data: [...bytes.subarray(start, start + frame.capturedLength)] }
}

/** Reads a capture that arrives in chunks of the given lengths, the last of which repeats; copies the frames. */
export function readAll(
  bytes: Uint8Array,
  chunkLengths: readonly number[] = [bytes.length],
): { reader: CaptureReader; frames: KeptFrame[] } {
  const reader = new CaptureReader()
  const frame = createFrame()
  const frames: KeptFrame[] = []
  for (let at = 0, turn = 0; at < bytes.length; turn += 1) {
    const length = chunkLengths[Math.min(turn, chunkLengths.length - 1)] ?? bytes.length
    // A buffer that is overwritten after `next` answered false, as the contract of `push` allows.
    const chunk = bytes.slice(at, at + length)
    reader.push(chunk)
    while (reader.next(frame)) frames.push(keep(frame))
    chunk.fill(0xee)
    at += length
  }
  reader.finish()
  return { reader, frames }
}

/** Decodes the link layer of bytes that stand in the middle of a larger buffer, 3 bytes from its start. */
export function linkOf(linkType: number, text: string, changes: Partial<Frame> = {}): LinkLayer {
  const data = hex(text)
  const link = createLinkLayer()
  const frame = {
    ...createFrame(),
    bytes: join(hex('dddddd'), data, hex('dddddd')),
    start: 3,
    capturedLength: data.length,
    linkType,
    ...changes,
  }
  decodeLink(frame, link)
  return link
}
