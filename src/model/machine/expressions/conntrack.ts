/** What conntrack knows of a packet's connection (Linux nft_ct). Without an entry only `ct state` can be loaded. */

import { Status } from '../../conntrack/index.ts'
import type { Packet } from '../../packet/index.ts'
import { type ConntrackKey, type ConntrackValue, stringWords, wordsOf } from '../../rules/index.ts'
import { filled, need, type ValueCode, wordsWhere } from '../code/operation.ts'
import { call, compare, constant, type Reader, slot } from '../code/word.ts'
import type { Load, Machine, ValueExpression } from '../machine.ts'
import type { RulesConntrack } from '../surroundings.ts'

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

/** Every value but the state is one of the packet's entry. */
const hasEntry = compare(slot('entry'), '!==', 0)

/** A value of at most 32 bits of the entry. */
const ofEntry = (read: Reader): ValueCode => wordsWhere([hasEntry], call(read))

/** A longer value of the entry, which `load` writes to registers. */
const filledOfEntry = (at: number, count: number, load: Load): ValueCode => {
  const { operations, words } = filled(at, count, load)
  return { operations: [need(hasEntry), ...operations], words }
}

/** What any rule asks entries for, the same functions for all rules of a ruleset: what one rule has read, others need not. */
interface EntryReaders {
  readonly status: Reader
  readonly mark: Reader
  readonly expiration: Reader
  readonly id: Reader
  readonly l3proto: Reader
  readonly protocol: Reader
}

const known = new WeakMap<RulesConntrack, EntryReaders>()

function readersOf({ surroundings: { conntrack } }: Machine): EntryReaders {
  const readers = known.get(conntrack) ?? makeReaders(conntrack)
  known.set(conntrack, readers)
  return readers
}

const makeReaders = (conntrack: RulesConntrack): EntryReaders => ({
  status: ({ entry }) => conntrack.status(entry),
  mark: ({ entry }) => conntrack.mark(entry),
  // The timeout of an entry that is not confirmed is not on the clock yet: Linux reads it as long past.
  expiration: ({ entry }) => (conntrack.status(entry) & Status.confirmed ? conntrack.remaining(entry) : 0),
  id: ({ entry }) => conntrack.id(entry),
  l3proto: ({ entry }) => (conntrack.family(entry) === 4 ? 2 : 10),
  protocol: ({ entry }) => conntrack.protocol(entry),
})

const state = wordsWhere([], call(stateOf))

const isReply: Reader = (packet) => (packet.isReply ? 1 : 0)

/** Bytes, packets and their quotient: 64 bits, of one direction or of both together. */
function counted(value: ConntrackValue, at: number, machine: Machine): ValueCode {
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
  return filledOfEntry(at, 2, ({ entry }) => {
    const total = value.key === 'avgpkt' ? average(entry) : sum(entry, value.key === 'bytes' ? 'bytes' : 'packets')
    registers[at] = Math.floor(total / 2 ** 32)
    registers[at + 1] = total % 2 ** 32
    return true
  })
}

/** The helper of the master, never the entry's own: a control connection has no `ct helper`. */
function helperName(_value: ConntrackValue, at: number, machine: Machine): ValueCode {
  const { registers } = machine
  const { conntrack } = machine.surroundings
  const names = new Map<string, number[]>()
  return filledOfEntry(at, 4, ({ entry }) => {
    const name = conntrack.masterHelperName(entry)
    if (name === null) return false
    const words = names.get(name) ?? stringWords(name)
    names.set(name, words)
    for (let i = 0; i < 4; i++) registers[at + i] = words[i]!
    return true
  })
}

function label(_value: ConntrackValue, at: number, machine: Machine): ValueCode {
  const { registers } = machine
  const { conntrack } = machine.surroundings
  return filledOfEntry(at, 4, ({ entry }) => {
    for (let i = 0; i < 4; i++) registers[at + i] = conntrack.label(entry, 3 - i)
    return true
  })
}

function address(value: ConntrackValue, at: number, machine: Machine): ValueCode {
  const { registers } = machine
  const { conntrack } = machine.surroundings
  const which = value.key === 'saddr' ? 0 : 1
  const { family } = value
  return filledOfEntry(at, wordsOf(value.width), (packet) => {
    const { entry } = packet
    if (family !== null && conntrack.family(entry) !== family) return false
    conntrack.addressWords(entry, directionOf(value, packet), which, registers, at)
    return true
  })
}

function port(value: ConntrackValue, _at: number, machine: Machine): ValueCode {
  const { conntrack } = machine.surroundings
  const which = value.key === 'proto-src' ? 0 : 1
  return ofEntry((packet) => conntrack.port(packet.entry, directionOf(value, packet), which))
}

/** Without a direction: the zone that the entry was given, for either or both. */
function zone(value: ConntrackValue, _at: number, machine: Machine): ValueCode {
  const { conntrack } = machine.surroundings
  return ofEntry(({ entry }) => {
    const original = conntrack.zone(entry, 0)
    const reply = conntrack.zone(entry, 1)
    return value.direction === 'reply' ? reply : value.direction === 'original' ? original : original || reply
  })
}

const codes: {
  readonly [K in ConntrackKey]: (value: ConntrackValue, at: number, machine: Machine) => ValueCode
} = {
  state: () => state,
  direction: () => ofEntry(isReply),
  status: (_value, _at, machine) => ofEntry(readersOf(machine).status),
  mark: (_value, _at, machine) => ofEntry(readersOf(machine).mark),
  secmark: () => wordsWhere([hasEntry], constant(0)),
  expiration: (_value, _at, machine) => ofEntry(readersOf(machine).expiration),
  helper: helperName,
  label,
  id: (_value, _at, machine) => ofEntry(readersOf(machine).id),
  zone,
  l3proto: (_value, _at, machine) => ofEntry(readersOf(machine).l3proto),
  protocol: (_value, _at, machine) => ofEntry(readersOf(machine).protocol),
  saddr: address,
  daddr: address,
  'proto-src': port,
  'proto-dst': port,
  bytes: counted,
  packets: counted,
  avgpkt: counted,
}

const describe = (value: ConntrackValue): string => {
  const family = value.family === null ? '' : value.family === 4 ? 'ip ' : 'ip6 '
  return `ct ${value.direction === null ? '' : `${value.direction} `}${family}${value.key}`
}

export const conntrack: ValueExpression<ConntrackValue> = {
  code: (value, at, machine) => codes[value.key](value, at, machine),
  describe,
}
