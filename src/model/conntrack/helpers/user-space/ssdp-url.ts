/** Headers of HTTP-like messages, and the address and port in a URL, as conntrackd's helper for SSDP reads them. */

import { parseAddress } from '../../../bytes/index.ts'
import { readAddress } from '../address-words.ts'
import type { AddressWords } from '../helper.ts'
import { startsWithIgnoringCase } from '../payload-words.ts'

const Letter = { return: 13, newline: 10 } as const
/** A value, with the zero that ends it, must fit in this many bytes; an address in one less than this. */
const longestValue = 255
const longestAddress = 63
const httpPort = 80
const version6 = 'http://['
const version4 = 'http://'

/** The value of a header: its letters, and the offset of the first. */
export interface Header {
  readonly value: string
  readonly at: number
}

/** Where a URL leads; `from` to `to` are the offsets of its address and port. */
export interface Url {
  readonly address: AddressWords
  readonly port: number
  readonly from: number
  readonly to: number
}

/** The first line that begins with `name` (in capitals), whatever its letters' case; a return must end its value. */
export function findHeader(bytes: Uint8Array, from: number, to: number, name: string): Header | null {
  for (let line = from; line + name.length + 2 <= to; ) {
    if (startsWithIgnoringCase(bytes, line, name)) return readValue(bytes, line + name.length, to)
    line = nextLine(bytes, line, to)
    if (line < 0) return null
  }
  return null
}

function nextLine(bytes: Uint8Array, from: number, to: number): number {
  for (let at = from; at < to - 1; at++)
    if (bytes[at] === Letter.return && bytes[at + 1] === Letter.newline) return at + 2
  return -1
}

function readValue(bytes: Uint8Array, at: number, to: number): Header | null {
  const end = bytes.indexOf(Letter.return, at)
  if (end < 0 || end >= to || end - at > longestValue) return null
  return { value: String.fromCharCode(...bytes.subarray(at, end)), at }
}

export function readUrl({ value, at }: Header, family: 4 | 6): Url | null {
  const [text = ''] = value.split('\0')
  const scheme = text.slice(0, version6.length).toLowerCase()
  if (scheme === version6) return family === 6 ? readHost6(text, at) : null
  return scheme.startsWith(version4) && family === 4 ? readHost4(text, at) : null
}

function readHost4(text: string, at: number): Url | null {
  const host = /^[\d.]*/.exec(text.slice(version4.length))?.[0] ?? ''
  const address = addressOf(host, 4)
  // Where other readers take 010 for an address's number, the C library's does not.
  if (!address || /(^|\.)0\d/.test(host)) return null
  const { port, to } = readPort(text, version4.length + host.length)
  return { address, port, from: at + version4.length, to: at + to }
}

/** The port is looked for before the bracket, where it never is. */
function readHost6(text: string, at: number): Url | null {
  const closing = text.indexOf(']', version6.length)
  const address = closing < 0 ? null : addressOf(text.slice(version6.length, closing), 6)
  return address && { address, port: httpPort, from: at + version6.length, to: at + closing }
}

function addressOf(host: string, family: 4 | 6): AddressWords | null {
  const bytes = host.length > longestAddress ? null : parseAddress(host)
  return bytes?.length === (family === 6 ? 16 : 4) ? readAddress(bytes, 0, family) : null
}

/** Behind a colon, as strtol reads it: blanks, a sign, digits; none are 0. Its lowest 16 bits count. */
function readPort(text: string, hostEnd: number): { readonly port: number; readonly to: number } {
  if (text[hostEnd] !== ':') return { port: httpPort, to: hostEnd }
  const written = /^[ \t\n\v\f\r]*[+-]?\d+/.exec(text.slice(hostEnd + 1))?.[0] ?? ''
  const number = BigInt.asIntN(64, clamp(BigInt(written.trim().replace(/^\+/, '') || '0')))
  return { port: Number(BigInt.asUintN(16, number)), to: hostEnd + 1 + written.length }
}

const largest = 2n ** 63n - 1n
const clamp = (number: bigint): bigint => (number > largest ? largest : number < -largest - 1n ? -largest - 1n : number)
