/**
 * FTP: PORT and EPRT of the client, 227 and 229 of the server; RFC 959, RFC 2428, as nf_conntrack_ftp reads them (docs/fidelity.md,
 * fidelity 23): line by line, only the first line of a segment, and only if the line before it was seen to end.
 */

import { parseAddress } from '../../bytes/index.ts'
import { Protocol } from '../../packet/index.ts'
import { isBefore } from '../trackers/tcp-window.ts'
import type { Edit, Finding, Helper, HelperOutcome, Payload } from './helper.ts'

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

interface Command {
  readonly keyword: string
  /** Offset of the arguments at or behind `at`; -1: there are none. */
  skip(bytes: Uint8Array, at: number, to: number): number
  parse(payload: Payload, at: number): Parsed | null
  readonly form: Edit['form']
}

/** By direction. A keyword must begin the segment; capital or small letters alike. */
const commands: readonly (readonly Command[])[] = [
  [
    {
      keyword: 'PORT',
      skip: behind(space),
      parse: (payload, at) => parseNumbers(payload, at, carriageReturn),
      form: 'ftp-comma',
    },
    { keyword: 'EPRT', skip: behind(space), parse: parseExtendedPort, form: 'ftp-eprt' },
  ],
  [
    {
      keyword: '227 ',
      skip: firstDigit,
      parse: (payload, at) => parseNumbers(payload, at, anyTerminator),
      form: 'ftp-comma',
    },
    { keyword: '229 ', skip: behind(parenthesis), parse: parseExtendedPassive, form: 'ftp-epsv' },
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

function find(payload: Payload, memory: Int32Array): HelperOutcome {
  const { bytes, to, sequence, direction } = payload
  const outcome = isLineStart(memory, direction, sequence) ? readCommand(payload) : 'nothing'
  // What follows a command that was dropped will be sent again: do not remember its end.
  if (outcome !== 'drop' && bytes[to - 1] === newline)
    noteLineEnd(memory, direction, (sequence + to - payload.from) | 0)
  return outcome
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

function readCommand(payload: Payload): HelperOutcome {
  for (const command of commands[payload.direction] ?? []) {
    const outcome = tryCommand(payload, command)
    if (outcome !== 'nothing') return outcome
  }
  return 'nothing'
}

function tryCommand(payload: Payload, command: Command): HelperOutcome {
  const { bytes, from, to } = payload
  const { keyword } = command
  const length = Math.min(keyword.length, to - from)
  for (let i = 0; i < length; i++) if (upperCase(bytes[from + i]!) !== keyword.charCodeAt(i)) return 'nothing'
  // A keyword that was cut, or that nothing follows.
  if (to - from <= keyword.length) return 'drop'
  const at = command.skip(bytes, from + keyword.length, to)
  if (at < 0) return 'drop'
  const parsed = command.parse(payload, at)
  return parsed ? makeFinding(parsed, { from: at, to: parsed.to, form: command.form }) : 'drop'
}

const upperCase = (byte: number): number => (byte >= 97 && byte <= 122 ? byte - 32 : byte)

const makeFinding = (parsed: Parsed, edit: Edit): Finding => ({
  class: 0,
  protocol: Protocol.tcp,
  destination: parsed.destination,
  destinationPort: parsed.port,
  edits: [edit],
})

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

function parseNumbers(payload: Payload, at: number, terminator: number): Parsed | null {
  const numbers = readNumbers(payload.bytes, at, payload.to, 6, comma, terminator)
  if (!numbers) return null
  const port = ((numbers[4]! << 8) | numbers[5]!) & 0xffff
  return { destination: joinOctets(numbers), port, to: stopped }
}

const isDelimiter = (byte: number): boolean => !isDigit(byte) && byte >= 33 && byte <= 126

/** `d 1 d ADDRESS d PORT d`, any delimiter; 1 for IPv4, 2 for IPv6, which must be the connection's. */
function parseExtendedPort(payload: Payload, at: number): Parsed | null {
  const { bytes, to, family } = payload
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
function parseExtendedPassive(payload: Payload, at: number): Parsed | null {
  const { bytes, to } = payload
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

export const ftp: Helper = {
  name: 'ftp',
  protocol: Protocol.tcp,
  families: [4, 6],
  port: 21,
  policies: [{ name: 'ftp', maximum: 1, timeoutSeconds: 300 }],
  memoryWords: 2 * memoryOfDirection,
  find,
}
