/** `ct mark set`, `ct label set`, `ct event set`, `ct zone set` (Linux nft_ct_set_eval, nft_ct_set_zone_eval). */

import { State } from '../../conntrack/index.ts'
import { bareTemplate, type Packet } from '../../packet/index.ts'
import type { SetConntrackStatement } from '../../rules/index.ts'
import { intoRegisters, run } from '../code/operation.ts'
import type { Machine, StatementExpression } from '../machine.ts'
import { Result } from '../result.ts'
import { hasTemplate } from './conntrack.ts'

/** Reads the value from the first registers. */
type Write = (packet: Packet) => void

/**
 * Only on a packet without an entry, and only once: the kernel attaches a template that it does not replace. Behind conntrack that
 * has no effect but that an INVALID packet is called NEW.
 */
function writeZone(statement: SetConntrackStatement, { registers }: Machine): Write {
  return (packet) => {
    if (packet.entry !== 0 || hasTemplate(packet) || packet.state === State.new) return
    const zone = registers[0]! & 0xffff
    // The template takes the place of the mark that `notrack` has left: the packet will be tracked after all.
    packet.isUntracked = false
    packet.state = packet.state === State.invalid ? State.new : 0
    packet.template = bareTemplate
    if (statement.direction !== 'reply') packet.zoneOriginal = zone
    if (statement.direction !== 'original') packet.zoneReply = zone
  }
}

/** Bits that are set in the value are added to the entry's label; none is ever taken away. */
function writeLabel(_statement: SetConntrackStatement, { registers, surroundings }: Machine): Write {
  const { conntrack } = surroundings
  return (packet) => {
    if (packet.entry === 0) return
    for (let i = 0; i < 4; i++) if (registers[i] !== 0) conntrack.addLabel(packet.entry, 3 - i, registers[i]!)
  }
}

function writeMark(_statement: SetConntrackStatement, { registers, surroundings }: Machine): Write {
  const { conntrack } = surroundings
  return (packet) => {
    if (packet.entry !== 0) conntrack.setMark(packet.entry, registers[0]!)
  }
}

/** Chooses which changes of the entry ctnetlink tells its listeners. */
function writeEventMask(_statement: SetConntrackStatement, { registers, surroundings }: Machine): Write {
  const { conntrack } = surroundings
  return (packet) => {
    if (packet.entry !== 0) conntrack.setEventMask(packet.entry, registers[0]!)
  }
}

/** Security marks are what a security module sees: there is none. */
const writeNothing = (): Write => () => {}

const writers: {
  readonly [K in SetConntrackStatement['key']]: (statement: SetConntrackStatement, machine: Machine) => Write
} = { mark: writeMark, label: writeLabel, zone: writeZone, secmark: writeNothing, eventmask: writeEventMask }

export const setConntrack: StatementExpression<SetConntrackStatement> = {
  code(statement, machine) {
    const write = writers[statement.key](statement, machine)
    const written = run((packet) => {
      write(packet)
      return Result.next
    })
    return [...intoRegisters(machine.code(statement.value, 0), 0), written]
  },
}
