/** Frames onto an interface, thousands in one system call: packet(7), sendmmsg(2). Quicker here than a PACKET_TX_RING or a TUN device. */

import { closeSync, openSync, readSync } from 'node:fs'
import { type Libc, socketType, succeed } from '../../src/linux/native/index.ts'
import { loadKoffi } from './load-koffi.ts'

const AF_PACKET = 17
const SOL_PACKET = 263
const PACKET_QDISC_BYPASS = 20
const SOL_SOCKET = 1
const SO_SNDBUFFORCE = 32
const sendBufferBytes = 64 << 20
/** sizeof struct sockaddr_ll, struct iovec, struct mmsghdr on 64-bit machines. */
const linkAddressBytes = 20
const vectorBytes = 16
const messageBytes = 64
const framesACall = 1024
/** More than a record of the captures that are sent takes. */
const longestRecord = 128

const koffi = loadKoffi()
const sendMany = koffi.load(null).func('int sendmmsg(int, void *, uint, int)')

export interface Burst {
  readonly side: 'inside' | 'outside'
  readonly count: number
  /** struct mmsghdr for each frame. */
  readonly messages: Buffer
  /** What the messages point to. */
  readonly kept: readonly Buffer[]
}

/** A packet socket that sends on one interface of the caller's network namespace, and receives nothing. */
export class FrameSender {
  readonly #descriptor: number

  constructor(libc: Libc, device: string) {
    this.#descriptor = succeed('socket AF_PACKET', libc.socket(AF_PACKET, socketType.raw | socketType.closeOnExec, 0))
    const address = Buffer.alloc(linkAddressBytes)
    address.writeUInt16LE(AF_PACKET, 0)
    address.writeInt32LE(libc.interfaceIndex(device), 4)
    succeed('bind AF_PACKET', libc.bind(this.#descriptor, address))
    const set = (level: number, option: number, value: number): void => {
      const bytes = Buffer.alloc(4)
      bytes.writeUInt32LE(value)
      succeed(`setsockopt ${level}/${option}`, libc.setSocketOption(this.#descriptor, level, option, bytes))
    }
    set(SOL_PACKET, PACKET_QDISC_BYPASS, 1)
    set(SOL_SOCKET, SO_SNDBUFFORCE, sendBufferBytes)
  }

  send({ messages, count }: Burst): void {
    for (let sent = 0; sent < count; ) {
      const rest = messages.subarray(sent * messageBytes)
      const result: number = sendMany(this.#descriptor, rest, Math.min(framesACall, count - sent), 0)
      sent += succeed('sendmmsg', result < 0 ? -koffi.errno() : result)
    }
  }
}

/**
 * The first packets of a capture as frames to send: one burst for each run of packets from the same side, where inside is 10.0.0.0/8.
 * `macs`: the destination of frames from each side.
 */
export function readBursts(file: string, most: number, macs: Readonly<Record<Burst['side'], Uint8Array>>): Burst[] {
  const bytes = readBeginning(file, 24 + most * longestRecord)
  const bursts: Burst[] = []
  const frames: Buffer[] = []
  let side: Burst['side'] = 'inside'
  let at = 24
  for (let read = 0; read < most && at < bytes.length; read++) {
    const length = bytes.readUInt32LE(at + 8)
    const frame = bytes.subarray(at + 16, at + 16 + length)
    const from = frame[14 + 12] === 10 ? 'inside' : 'outside'
    if (from !== side && frames.length > 0) bursts.push(createBurst(side, frames.splice(0)))
    side = from
    frame.set(macs[side])
    frames.push(frame)
    at += 16 + length
  }
  if (frames.length > 0) bursts.push(createBurst(side, frames))
  return bursts
}

function readBeginning(file: string, most: number): Buffer {
  const descriptor = openSync(file, 'r')
  const bytes = Buffer.alloc(most)
  const length = readSync(descriptor, bytes)
  closeSync(descriptor)
  return bytes.subarray(0, length)
}

function createBurst(side: Burst['side'], frames: readonly Buffer[]): Burst {
  const all = Buffer.concat(frames)
  const vectors = Buffer.alloc(frames.length * vectorBytes)
  const messages = Buffer.alloc(frames.length * messageBytes)
  const allAddress = BigInt(koffi.address(all))
  const vectorsAddress = BigInt(koffi.address(vectors))
  let at = 0
  for (const [index, frame] of frames.entries()) {
    vectors.writeBigUInt64LE(allAddress + BigInt(at), index * vectorBytes)
    vectors.writeBigUInt64LE(BigInt(frame.length), index * vectorBytes + 8)
    messages.writeBigUInt64LE(vectorsAddress + BigInt(index * vectorBytes), index * messageBytes + 16)
    messages.writeBigUInt64LE(1n, index * messageBytes + 24)
    at += frame.length
  }
  return { side, count: frames.length, messages, kept: [all, vectors] }
}

export const macBytes = (text: string): Uint8Array =>
  Uint8Array.from(text.split(':'), (part) => Number.parseInt(part, 16))
