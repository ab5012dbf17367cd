/** One decoded message in its packet: the addresses that it names, and others in their place where the connection is translated. */

import { readUint16, writeUint16 } from '../../../bytes/index.ts'
import { Protocol, udpHeaderLength } from '../../../packet/index.ts'
import { addressBytes, isSameAddress, readAddress } from '../address-words.ts'
import type { AddressWords, HelperWork } from '../helper.ts'
import type { Decoded } from './decode.ts'

export interface Message {
  readonly work: HelperWork
  /** Where the message begins, from the transport header. */
  data: number
  /** Where it begins in the payload. */
  readonly offset: number
}

export interface NamedAddress {
  readonly address: AddressWords
  readonly port: number
  /** Offset in the message; the port follows the address. */
  readonly at: number
}

/** How each standard calls the address of a family and its bytes. */
const names = {
  h225: { 4: ['ipAddress', 'ip'], 6: ['ip6Address', 'ip'] },
  h245: { 4: ['unicastAddress', 'iPAddress', 'network'], 6: ['unicastAddress', 'iP6Address', 'network'] },
} as const

/** Null: it is none of the connection's family. */
export function namedAddress(
  { work, data }: Message,
  standard: keyof typeof names,
  decoded: Decoded | null,
): NamedAddress | null {
  const at = decoded?.get(...names[standard][work.family])?.value
  if (at === undefined) return null
  const from = work.transport + data + at
  const address = readAddress(work.bytes, from, work.family)
  return { address, port: readUint16(work.bytes, from + lengthOf(work.family)), at }
}

const lengthOf = (family: 4 | 6): number => (family === 4 ? 4 : 16)

/** Which bytes of the packet name it: the cause of an expectation. */
export function placeOf({ work, data }: Message, { at }: NamedAddress): { payloadFrom: number; payloadTo: number } {
  const payloadFrom = work.transport + data + at
  return { payloadFrom, payloadTo: payloadFrom + lengthOf(work.family) + 2 }
}

/** Only IPv4 is rewritten. */
export const isRewritten = (work: HelperWork): boolean => work.family === 4 && work.isTranslated

/** The sender's address, and what it is called on the other side. */
export const ownAddress = (work: HelperWork): AddressWords => work.address(work.direction, 0)
export const publicAddress = (work: HelperWork): AddressWords => work.address(otherDirection(work), 1)
/** The other end, as the sender's side does not see it. */
export const peerAddress = (work: HelperWork): AddressWords => work.address(otherDirection(work), 0)

export const otherDirection = ({ direction }: Pick<HelperWork, 'direction'>): 0 | 1 => (direction === 0 ? 1 : 0)

/** The sender itself is translated, so what it says of itself must be. */
export const isSenderRewritten = (work: HelperWork): boolean =>
  isRewritten(work) && !isSameAddress(ownAddress(work), publicAddress(work))

/** Writes another IPv4 address and port over one. False: it does not fit the packet. */
export function rename(message: Message, { at }: NamedAddress, address: AddressWords, port: number): boolean {
  const { work } = message
  const isUdp = work.protocol === Protocol.udp
  // The kernel finds the payload of a datagram behind the UDP header, even where its reader took that for a TCP header.
  const start = isUdp ? udpHeaderLength + message.offset : message.data
  const from = work.transport + start + at
  const bytes = new Uint8Array(6)
  bytes.set(addressBytes(address, 4))
  writeUint16(bytes, 4, port)
  if (from + bytes.length > work.to || !work.replace(from, from + bytes.length, bytes)) return false
  if (isUdp) message.data = udpHeaderLength
  return true
}

export const cannotRename = (what: string): string => `${what} cannot be rewritten: the packet has no room for it`
