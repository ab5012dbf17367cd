/**
 * Oracle's Transparent Network Substrate: a server's REDIRECT names, as text, the address and port to go to instead; as conntrackd's
 * helper reads it. The address may be anyone's.
 */

import { readUint16, writeUint16 } from '../../../bytes/index.ts'
import { Protocol } from '../../../packet/index.ts'
import { State } from '../../status.ts'
import { printWords } from '../address-words.ts'
import type { AddressWords, ExpectationRequest, Helper, HelperVerdict, HelperWork } from '../helper.ts'
import { bytesOf, startsWith } from '../payload-words.ts'
import { byteAt, expectAtOnce, userSpace } from './conntrackd.ts'

/** Word of the memory: 1 after a REDIRECT without data, until the next packet. */
const isRedirected = 0

const Type = { redirect: 5, data: 6 } as const
/** Length, checksum, type, reserved, checksum of the header. */
const headerLength = 8
const typeOffset = 4

const Letter = { space: 32, closing: 41, dot: 46 } as const
const numbersOfAddress = 4

const what = 'the redirected TNS connection'

interface Named {
  readonly address: AddressWords
  readonly port: number
  /** Offsets of `ADDRESS)(PORT=PORT)`. */
  readonly from: number
  readonly to: number
}

function read(work: HelperWork): HelperVerdict {
  if (work.state !== State.established || work.direction !== 1) return null
  const { memory, from } = work
  const isAwaited = memory[isRedirected] === 1
  memory[isRedirected] = 0
  const type = byteAt(work, from + typeOffset)
  if (type === Type.redirect) {
    if (byteAt(work, from + headerLength) === 0 && byteAt(work, from + headerLength + 1) === 0) {
      memory[isRedirected] = 1
      return null
    }
    // The first letters of a REDIRECT are not looked at: it is read as if its header stood there twice.
    return readAddress(work, from + 2 * headerLength)
  }
  return isAwaited && type === Type.data ? readAddress(work, from + headerLength) : null
}

function readAddress(work: HelperWork, from: number): HelperVerdict {
  const named = findNamed(work, from)
  if (!named) return null
  const request: ExpectationRequest = {
    class: 0,
    protocol: Protocol.tcp,
    source: work.address(0, 0),
    destination: named.address,
    destinationPort: named.port,
    payloadFrom: named.from,
    payloadTo: named.to,
  }
  if (!work.isTranslated) return expectAtOnce(work, request, what)
  // Where a DATA packet is rewritten, conntrackd counts its header twice.
  const isMistaken = byteAt(work, work.from + typeOffset) === Type.data
  return translate(
    work,
    request,
    isMistaken ? { ...named, from: named.from + headerLength, to: named.to + headerLength } : named,
  )
}

/** `(...HOST=1.2.3.4)...(...PORT=1521)`. A zero byte ends the text. */
function findNamed(work: HelperWork, at: number): Named | null {
  const opening = find(work, at, '(')
  const host = opening < 0 ? -1 : find(work, opening + 1, 'HOST=')
  if (host < 0) return null
  const from = host + 5
  const address = readNumbers(work, from)
  if (!address) return null
  const bracket = find(work, address.to, '(')
  const word = bracket < 0 ? -1 : find(work, bracket, 'PORT=')
  const port = word < 0 ? null : readPort(work, word + 5)
  return port && { address: address.words, port: port.port, from, to: port.to }
}

function find(work: HelperWork, from: number, words: string): number {
  for (let at = from; byteAt(work, at) !== 0; at++)
    if (at + words.length <= work.packet.end && startsWith(work.bytes, at, words)) return at
  return -1
}

/** Four numbers that are shifted together, not checked; blanks and missing digits do not matter. */
function readNumbers(work: HelperWork, from: number): { readonly words: AddressWords; readonly to: number } | null {
  const numbers = new Int32Array(numbersOfAddress)
  let index = 0
  for (let at = from; index < numbersOfAddress; at++) {
    const letter = byteAt(work, at)
    if (isDigit(letter)) numbers[index] = Math.imul(numbers[index]!, 10) + letter - 48
    else if (letter === Letter.dot) index++
    else if (letter === Letter.closing && index === numbersOfAddress - 1)
      return { words: Int32Array.of(joinOctets(numbers), 0, 0, 0), to: at }
    else if (letter !== Letter.space) return null
  }
  return null
}

const isDigit = (letter: number): boolean => letter >= 48 && letter <= 57

const joinOctets = (numbers: Int32Array): number =>
  (numbers[0]! << 24) | (numbers[1]! << 16) | (numbers[2]! << 8) | numbers[3]!

/** 16 bits wide; not 0. */
function readPort(work: HelperWork, from: number): { readonly port: number; readonly to: number } | null {
  let port = 0
  for (let at = from; ; at++) {
    const letter = byteAt(work, at)
    if (letter === Letter.closing) return port === 0 ? null : { port, to: at + 1 }
    if (isDigit(letter)) port = (port * 10 + letter - 48) & 0xffff
    else if (letter !== Letter.space) return null
  }
}

/**
 * The client is told to come where it has come before. conntrackd mends the lengths in the header by the wrong sign, and after
 * the checksum was made: such a packet is thrown away where it arrives.
 */
function translate(work: HelperWork, request: ExpectationRequest, named: Named): HelperVerdict {
  const translation = { name: 'nat-follow-master', direction: 0, savedAddress: null, savedPort: named.port } as const
  const refusal = expectAtOnce(work, { ...request, translation }, what)
  if (refusal !== null) return refusal
  if (named.to > work.packet.end) return 'conntrackd fails at a TNS packet that it would rewrite behind its end'
  const text = bytesOf(`${printWords(work.address(0, 1), 4)})(PORT=${named.port})`)
  const shrinking = named.to - named.from - text.length
  if (!work.replace(named.from, named.to, text)) return `${what} cannot be announced: the packet would become too long`
  if (shrinking !== 0) spoilHeader(work, shrinking)
  return null
}

function spoilHeader({ bytes, from }: HelperWork, difference: number): void {
  writeUint16(bytes, from + 2, 0)
  writeUint16(bytes, from + 6, 0)
  writeUint16(bytes, from, readUint16(bytes, from) + difference)
  if (bytes[from + typeOffset] === Type.redirect)
    writeUint16(bytes, from + headerLength, readUint16(bytes, from + headerLength) + difference)
}

export const tns: Helper = userSpace({
  name: 'tns',
  protocol: Protocol.tcp,
  families: [4],
  memoryWords: 1,
  maximum: 1,
  timeoutSeconds: 300,
  read,
})
