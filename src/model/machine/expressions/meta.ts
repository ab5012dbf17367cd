/** What netfilter knows of a packet beside its bytes (Linux nft_meta). */

import { EtherType, Hook, type Packet, PacketType } from '../../packet/index.ts'
import type { MetaKey, MetaValue } from '../../rules/index.ts'
import { filled, type ValueCode, wordsWhere } from '../code/operation.ts'
import { call, combine, compare, constant, type Reader, slot, type Word } from '../code/word.ts'
import { transportProtocol } from '../header-position.ts'
import type { Machine, ValueExpression } from '../machine.ts'

/** Numbers of the kernel's NFPROTO_IPV4 and NFPROTO_IPV6. */
const familyNumber = (packet: Packet): number => (packet.family === 4 ? 2 : 10)

const etherType = (packet: Packet): number => (packet.family === 4 ? EtherType.ipv4 : EtherType.ipv6)

/** Hardware types (ARPHRD_*) of the interfaces that a host can have. */
const InterfaceType = { ethernet: 1, loopback: 772, none: 65534 } as const

/** In prerouting and input the kernel does not say where a packet will leave. */
export const outputOf = (packet: Packet): number =>
  packet.hook === Hook.prerouting || packet.hook === Hook.input ? 0 : packet.output

/** A loopback frame's type is made up from its destination (nft_meta_get_eval_pkttype_lo). */
function packetType(packet: Packet): number {
  if (packet.packetType !== PacketType.loopback) return packet.packetType
  const first = packet.bytes[packet.start + (packet.family === 4 ? 16 : 24)]!
  const isMulticast = packet.family === 4 ? first >>> 4 === 14 : first === 0xff
  return isMulticast ? PacketType.multicast : PacketType.broadcast
}

/** A value that every packet has. */
const always = (word: Word): ValueCode => wordsWhere([], word)

/** A value that a packet does not have where the word is -1. */
const perhaps = (word: Word): ValueCode => wordsWhere([compare(word, '!==', -1)], word)

function interfaceName(machine: Machine, at: number, index: (packet: Packet) => number): ValueCode {
  const { registers } = machine
  return filled(at, 4, (packet) => {
    const words = machine.nameWords(index(packet))
    for (let i = 0; i < 4; i++) registers[at + i] = words[i]!
    return true
  })
}

const zero = constant(0)

/** Kinds (`iifkind`) are empty strings: the interfaces of a host are plain devices. */
const emptyName: ValueCode = wordsWhere([], zero, zero, zero, zero)

function interfaceType(machine: Machine, index: number): number {
  const found = machine.surroundings.host.interfaces[index - 1]
  if (!found) return -1
  if (found.isLoopback) return InterfaceType.loopback
  return found.mac === null ? InterfaceType.none : InterfaceType.ethernet
}

/** A packet without the interface does not have the group either. */
const interfaceGroup = (machine: Machine, index: Reader): ValueCode =>
  wordsWhere(
    [compare(call(index), '!==', 0)],
    call((packet) => machine.surroundings.host.interfaceGroup(index(packet))),
  )

const secondsPerDay = 86400

/** Nanoseconds since the epoch as two words, in whole microseconds: their number stays below 2^53. */
function wallClockWords(machine: Machine, at: number): ValueCode {
  const { registers, surroundings } = machine
  return filled(at, 2, () => {
    const microseconds = Math.floor(surroundings.wallClock() * 1000)
    const high = Math.floor(microseconds / 2 ** 32)
    const low = (microseconds - high * 2 ** 32) * 1000
    const carry = Math.floor(low / 2 ** 32)
    registers[at] = high * 1000 + carry
    registers[at + 1] = low - carry * 2 ** 32
    return true
  })
}

/** A new number each time: no word, which may be read again. */
function random(machine: Machine, at: number): ValueCode {
  const { registers, surroundings } = machine
  return filled(at, 1, () => {
    registers[at] = Math.floor(surroundings.random() * 2 ** 32)
    return true
  })
}

const seconds = (machine: Machine): number => Math.floor(machine.surroundings.wallClock() / 1000)

const [userId, groupId, hook] = [slot('userId'), slot('groupId'), slot('hook')]

/** Most are the same in every rule; some need the machine, or registers from `at` on. */
const codes: { readonly [K in MetaKey]: ValueCode | ((machine: Machine, at: number) => ValueCode) } = {
  length: always(combine(slot('end'), '-', slot('start'))),
  protocol: always(call(etherType)),
  nfproto: always(call(familyNumber)),
  l4proto: perhaps(call(transportProtocol)),
  mark: always(slot('mark')),
  priority: always(slot('priority')),
  iif: always(slot('input')),
  oif: always(call(outputOf)),
  iifname: (machine, at) => interfaceName(machine, at, (packet) => packet.input),
  oifname: (machine, at) => interfaceName(machine, at, outputOf),
  iiftype: (machine) => perhaps(call((packet) => interfaceType(machine, packet.input))),
  oiftype: (machine) => perhaps(call((packet) => interfaceType(machine, outputOf(packet)))),
  iifgroup: (machine) => interfaceGroup(machine, (packet) => packet.input),
  oifgroup: (machine) => interfaceGroup(machine, outputOf),
  iifkind: emptyName,
  oifkind: emptyName,
  // No interface of a host belongs to a VRF.
  sdif: always(zero),
  sdifname: emptyName,
  skuid: perhaps(userId),
  skgid: perhaps(groupId),
  cgroup: wordsWhere([compare(userId, '!==', -1)], zero),
  rtclassid: wordsWhere([compare(hook, '!==', Hook.prerouting)], zero),
  nftrace: (machine) => always(call((packet) => (machine.isTraced(packet) ? 1 : 0))),
  pkttype: always(call(packetType)),
  cpu: always(zero),
  random,
  secpath: always(zero),
  secmark: always(zero),
  time: wallClockWords,
  day: (machine) => always(call(() => (4 + Math.floor(seconds(machine) / secondsPerDay)) % 7)),
  hour: (machine) => always(call(() => seconds(machine) % secondsPerDay)),
}

/** Keys that nft writes without the word `meta` before them. */
const bareKeys: ReadonlySet<MetaKey> = new Set([
  'mark',
  'iif',
  'oif',
  'iifname',
  'oifname',
  'iiftype',
  'oiftype',
  'skuid',
  'skgid',
  'rtclassid',
])

export const meta: ValueExpression<MetaValue> = {
  code(value, at, machine) {
    const code = codes[value.key]
    return typeof code === 'function' ? code(machine, at) : code
  },
  describe: (value) => (bareKeys.has(value.key) ? value.key : `meta ${value.key}`),
}
