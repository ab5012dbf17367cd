/** The frame of every netlink message: struct nlmsghdr, RFC 3549 section 2.2, linux/netlink.h. */

const HEADER_BYTES = 16

export const messageType = { error: 2, done: 3 } as const

export const requestFlag = {
  request: 1,
  acknowledge: 4,
  dump: 0x300,
  create: 0x400,
  exclusive: 0x200,
  append: 0x800,
} as const

/** One message; `body` begins after the header and shares the memory of the buffer that it was decoded from. */
export interface Message {
  readonly type: number
  readonly flags: number
  readonly sequence: number
  readonly body: Uint8Array
}

/** Encodes one message; the flag `request` is always added. */
export function encodeMessage(type: number, flags: number, body: Uint8Array, sequence: number = 1): Uint8Array {
  const message = Buffer.alloc(align(HEADER_BYTES + body.length))
  message.writeUInt32LE(HEADER_BYTES + body.length, 0)
  message.writeUInt16LE(type, 4)
  message.writeUInt16LE(flags | requestFlag.request, 6)
  message.writeUInt32LE(sequence, 8)
  message.set(body, HEADER_BYTES)
  return message
}

/** The messages of one datagram; a length that does not fit ends the list. */
export function decodeMessages(bytes: Uint8Array): Message[] {
  const view = viewOf(bytes)
  const messages: Message[] = []
  let at = 0
  while (at + HEADER_BYTES <= bytes.length) {
    const length = view.readUInt32LE(at)
    if (length < HEADER_BYTES || at + length > bytes.length) break
    messages.push({
      type: view.readUInt16LE(at + 4),
      flags: view.readUInt16LE(at + 6),
      sequence: view.readUInt32LE(at + 8),
      body: bytes.subarray(at + HEADER_BYTES, at + length),
    })
    at += align(length)
  }
  return messages
}

/** The positive errno that an error message carries; 0 is an acknowledgement. */
export function errorNumber(message: Message): number {
  return message.body.length < 4 ? 0 : 0 - viewOf(message.body).readInt32LE(0)
}

/** Rounds up to the 4 bytes to which netlink pads messages and attributes. */
export function align(length: number): number {
  return (length + 3) & ~3
}

/** A Buffer over the same memory, for its readers. */
export function viewOf(bytes: Uint8Array): Buffer {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length)
}
