/**
 * FTP: PORT and EPRT of the client, 227 and 229 of the server; RFC 959, RFC 2428, as nf_conntrack_ftp reads them (docs/fidelity.md,
 * fidelity 23): line by line, only the first line of a segment, and only if the line before it was seen to end.
 */

import { parseAddress } from '../../bytes/index.ts'
import { Protocol } from '../../packet/index.ts'
import { State } from '../status.ts'
import { isBefore } from '../trackers/tcp-window.ts'
import { addressBytes, isSameAddress, printUnfolded, printWords, readAddress } from './address-words.ts'
import { announce } from './announce.ts'
import type { AddressWords, Helper, HelperVerdict, HelperWork } from './helper.ts'

/** Memory: for each direction how many line ends are known (0 to 2), then their two sequence numbers. */
const memoryOfDirection = 3

const newline = 10
const carriageReturn = 13
const space = 32
const parenthesis = 40
const comma = 44
const dot = 46
const anyTerminator = -1

interface Parsed {
  readonly destination: Uint8Array | null
  readonly port: number
  /** Offset behind the last byte that was understood. */
  readonly to: number
}

/** With the offset of its first byte. */
interface Announced extends Parsed {
  readonly from: number
}

interface Command {
  readonly keyword: string
  /** Offset of the arguments at or behind `at`; -1: there are none. */
  skip(bytes: Uint8Array, at: number, to: number): number
  parse(work: HelperWork, at: number): Parsed | null
  /** How another address and port are written in its place. */
  write(address: AddressWords, port: number, family: 4 | 6): string
}

/** By direction. A keyword must begin the segment; capital or small letters alike. */
const commands: readonly (readonly Command[])[] = [
  [
    {
      keyword: 'PORT',
      skip: behind(space),
      parse: (work, at) => parseNumbers(work, at, carriageReturn),
      write: writeNumbers,
    },
    { keyword: 'EPRT', skip: behind(space), parse: parseExtendedPort, write: writeExtendedPort },
  ],
  [
    {
      keyword: '227 ',
      skip: firstDigit,
      parse: (work, at) => parseNumbers(work, at, anyTerminator),
      write: writeNumbers,
    },
    { keyword: '229 ', skip: behind(parenthesis), parse: parseExtendedPassive, write: writeExtendedPassive },
  ],
]

function behind(byte: number): Command['skip'] {
  return (bytes, at, to) => {
    const index = bytes.indexOf(byte, at)
    return index < 0 || index >= to ? -1 : index + 1
  }
}

function firstDigit(bytes: Uint8Array, at: number, to: number): number {
  for (let i = at; i < to; i++) if (isDigit(bytes[i]!)) return i
  return -1
}

const isDigit = (byte: number): boolean => byte >= 48 && byte <= 57

function read(work: HelperWork): HelperVerdict {
  const { sequence, direction, memory } = work
  if (work.state !== State.established) return null
  work.packet.joinTo(work.packet.end)
  if (work.from >= work.to) return null
  const endsLine = work.bytes[work.to - 1] === newline
  const behind = (sequence + work.to - work.from) | 0
  const command = isLineStart(memory, direction, sequence) ? findCommand(work) : null
  const read = command && readCommand(work, command)
  // What follows a command that cannot be read will be sent again: do not remember its end.
  if (typeof read === 'string') return read
  const problem = command && read && expectData(work, command, read)
  if (endsLine) noteLineEnd(memory, direction, behind)
  return problem
}

function isLineStart(memory: Int32Array, direction: number, sequence: number): boolean {
  const at = direction * memoryOfDirection
  const known = memory[at]!
  return (known > 0 && memory[at + 1] === sequence) || (known > 1 && memory[at + 2] === sequence)
}

/** Keeps the two latest line ends. */
function noteLineEnd(memory: Int32Array, direction: number, sequence: number): void {
  if (isLineStart(memory, direction, sequence)) return
  const at = direction * memoryOfDirection
  const known = memory[at]!
  if (known < 2) {
    memory[at] = known + 1
    memory[at + 1 + known] = sequence
    return
  }
  const older = isBefore(memory[at + 1]!, memory[at + 2]!) ? at + 1 : at + 2
  if (isBefore(memory[older]!, sequence)) memory[older] = sequence
}

function findCommand(work: HelperWork): Command | null {
  const { from, to } = work
  const isAt = ({ keyword }: Command): boolean => hasKeyword(work, keyword, Math.min(keyword.length, to - from))
  return commands[work.direction]?.find(isAt) ?? null
}

function hasKeyword({ bytes, from }: HelperWork, keyword: string, length: number): boolean {
  for (let i = 0; i < length; i++) if (upperCase(bytes[from + i]!) !== keyword.charCodeAt(i)) return false
  return true
}

/** The address and port, or why they cannot be read. */
function readCommand(work: HelperWork, command: Command): Announced | string {
  const { bytes, from, to } = work
  const { keyword } = command
  if (to - from <= keyword.length) return `the segment ends inside or behind ${keyword.trim()}: the command is cut`
  const at = command.skip(bytes, from + keyword.length, to)
  const parsed = at < 0 ? null : command.parse(work, at)
  return parsed ? { ...parsed, from: at } : `it cannot read the address and port of ${keyword.trim()}`
}

const upperCase = (byte: number): number => (byte >= 97 && byte <= 122 ? byte - 32 : byte)

/** The peer may connect to the sender. Another host's address is believed only with the module's parameter `loose`. */
function expectData(work: HelperWork, command: Command, parsed: Announced): HelperVerdict {
  const { direction } = work
  const far = direction === 0 ? 1 : 0
  const named = parsed.destination && readAddress(parsed.destination, 0, work.family)
  const isForeign = named !== null && !isSameAddress(named, work.address(direction, 0))
  if (isForeign && !work.parameters.ftp.isLoose) return null
  const request = {
    class: 0,
    protocol: Protocol.tcp,
    source: work.address(far, 0),
    destination: isForeign ? named : work.address(far, 1),
    destinationPort: parsed.port,
    payloadFrom: parsed.from,
    payloadTo: parsed.to,
  }
  return announce(work, request, 'the data connection', {
    direction: far,
    text: (port) => command.write(work.address(far, 1), port, work.family),
  })
}

function writeNumbers(address: AddressWords, port: number): string {
  return [...addressBytes(address, 4), port >>> 8, port & 255].join(',')
}

function writeExtendedPort(address: AddressWords, port: number, family: 4 | 6): string {
  return family === 4 ? `|1|${printWords(address, 4)}|${port}|` : `|2|${printUnfolded(address)}|${port}|`
}

function writeExtendedPassive(_address: AddressWords, port: number): string {
  return `|||${port}|`
}

/** Where {@link readNumbers} stopped: at the terminator. */
let stopped = 0

/** `count` decimal numbers, 32 bits wide and unchecked, with a terminator behind the last; null if it is anything else. */
function readNumbers(
  bytes: Uint8Array,
  from: number,
  to: number,
  count: number,
  separator: number,
  terminator: number,
): Int32Array | null {
  const numbers = new Int32Array(count)
  let index = 0
  for (let at = from; at < to && index < count; at++) {
    const byte = bytes[at]!
    if (isDigit(byte)) numbers[index] = Math.imul(numbers[index]!, 10) + byte - 48
    else if (byte === separator) index++
    else {
      stopped = at
      // Nothing was read at all: the kernel takes a length of zero for a failure.
      return index === count - 1 && at > from && (terminator === anyTerminator || byte === terminator) ? numbers : null
    }
  }
  return null
}

/** The octets are shifted together, not checked: 10,0,1,258 is 10.0.1.2. */
function joinOctets(numbers: Int32Array): Uint8Array {
  const word = (numbers[0]! << 24) | (numbers[1]! << 16) | (numbers[2]! << 8) | numbers[3]!
  return Uint8Array.of(word >>> 24, word >>> 16, word >>> 8, word)
}

function parseNumbers(work: HelperWork, at: number, terminator: number): Parsed | null {
  const numbers = readNumbers(work.bytes, at, work.to, 6, comma, terminator)
  if (!numbers) return null
  const port = ((numbers[4]! << 8) | numbers[5]!) & 0xffff
  return { destination: joinOctets(numbers), port, to: stopped }
}

const isDelimiter = (byte: number): boolean => !isDigit(byte) && byte >= 33 && byte <= 126

/** `d 1 d ADDRESS d PORT d`, any delimiter; 1 for IPv4, 2 for IPv6, which must be the connection's. */
function parseExtendedPort(work: HelperWork, at: number): Parsed | null {
  const { bytes, to, family } = work
  if (to - at <= 3) return null
  const delimiter = bytes[at]!
  if (!isDelimiter(delimiter) || bytes[at + 2] !== delimiter) return null
  if (bytes[at + 1] !== (family === 4 ? 49 : 50)) return null
  const destination = family === 4 ? readIpv4(bytes, at + 3, to, delimiter) : readIpv6(bytes, at + 3, to, delimiter)
  return destination && readPort(bytes, stopped + 1, to, delimiter, destination)
}

function readIpv4(bytes: Uint8Array, at: number, to: number, delimiter: number): Uint8Array | null {
  const numbers = readNumbers(bytes, at, to, 4, dot, delimiter)
  return numbers && joinOctets(numbers)
}

function readIpv6(bytes: Uint8Array, at: number, to: number, delimiter: number): Uint8Array | null {
  const end = bytes.indexOf(delimiter, at)
  if (end < 0 || end >= to || end - at > 45) return null
  stopped = end
  const address = parseAddress(String.fromCharCode(...bytes.subarray(at, end)))
  return address?.length === 16 ? address : null
}

/** `(ddd PORT d`. */
function parseExtendedPassive(work: HelperWork, at: number): Parsed | null {
  const { bytes, to } = work
  if (to - at <= 3) return null
  const delimiter = bytes[at]!
  if (!isDelimiter(delimiter) || bytes[at + 1] !== delimiter || bytes[at + 2] !== delimiter) return null
  return readPort(bytes, at + 3, to, delimiter, null)
}

/** 16 bits wide, so 70000 is 4464; 0 is no port here. */
function readPort(
  bytes: Uint8Array,
  from: number,
  to: number,
  delimiter: number,
  destination: Uint8Array | null,
): Parsed | null {
  let port = 0
  for (let at = from; at < to; at++) {
    const byte = bytes[at]!
    if (byte === delimiter) return port === 0 ? null : { destination, port, to: at + 1 }
    if (!isDigit(byte)) return null
    port = (port * 10 + byte - 48) & 0xffff
  }
  return null
}

const policies = [{ name: 'ftp', maximum: 1, timeoutSeconds: 300 }] as const

export const ftp: Helper = {
  name: 'ftp',
  protocol: Protocol.tcp,
  families: [4, 6],
  port: 21,
  policies: () => policies,
  memoryWords: 2 * memoryOfDirection,
  read,
}
