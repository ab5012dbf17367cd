/** `snat`, `dnat`, `masquerade`, `redirect` (Linux nft_nat, nft_masq, nft_redir): loads a range and asks the host's nat for it. */

import { readInt32 } from '../../bytes/index.ts'
import { makeRange, type NatRange, type RuleNat } from '../../nat/index.ts'
import { HookVerdict, type Packet } from '../../packet/index.ts'
import { type NatStatement, registersOf } from '../../rules/index.ts'
import { intoRegisters, type Operation, run } from '../code/operation.ts'
import type { Machine, StatementExpression } from '../machine.ts'
import { Result } from '../result.ts'

type Translate = RuleNat['source']

function translatorOf(type: NatStatement['type'], nat: RuleNat): Translate {
  switch (type) {
    case 'snat':
      return (packet, range) => nat.source(packet, range)
    case 'dnat':
      return (packet, range) => nat.destination(packet, range)
    case 'masquerade':
      return (packet, range) => nat.masquerade(packet, range)
    case 'redirect':
      return (packet, range) => nat.redirect(packet, range)
  }
}

function rangeOf(statement: NatStatement): NatRange {
  const range = makeRange()
  range.hasAddresses = statement.minimumAddress !== null
  range.hasPorts = statement.minimumPort !== null
  range.isRandom = statement.isRandom
  range.isFullyRandom = statement.isFullyRandom
  range.isPersistent = statement.isPersistent
  range.isNetmap = statement.isNetmap
  return range
}

/** All values, one behind the other. */
function loadsOf(statement: NatStatement, machine: Machine): readonly Operation[] {
  let at = 0
  return statement.values.flatMap((value) => {
    const operations = intoRegisters(machine.code(value, at), at)
    at += registersOf(value)
    return operations
  })
}

/** Puts the network part of `range` before the host part of the packet's own address; both ends become that one address. */
function keepHostPart(range: NatRange, packet: Packet, isSource: boolean): void {
  const isIpv4 = packet.family === 4
  const at = packet.start + (isIpv4 ? (isSource ? 12 : 16) : isSource ? 8 : 24)
  for (let i = 0; i < (isIpv4 ? 1 : 4); i++) {
    const hostPart = range.minimumAddress[i]! ^ range.maximumAddress[i]!
    const word = (readInt32(packet.bytes, at + 4 * i) & hostPart) | (range.minimumAddress[i]! & ~hostPart)
    range.minimumAddress[i] = word
    range.maximumAddress[i] = word
  }
}

export const nat: StatementExpression<NatStatement> = {
  code(statement, machine, ruleId) {
    const { registers, surroundings } = machine
    const { family, maximumAddress, maximumPort, minimumAddress, minimumPort, type } = statement
    const translate = translatorOf(type, surroundings.nat)
    const range = rangeOf(statement)
    const lastAddress = maximumAddress ?? minimumAddress
    const lastPort = maximumPort ?? minimumPort
    const words = family === 4 ? 1 : 4
    const translation = run((packet) => {
      if (family !== null && family !== packet.family) return Result.next
      if (minimumAddress !== null && lastAddress !== null) {
        for (let i = 0; i < words; i++) {
          range.minimumAddress[i] = registers[minimumAddress + i]!
          range.maximumAddress[i] = registers[lastAddress + i]!
        }
        if (statement.isNetmap) keepHostPart(range, packet, type === 'snat')
      }
      if (minimumPort !== null && lastPort !== null) {
        range.minimumPort = registers[minimumPort]! & 0xffff
        range.maximumPort = registers[lastPort]! & 0xffff
      }
      packet.rule = ruleId
      return translate(packet, range) === HookVerdict.accept ? Result.accept : Result.drop
    })
    return [...loadsOf(statement, machine), translation]
  },
}
