/** What the routing table says of an address of the packet (Linux nft_fib). */

import { type FibInterface, fibInterface, fibType } from '../../host/index.ts'
import { type FibValue, wordsOf } from '../../rules/index.ts'
import { filled, type ValueCode } from '../code/operation.ts'
import type { Load, Machine, ValueExpression } from '../machine.ts'

const tieOf = (value: FibValue): FibInterface =>
  value.with.includes('iif') ? 'iif' : value.with.includes('oif') ? 'oif' : 'none'

function load(value: FibValue, register: number, machine: Machine): Load {
  const { registers } = machine
  const { host } = machine.surroundings
  const { address } = value
  const tie = tieOf(value)
  switch (value.result) {
    case 'type':
      return (packet) => {
        registers[register] = fibType(host, packet, address, tie)
        return true
      }
    case 'oifname':
      return (packet) => {
        const words = machine.nameWords(fibInterface(host, packet, address, tie))
        for (let i = 0; i < 4; i++) registers[register + i] = words[i]!
        return true
      }
    case 'oif':
      return (packet) => {
        registers[register] = fibInterface(host, packet, address, tie)
        return true
      }
    case 'exists':
      return (packet) => {
        registers[register] = fibInterface(host, packet, address, tie) === 0 ? 0 : 1
        return true
      }
  }
}

const code = (value: FibValue, at: number, machine: Machine): ValueCode =>
  filled(at, wordsOf(value.width), load(value, at, machine))

const describe = (value: FibValue): string =>
  `fib ${[value.address, ...value.with].join(' . ')} ${value.result === 'exists' ? 'oif' : value.result}`

export const fib: ValueExpression<FibValue> = { code, describe }
