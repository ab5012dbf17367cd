/**
 * The compares that nearly every rule of nearly every ruleset makes, each as one closure without registers: ports, protocols,
 * IPv4 addresses, interfaces, marks, connection states. They answer as `compare.ts` does.
 */

import { readInt32 } from '../../bytes/index.ts'
import type { Packet } from '../../packet/index.ts'
import { hastyTransportAt, transportProtocol } from '../header-position.ts'
import type { Machine, Step } from '../machine.ts'
import { Result } from '../result.ts'
import type { CompareStatement } from '../statement.ts'
import type { BitwiseValue, MetaValue, PayloadValue } from '../value.ts'
import { stringWords, wordsString } from '../words.ts'
import { stateOf } from './conntrack.ts'
import { outputOf } from './meta.ts'
import { isHasty } from './payload.ts'

/** Null: not one of the hot cases. */
export function compileHotCompare(statement: CompareStatement, machine: Machine): Step | null {
  if (statement.operator !== '==' && statement.operator !== '!=') return null
  const { left } = statement
  // A step answers `next` when equality is what the rule asked for: the two codes are swapped once, here.
  const equal = statement.operator === '==' ? Result.next : Result.break
  const different = statement.operator === '==' ? Result.break : Result.next
  const isIndexed = statement.interfaceName !== null
  const [first] = statement.right
  const right =
    statement.interfaceName === null ? first : machine.surroundings.host.interfaceIndex(statement.interfaceName)
  if (left.kind === 'meta' && right !== undefined) return hotMeta(left, statement, right | 0, equal, different, machine)
  if (isIndexed || statement.prefixBits !== null || statement.right.length !== 1 || right === undefined) return null
  if (left.kind === 'payload') return hotPayload(left, right | 0, equal, different)
  if (left.kind === 'bitwise') return hotState(left, right | 0, equal, different)
  return null
}

function hotMeta(
  value: MetaValue,
  statement: CompareStatement,
  right: number,
  equal: number,
  different: number,
  machine: Machine,
): Step | null {
  if (value.key === 'iifname' || value.key === 'oifname') return hotName(value, statement, equal, different, machine)
  if (statement.prefixBits !== null) return null
  switch (value.key) {
    case 'l4proto':
      return (packet) => {
        const protocol = packet.family === 4 ? packet.protocol : transportProtocol(packet)
        if (protocol < 0) return Result.break
        return protocol === right ? equal : different
      }
    case 'nfproto':
      return (packet) => ((packet.family === 4 ? 2 : 10) === right ? equal : different)
    case 'mark':
      return (packet) => ((packet.mark | 0) === right ? equal : different)
    case 'iif':
      return (packet) => (packet.input === right ? equal : different)
    case 'oif':
      return (packet) => (outputOf(packet) === right ? equal : different)
    default:
      return null
  }
}

/** A whole interface name is compared by the interface's index: names and indices correspond one to one on a host. */
function hotName(
  value: MetaValue,
  statement: CompareStatement,
  equal: number,
  different: number,
  machine: Machine,
): Step | null {
  const name = wordsString(statement.right)
  const isWhole = statement.prefixBits === null || statement.prefixBits >= value.width
  const isPlain = stringWords(name).every((word, i) => word === ((statement.right[i] ?? 0) | 0))
  if (!isWhole || !isPlain) return null
  const index = name === '' ? 0 : machine.surroundings.host.interfaceIndex(name)
  if (value.key === 'iifname') return (packet) => (packet.input === index ? equal : different)
  return (packet) => (outputOf(packet) === index ? equal : different)
}

function hotPayload(value: PayloadValue, right: number, equal: number, different: number): Step | null {
  if ((value.offset & 7) !== 0) return null
  const offset = value.offset >>> 3
  if (value.base === 'network' && value.width === 32) {
    return (packet) => {
      const at = packet.start + offset
      if (at + 4 > packet.end) return Result.break
      return readInt32(packet.bytes, at) === right ? equal : different
    }
  }
  if (value.base === 'network' && value.width === 8) {
    return (packet) => {
      const at = packet.start + offset
      if (at >= packet.end) return Result.break
      return packet.bytes[at] === right ? equal : different
    }
  }
  if (!isHasty(value)) return null
  if (value.width === 16) {
    return (packet) => {
      const at = hotTransportAt(packet) + offset
      if (at < offset || at + 2 > packet.end) return Result.break
      return ((packet.bytes[at]! << 8) | packet.bytes[at + 1]!) === right ? equal : different
    }
  }
  if (value.width === 8) {
    return (packet) => {
      const at = hotTransportAt(packet) + offset
      if (at < offset || at >= packet.end) return Result.break
      return packet.bytes[at] === right ? equal : different
    }
  }
  return null
}

const hotTransportAt = (packet: Packet): number =>
  packet.family === 4 && packet.transport >= 0 ? packet.transport : hastyTransportAt(packet)

/** `ct state established,related`: a mask of the state's bits. */
function hotState(value: BitwiseValue, right: number, equal: number, different: number): Step | null {
  if (value.of.kind !== 'ct' || value.of.key !== 'state' || value.shift !== 0 || value.xor.some((word) => word !== 0)) {
    return null
  }
  const mask = value.and[0] ?? -1
  return (packet) => ((stateOf(packet) & mask) === right ? equal : different)
}
