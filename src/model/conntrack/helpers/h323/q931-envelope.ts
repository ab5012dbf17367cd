/** Finds the H.225.0 call signalling message in a Q.931 message: its user-user information element (Q.931 section 4, H.225.0 section 7). */

import { readUint16 } from '../../../bytes/index.ts'
import { type Decoded, decode } from './decode.ts'
import { userInformation } from './h225-call-schema.ts'

const protocolDiscriminator = 0x08
const userUser = 0x7e

/** Null: the kernel finds it malformed, or there is no such element. */
export function decodeQ931(bytes: Uint8Array): Decoded | null {
  const to = bytes.length
  if (to < 2 || bytes[0] !== protocolDiscriminator) return null
  // The call reference has its length before it; the message type follows, and the byte behind that must be there.
  const type = 2 + bytes[1]!
  if (type + 2 > to) return null
  return findUserUser(bytes, bytes[type + 1]! & 0x80 ? type + 2 : type + 1, to)
}

/** Every other element is taken to have one byte of length, even those of a single byte. */
function findUserUser(bytes: Uint8Array, from: number, to: number): Decoded | null {
  let at = from
  while (at < to) {
    if (bytes[at] === userUser) return decodeUserUser(bytes, at, to)
    if (at + 2 > to) return null
    at += 2 + bytes[at + 1]!
  }
  return null
}

/** Two bytes of length, the protocol discriminator, the message. */
function decodeUserUser(bytes: Uint8Array, at: number, to: number): Decoded | null {
  if (at + 3 > to) return null
  const length = readUint16(bytes, at + 1)
  if (length < 2 || at + 3 + length > to) return null
  return decode(userInformation, bytes, at + 4, at + 3 + length)
}
