/** Addresses and ports in SIP and SDP, as the kernel's in4_pton and in6_pton read and its %pI4 and %pI6c write them. */

import { printWords } from '../address-words.ts'
import type { AddressWords } from '../helper.ts'
import { isDigit, Letter, skipWhile, type Text } from './text.ts'

export interface ReadAddress {
  readonly words: AddressWords
  readonly end: number
}

export const signallingPort = 5060
const lowestPort = 1024
const longestPort = 5

function hexDigit(byte: number | undefined): number {
  if (byte === undefined) return -1
  if (isDigit(byte)) return byte - 48
  const small = byte | 0x20
  return small >= 97 && small <= 102 ? small - 87 : -1
}

/**
 * Four numbers up to 255, of any number of digits. What may stand behind is not a matter of taste: a dot, or a letter that could be a
 * hexadecimal digit, spoils the address; any other byte ends it.
 */
function readIpv4(bytes: Uint8Array, at: number, limit: number): { value: number; end: number } | null {
  let value = 0
  let next = at
  for (let octets = 0; octets < 4; octets++) {
    if (octets > 0 && (next >= limit || bytes[next++] !== Letter.dot)) return null
    const end = skipWhile(bytes, next, limit, isDigit)
    if (end === next) return null
    let octet = 0
    for (; next < end; next++) {
      octet = octet * 10 + bytes[next]! - 48
      if (octet > 255) return null
    }
    value = (value << 8) | octet
  }
  if (next < limit && (bytes[next] === Letter.dot || hexDigit(bytes[next]) >= 0)) return null
  return { value, end: next }
}

/** A group's digits: leading zeros are free, and nothing may follow a fourth digit that counts. */
function readGroup(bytes: Uint8Array, at: number, limit: number): { value: number; end: number } | null {
  let value = 0
  let end = at
  while (end < limit && hexDigit(bytes[end]) >= 0) {
    if (value > 0xfff) return null
    value = (value << 4) | hexDigit(bytes[end])
    end++
  }
  return end === at ? null : { value, end }
}

/** Groups until something that no address goes on with; `::` stands for at least one group. */
function readIpv6(bytes: Uint8Array, at: number, limit: number): ReadAddress | null {
  const at_ = (i: number): number => (i < limit ? bytes[i]! : 0)
  const groups: number[] = []
  let gap = -1
  let next = at
  if (at_(next) === Letter.colon) {
    if (at_(next + 1) !== Letter.colon) return null
    groups.push(0)
    gap = 1
    next += 2
  }
  while (true) {
    const group = readGroup(bytes, next, limit)
    if (!group) {
      // Only `::` may stand at the end.
      const isEnd = gap === groups.length && at_(next) !== Letter.colon && at_(next) !== Letter.dot
      if (!isEnd || hexDigit(at_(next)) >= 0) return null
      if (groups.length < 8) groups.push(0)
      return assemble(groups, gap, next)
    }
    if (groups.length >= 8) return null
    const following = at_(group.end)
    if (following === Letter.dot) {
      const mapped = readIpv4(bytes, next, limit)
      if (!mapped || (groups.length !== 6 && (gap < 0 || groups.length > 6))) return null
      groups.push(mapped.value >>> 16, mapped.value & 0xffff)
      return assemble(groups, gap, mapped.end)
    }
    groups.push(group.value)
    if (following !== Letter.colon) return gap < 0 && groups.length < 8 ? null : assemble(groups, gap, group.end)
    if (groups.length >= 8) return null
    next = group.end + 1
    if (gap < 0 && at_(next) === Letter.colon) {
      groups.push(0)
      gap = groups.length
      next++
    }
  }
}

function assemble(groups: readonly number[], gap: number, end: number): ReadAddress {
  const front = gap < 0 ? groups : groups.slice(0, gap)
  const back = gap < 0 ? [] : groups.slice(gap)
  const words = new Int32Array(4)
  const put = (group: number, i: number): void => {
    words[i >> 1] = words[i >> 1]! | (i & 1 ? group : group << 16)
  }
  front.forEach(put)
  back.forEach((group, i) => {
    put(group, 8 - back.length + i)
  })
  return { words, end }
}

/** A bare address of the connection's family, as in SDP. */
export function readAddress(text: Text, at: number, limit: number = text.length): ReadAddress | null {
  if (text.family === 6) return readIpv6(text.bytes, at, limit)
  const address = readIpv4(text.bytes, at, limit)
  return address && { words: Int32Array.of(address.value, 0, 0, 0), end: address.end }
}

/** An address as in URIs and Via: an IPv6 one stands in brackets, which may be missing where `areBracketsFree`. */
export function readHost(text: Text, at: number, limit: number, areBracketsFree = false): ReadAddress | null {
  if (text.family === 4) return readAddress(text, at, limit)
  const isOpen = at < limit && text.bytes[at] === Letter.bracketOpen
  if (!isOpen && !areBracketsFree) return null
  const address = readIpv6(text.bytes, isOpen ? at + 1 : at, limit)
  if (!address) return null
  const isClosed = address.end < limit && text.bytes[address.end] === Letter.bracketClose
  if (!isClosed && !areBracketsFree) return null
  return { words: address.words, end: isClosed ? address.end + 1 : address.end }
}

export interface ReadEndpoint {
  readonly address: AddressWords
  /** 5060 where none is written. */
  readonly port: number
  readonly end: number
}

/** An address and perhaps a port, 1024 to 65535. Something must stand behind them. */
export function readEndpoint(text: Text, at: number): ReadEndpoint | null {
  const { bytes, length } = text
  const host = readHost(text, at, length)
  if (!host || host.end >= length) return null
  const { words, end } = host
  if (bytes[end] !== Letter.colon) return { address: words, port: signallingPort, end }
  const digits = skipWhile(bytes, end + 1, length, isDigit)
  const count = digits - end - 1
  if (count === 0 || count > longestPort || digits >= length) return null
  let port = 0
  for (let i = end + 1; i < digits; i++) port = port * 10 + bytes[i]! - 48
  return port < lowestPort || port > 0xffff ? null : { address: words, port, end: digits }
}

/** Interface identifiers of ISATAP end with an IPv4 address, and the kernel writes them so. */
const isIsatap = (words: AddressWords): boolean => (words[2]! | 0x0200_0000) === 0x0200_5efe

/** As the kernel writes it: without brackets. */
export function printAddressWords(words: AddressWords, family: 4 | 6): string {
  if (family === 4 || !isIsatap(words)) return printWords(words, family)
  // The first six groups are shortened as those of any address, but by themselves.
  const filled = printWords(Int32Array.of(words[0]!, words[1]!, words[2]!, 0x1111_1111), 6)
  return filled.replace('1111:1111', printWords(words.subarray(3), 4))
}

export const printHost = (words: AddressWords, family: 4 | 6): string =>
  family === 6 ? `[${printAddressWords(words, 6)}]` : printWords(words, 4)

export const printEndpoint = (words: AddressWords, port: number, family: 4 | 6): string =>
  `${printHost(words, family)}:${port}`
