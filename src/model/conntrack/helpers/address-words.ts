/** Addresses as helpers hold them (four words, IPv4 in the first) and as payloads write them. */

import { printAddress, readInt32, writeUint32 } from '../../bytes/index.ts'
import type { AddressWords } from './helper.ts'

const wordsOf = (family: 4 | 6): number => (family === 6 ? 4 : 1)

/** 4 or 16 bytes. */
export function addressBytes(words: AddressWords, family: 4 | 6): Uint8Array {
  const bytes = new Uint8Array(4 * wordsOf(family))
  for (let i = 0; i < wordsOf(family); i++) writeUint32(bytes, 4 * i, words[i]!)
  return bytes
}

/** From 4 or 16 bytes at `at`. */
export function readAddress(bytes: Uint8Array, at: number, family: 4 | 6): AddressWords {
  const words = new Int32Array(4)
  for (let i = 0; i < wordsOf(family); i++) words[i] = readInt32(bytes, at + 4 * i)
  return words
}

export const isSameAddress = (one: AddressWords, other: AddressWords): boolean =>
  one[0] === other[0] && one[1] === other[1] && one[2] === other[2] && one[3] === other[3]

/** As the kernel's %pI4 and %pI6c print it: IPv6 with its zeros folded. */
export const printWords = (words: AddressWords, family: 4 | 6): string =>
  printAddress(addressBytes(words, family), 0, 4 * wordsOf(family))

/** As the kernel's %pI6 prints it: eight groups of four digits, nothing folded. */
export function printUnfolded(words: AddressWords): string {
  const groups: string[] = []
  for (let i = 0; i < 4; i++) {
    const digits = (words[i]! >>> 0).toString(16).padStart(8, '0')
    groups.push(digits.slice(0, 4), digits.slice(4))
  }
  return groups.join(':')
}
