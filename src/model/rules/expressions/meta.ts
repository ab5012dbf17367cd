/** What netfilter knows of a packet beside its bytes (Linux nft_meta). */

import { EtherType, Hook, type Packet, PacketType } from '../../packet/index.ts'
import { transportProtocol } from '../header-position.ts'
import type { Load, Machine, ValueExpression } from '../machine.ts'
import type { MetaKey, MetaValue } from '../value.ts'

/** Numbers of the kernel's NFPROTO_IPV4 and NFPROTO_IPV6. */
const familyNumber = (packet: Packet): number => (packet.family === 4 ? 2 : 10)

/** Hardware types (ARPHRD_*) of the interfaces that a host can have. */
const InterfaceType = { ethernet: 1, loopback: 772, none: 65534 } as const

/** In prerouting and input the kernel does not say where a packet will leave. */
export const outputOf = (packet: Packet): number =>
  packet.hook === Hook.prerouting || packet.hook === Hook.input ? 0 : packet.output

const hasRoute = (packet: Packet): boolean => packet.hook !== Hook.prerouting

/** A loopback frame's type is made up from its destination (nft_meta_get_eval_pkttype_lo). */
function packetType(packet: Packet): number {
  if (packet.packetType !== PacketType.loopback) return packet.packetType
  const first = packet.bytes[packet.start + (packet.family === 4 ? 16 : 24)]!
  const isMulticast = packet.family === 4 ? first >>> 4 === 14 : first === 0xff
  return isMulticast ? PacketType.multicast : PacketType.broadcast
}

/** A value of at most 32 bits that every packet has. */
const always =
  (registers: Int32Array, register: number, read: (packet: Packet) => number): Load =>
  (packet) => {
    registers[register] = read(packet)
    return true
  }

/** A value of at most 32 bits; negative: the packet does not have it. */
const perhaps =
  (registers: Int32Array, register: number, read: (packet: Packet) => number): Load =>
  (packet) => {
    const value = read(packet)
    if (value < 0) return false
    registers[register] = value
    return true
  }

function interfaceName(machine: Machine, register: number, index: (packet: Packet) => number): Load {
  const { registers } = machine
  return (packet) => {
    const words = machine.nameWords(index(packet))
    for (let i = 0; i < 4; i++) registers[register + i] = words[i]!
    return true
  }
}

/** Kinds (`iifkind`) are empty strings: the interfaces of a host are plain devices. */
function emptyName(registers: Int32Array, register: number): Load {
  return () => {
    registers.fill(0, register, register + 4)
    return true
  }
}

function interfaceType(machine: Machine, index: number): number {
  const found = machine.surroundings.host.interfaces[index - 1]
  if (!found) return -1
  if (found.isLoopback) return InterfaceType.loopback
  return found.mac === null ? InterfaceType.none : InterfaceType.ethernet
}

const interfaceGroup = (machine: Machine, index: number): number =>
  index === 0 ? -1 : machine.surroundings.host.interfaceGroup(index)

const secondsPerDay = 86400

/** Nanoseconds since the epoch as two words, in whole microseconds: their number stays below 2^53. */
function wallClockWords(machine: Machine, register: number): Load {
  const { registers, surroundings } = machine
  return () => {
    const microseconds = Math.floor(surroundings.wallClock() * 1000)
    const high = Math.floor(microseconds / 2 ** 32)
    const low = (microseconds - high * 2 ** 32) * 1000
    const carry = Math.floor(low / 2 ** 32)
    registers[register] = high * 1000 + carry
    registers[register + 1] = low - carry * 2 ** 32
    return true
  }
}

const seconds = (machine: Machine): number => Math.floor(machine.surroundings.wallClock() / 1000)

function load(value: MetaValue, register: number, machine: Machine): Load {
  const { registers, surroundings } = machine
  const constant = (number: number): Load => always(registers, register, () => number)
  const loads: { readonly [K in MetaKey]: () => Load } = {
    length: () => always(registers, register, (packet) => packet.end - packet.start),
    protocol: () => always(registers, register, (packet) => (packet.family === 4 ? EtherType.ipv4 : EtherType.ipv6)),
    nfproto: () => always(registers, register, familyNumber),
    l4proto: () => perhaps(registers, register, transportProtocol),
    mark: () => always(registers, register, (packet) => packet.mark),
    priority: () => always(registers, register, (packet) => packet.priority),
    iif: () => always(registers, register, (packet) => packet.input),
    oif: () => always(registers, register, outputOf),
    iifname: () => interfaceName(machine, register, (packet) => packet.input),
    oifname: () => interfaceName(machine, register, outputOf),
    iiftype: () => perhaps(registers, register, (packet) => interfaceType(machine, packet.input)),
    oiftype: () => perhaps(registers, register, (packet) => interfaceType(machine, outputOf(packet))),
    iifgroup: () => perhaps(registers, register, (packet) => interfaceGroup(machine, packet.input)),
    oifgroup: () => perhaps(registers, register, (packet) => interfaceGroup(machine, outputOf(packet))),
    iifkind: () => emptyName(registers, register),
    oifkind: () => emptyName(registers, register),
    // No interface of a host belongs to a VRF.
    sdif: () => constant(0),
    sdifname: () => emptyName(registers, register),
    skuid: () => perhaps(registers, register, (packet) => packet.userId),
    skgid: () => perhaps(registers, register, (packet) => packet.groupId),
    cgroup: () => perhaps(registers, register, (packet) => (packet.userId < 0 ? -1 : 0)),
    rtclassid: () => perhaps(registers, register, (packet) => (hasRoute(packet) ? 0 : -1)),
    nftrace: () => always(registers, register, (packet) => (machine.isTraced(packet) ? 1 : 0)),
    pkttype: () => always(registers, register, packetType),
    cpu: () => constant(0),
    random: () => always(registers, register, () => Math.floor(surroundings.random() * 2 ** 32)),
    secpath: () => constant(0),
    secmark: () => constant(0),
    time: () => wallClockWords(machine, register),
    day: () => always(registers, register, () => (4 + Math.floor(seconds(machine) / secondsPerDay)) % 7),
    hour: () => always(registers, register, () => seconds(machine) % secondsPerDay),
  }
  return loads[value.key]()
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
  load,
  describe: (value) => (bareKeys.has(value.key) ? value.key : `meta ${value.key}`),
}
