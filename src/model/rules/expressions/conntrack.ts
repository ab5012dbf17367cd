/** What conntrack knows of a packet's connection (Linux nft_ct). Without an entry only `ct state` can be loaded. */

import { Status } from '../../conntrack/index.ts'
import type { Packet } from '../../packet/index.ts'
import type { Load, Machine, ValueExpression } from '../machine.ts'
import type { ConntrackKey, ConntrackValue } from '../value.ts'
import { stringWords } from '../words.ts'

/** Bits of `ct state` where conntrack has not set `packet.state`. */
const invalid = 1
const fresh = 8
const untracked = 64

/** A rule gave the packet a zone (0 is one, too) before conntrack: the kernel has attached a template, whose state is new. */
export const hasTemplate = (packet: Packet): boolean =>
  packet.template !== null && packet.state === 0 && packet.entry === 0

/** The `ct state` bit: before conntrack a packet is `invalid`, unless a rule gave it a zone or took it out of tracking. */
export function stateOf(packet: Packet): number {
  if (packet.state !== 0) return packet.state
  if (packet.isUntracked) return untracked
  return hasTemplate(packet) ? fresh : invalid
}

/** The packet's direction, or the one that the rule names. */
const directionOf = (value: ConntrackValue, packet: Packet): 0 | 1 => {
  if (value.direction === null) return packet.isReply ? 1 : 0
  return value.direction === 'reply' ? 1 : 0
}

/** A value of at most 32 bits of the entry. */
function ofEntry(registers: Int32Array, register: number, read: (entry: number, packet: Packet) => number): Load {
  return (packet) => {
    if (packet.entry === 0) return false
    registers[register] = read(packet.entry, packet)
    return true
  }
}

/** Bytes, packets and their quotient: 64 bits, of one direction or of both together. */
function counted(value: ConntrackValue, register: number, machine: Machine): Load {
  const { conntrack } = machine.surroundings
  const { registers } = machine
  // Loading such a rule switches counting on, as in Linux (nft_ct_get_init): entries made before count nothing.
  conntrack.isAccounting = true
  const sum = (entry: number, of: 'packets' | 'bytes'): number => {
    if (value.direction !== null) return conntrack[of](entry, value.direction === 'reply' ? 1 : 0)
    return conntrack[of](entry, 0) + conntrack[of](entry, 1)
  }
  const average = (entry: number): number => {
    const packets = sum(entry, 'packets')
    return packets === 0 ? 0 : Math.floor(sum(entry, 'bytes') / packets)
  }
  return (packet) => {
    if (packet.entry === 0) return false
    const total =
      value.key === 'avgpkt' ? average(packet.entry) : sum(packet.entry, value.key === 'bytes' ? 'bytes' : 'packets')
    registers[register] = Math.floor(total / 2 ** 32)
    registers[register + 1] = total % 2 ** 32
    return true
  }
}

/** The helper of the master, never the entry's own: a control connection has no `ct helper`. */
function helperName(register: number, machine: Machine): Load {
  const { registers } = machine
  const { conntrack } = machine.surroundings
  const known = new Map<string, number[]>()
  return (packet) => {
    if (packet.entry === 0) return false
    const name = conntrack.masterHelperName(packet.entry)
    if (name === null) return false
    const words = known.get(name) ?? stringWords(name)
    known.set(name, words)
    for (let i = 0; i < 4; i++) registers[register + i] = words[i]!
    return true
  }
}

function label(register: number, machine: Machine): Load {
  const { registers } = machine
  const { conntrack } = machine.surroundings
  return (packet) => {
    if (packet.entry === 0) return false
    for (let i = 0; i < 4; i++) registers[register + i] = conntrack.label(packet.entry, 3 - i)
    return true
  }
}

function address(value: ConntrackValue, register: number, machine: Machine): Load {
  const { registers } = machine
  const { conntrack } = machine.surroundings
  const which = value.key === 'saddr' ? 0 : 1
  const { family } = value
  return (packet) => {
    const { entry } = packet
    if (entry === 0 || (family !== null && conntrack.family(entry) !== family)) return false
    conntrack.addressWords(entry, directionOf(value, packet), which, registers, register)
    return true
  }
}

function port(value: ConntrackValue, register: number, machine: Machine): Load {
  const { registers } = machine
  const { conntrack } = machine.surroundings
  const which = value.key === 'proto-src' ? 0 : 1
  return (packet) => {
    if (packet.entry === 0) return false
    registers[register] = conntrack.port(packet.entry, directionOf(value, packet), which)
    return true
  }
}

/** Without a direction: the zone that the entry was given, for either or both. */
function zone(value: ConntrackValue, register: number, machine: Machine): Load {
  const { registers } = machine
  const { conntrack } = machine.surroundings
  return (packet) => {
    const { entry } = packet
    if (entry === 0) return false
    const original = conntrack.zone(entry, 0)
    const reply = conntrack.zone(entry, 1)
    registers[register] =
      value.direction === 'reply' ? reply : value.direction === 'original' ? original : original || reply
    return true
  }
}

function load(value: ConntrackValue, register: number, machine: Machine): Load {
  const { registers } = machine
  const { conntrack } = machine.surroundings
  const loads: { readonly [K in ConntrackKey]: () => Load } = {
    state: () => (packet) => {
      registers[register] = stateOf(packet)
      return true
    },
    direction: () => ofEntry(registers, register, (_, packet) => (packet.isReply ? 1 : 0)),
    status: () => ofEntry(registers, register, (entry) => conntrack.status(entry)),
    mark: () => ofEntry(registers, register, (entry) => conntrack.mark(entry)),
    secmark: () => ofEntry(registers, register, () => 0),
    // The timeout of an entry that is not confirmed is not on the clock yet: Linux reads it as long past.
    expiration: () =>
      ofEntry(registers, register, (entry) =>
        conntrack.status(entry) & Status.confirmed ? conntrack.remaining(entry) : 0,
      ),
    helper: () => helperName(register, machine),
    label: () => label(register, machine),
    id: () => ofEntry(registers, register, (entry) => conntrack.id(entry)),
    zone: () => zone(value, register, machine),
    l3proto: () => ofEntry(registers, register, (entry) => (conntrack.family(entry) === 4 ? 2 : 10)),
    protocol: () => ofEntry(registers, register, (entry) => conntrack.protocol(entry)),
    saddr: () => address(value, register, machine),
    daddr: () => address(value, register, machine),
    'proto-src': () => port(value, register, machine),
    'proto-dst': () => port(value, register, machine),
    bytes: () => counted(value, register, machine),
    packets: () => counted(value, register, machine),
    avgpkt: () => counted(value, register, machine),
  }
  return loads[value.key]()
}

const describe = (value: ConntrackValue): string => {
  const family = value.family === null ? '' : value.family === 4 ? 'ip ' : 'ip6 '
  return `ct ${value.direction === null ? '' : `${value.direction} `}${family}${value.key}`
}

export const conntrack: ValueExpression<ConntrackValue> = { load, describe }
