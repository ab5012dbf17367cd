/** Bits of an SCTP chunk, or whether it is there (Linux nft_exthdr_sctp_eval). */

import { readUint16 } from '../../bytes/index.ts'
import { type Packet, Protocol } from '../../packet/index.ts'
import { type SctpChunkValue, wordsOf } from '../../rules/index.ts'
import { filled, type ValueCode } from '../code/operation.ts'
import { bytesTouched, fieldReader } from '../field-reader.ts'
import { transportAt, transportProtocol } from '../header-position.ts'
import type { Load, Machine, ValueExpression } from '../machine.ts'

const sctpHeaderLength = 12
const chunkHeaderLength = 4

/** Offset of the first chunk of a type, -1 when the packet has none. */
function findChunk(packet: Packet, type: number): number {
  const header = transportAt(packet)
  if (header < 0 || transportProtocol(packet) !== Protocol.sctp) return -1
  const { bytes, end } = packet
  for (let at = header + sctpHeaderLength; at + chunkHeaderLength <= end; ) {
    const length = readUint16(bytes, at + 2)
    if (length === 0) return -1
    if (bytes[at] === type) return at
    at += (length + 3) & ~3
  }
  return -1
}

function load(value: SctpChunkValue, register: number, machine: Machine): Load {
  const { registers } = machine
  const offset = value.offset >>> 3
  const length = bytesTouched(value.offset & 7, value.width)
  const read = fieldReader(value.offset & 7, value.width, registers, register)
  const { exists, chunk } = value
  return (packet) => {
    const { bytes } = packet
    const at = findChunk(packet, chunk)
    if (exists) {
      registers[register] = at >= 0 ? 1 : 0
      return true
    }
    if (at < 0) return false
    const chunkLength = readUint16(bytes, at + 2)
    // The kernel compares the chunk's end, counted from the network header, with the packet's length.
    if (offset + length > chunkLength || at + chunkLength > packet.end) return false
    read(bytes, at + offset)
    return true
  }
}

const code = (value: SctpChunkValue, at: number, machine: Machine): ValueCode =>
  filled(at, wordsOf(value.width), load(value, at, machine))

export const sctpChunk: ValueExpression<SctpChunkValue> = { code, describe: (value) => value.name }
