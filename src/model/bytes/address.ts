/** IPv4 and IPv6 addresses as text (RFC 5952 for printing) and as bytes in network order. */

import { readUint16, writeUint16 } from './integers.ts'

/** Prints the address of 4 or 16 bytes at `at`. */
export const printAddress = (bytes: Uint8Array, at: number, length: number): string =>
  length === 4 ? `${bytes[at]}.${bytes[at + 1]}.${bytes[at + 2]}.${bytes[at + 3]}` : printIpv6(bytes, at)

/** Prints an address of its own (4 or 16 bytes). */
export const addressText = (address: Uint8Array): string => printAddress(address, 0, address.length)

function printIpv6(bytes: Uint8Array, at: number): string {
  const groups: number[] = []
  for (let i = 0; i < 8; i++) groups.push(readUint16(bytes, at + 2 * i))
  if (groups.slice(0, 5).every((group) => group === 0) && groups[5] === 0xffff) {
    return `::ffff:${printAddress(bytes, at + 12, 4)}`
  }
  const gap = longestZeroRun(groups)
  const hex = groups.map((group) => group.toString(16))
  if (gap.length < 2) return hex.join(':')
  return `${hex.slice(0, gap.start).join(':')}::${hex.slice(gap.start + gap.length).join(':')}`
}

function longestZeroRun(groups: readonly number[]): { start: number; length: number } {
  let best = { start: 0, length: 0 }
  for (let start = 0; start < groups.length; start++) {
    let length = 0
    while (groups[start + length] === 0) length++
    if (length > best.length) best = { start, length }
  }
  return best
}

/** Reads an address in text form: 4 bytes for IPv4, 16 for IPv6, null when it is neither. */
export const parseAddress = (text: string): Uint8Array | null =>
  text.includes(':') ? parseIpv6(text) : parseIpv4(text)

function parseIpv4(text: string): Uint8Array | null {
  if (!/^\d{1,3}(\.\d{1,3}){3}$/.test(text)) return null
  const parts = text.split('.').map(Number)
  return parts.every((part) => part <= 255) ? Uint8Array.from(parts) : null
}

function parseIpv6(text: string): Uint8Array | null {
  const halves = text.split('::')
  if (halves.length > 2) return null
  const head = parseGroups(halves[0] ?? '', halves.length === 1)
  const tail = halves.length === 2 ? parseGroups(halves[1] ?? '', true) : []
  if (!head || !tail) return null
  const missing = 8 - head.length - tail.length
  if (halves.length === 2 ? missing < 1 : missing !== 0) return null
  const address = new Uint8Array(16)
  for (const [i, group] of head.entries()) writeUint16(address, 2 * i, group)
  for (const [i, group] of tail.entries()) writeUint16(address, 2 * (8 - tail.length + i), group)
  return address
}

/** Groups between colons; the last may be an IPv4 address when `mayEndInIpv4`. */
function parseGroups(text: string, mayEndInIpv4: boolean): number[] | null {
  if (text === '') return []
  const groups: number[] = []
  const parts = text.split(':')
  for (const [i, part] of parts.entries()) {
    if (mayEndInIpv4 && i === parts.length - 1 && part.includes('.')) {
      const ipv4 = parseIpv4(part)
      if (!ipv4) return null
      groups.push(readUint16(ipv4, 0), readUint16(ipv4, 2))
    } else if (/^[0-9a-fA-F]{1,4}$/.test(part)) groups.push(Number.parseInt(part, 16))
    else return null
  }
  return groups
}

/** An address block: the first `length` bits of `address` count; the bits behind them are kept as written. */
export interface Prefix {
  readonly address: Uint8Array
  readonly length: number
}

/** Reads `address/length` or a bare address (its own full length); null when malformed. */
export function parsePrefix(text: string): Prefix | null {
  const slash = text.indexOf('/')
  const address = parseAddress(slash < 0 ? text : text.slice(0, slash))
  if (!address) return null
  if (slash < 0) return { address, length: address.length * 8 }
  const lengthText = text.slice(slash + 1)
  const length = Number(lengthText)
  return /^\d{1,3}$/.test(lengthText) && length <= address.length * 8 ? { address, length } : null
}

export const prefixText = (prefix: Prefix): string => `${addressText(prefix.address)}/${prefix.length}`

/** Whether the address at `at` lies in the block. The caller knows that both are of the same family. */
export function isInPrefix(bytes: Uint8Array, at: number, prefix: Prefix): boolean {
  const whole = prefix.length >>> 3
  for (let i = 0; i < whole; i++) if (bytes[at + i] !== prefix.address[i]) return false
  const rest = prefix.length & 7
  return rest === 0 || ((bytes[at + whole]! ^ prefix.address[whole]!) & (0xff00 >>> rest) & 0xff) === 0
}
