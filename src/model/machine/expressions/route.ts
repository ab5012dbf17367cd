/** What the route of a packet says (Linux nft_rt): not loadable before routing. */

import { destinationAt, Hook, type Packet, sourceAt } from '../../packet/index.ts'
import { type RouteValue, wordsOf } from '../../rules/index.ts'
import { filled, type ValueCode } from '../code/operation.ts'
import type { Load, Machine, ValueExpression } from '../machine.ts'

/** Headers that `rt mtu`, a maximum segment size, leaves out: IP and TCP without options. */
const headerBytes = (packet: Packet): number => (packet.family === 4 ? 40 : 60)
const defaultSegmentSize = 536

/** The least MTU of the ways to the destination and back to the source, as a segment size (get_tcpmss). */
function segmentSize(packet: Packet, family: 4 | 6, machine: Machine): number {
  const { host } = machine.surroundings
  const forward = host.route(family, packet.bytes, destinationAt(packet)).mtu
  const back = host.route(family, packet.bytes, sourceAt(packet))
  const mtu = back.output === 0 ? forward : Math.min(forward, back.mtu)
  return mtu <= headerBytes(packet) || mtu > 0xffff ? defaultSegmentSize : mtu - headerBytes(packet)
}

/** The gateway, or the destination itself where the route has none. */
function nextHop(register: number, family: 4 | 6, machine: Machine): Load {
  const { registers } = machine
  return (packet) => {
    if (packet.hook === Hook.prerouting || packet.family !== family) return false
    const { via } = machine.surroundings.host.route(family, packet.bytes, destinationAt(packet))
    const bytes = via ?? packet.bytes
    const at = via ? 0 : destinationAt(packet)
    for (let i = 0; i < (family === 4 ? 1 : 4); i++) {
      const byte = at + 4 * i
      registers[register + i] =
        (bytes[byte]! << 24) | (bytes[byte + 1]! << 16) | (bytes[byte + 2]! << 8) | bytes[byte + 3]!
    }
    return true
  }
}

function load(value: RouteValue, register: number, machine: Machine): Load {
  const { registers } = machine
  if (value.key === 'nexthop4') return nextHop(register, 4, machine)
  if (value.key === 'nexthop6') return nextHop(register, 6, machine)
  const isMtu = value.key === 'mtu'
  return (packet) => {
    if (packet.hook === Hook.prerouting || packet.family === 0) return false
    // Realms and IPsec policies are not part of a host: both are 0.
    registers[register] = isMtu ? segmentSize(packet, packet.family, machine) : 0
    return true
  }
}

const names: { readonly [K in RouteValue['key']]: string } = {
  classid: 'rt classid',
  nexthop4: 'rt ip nexthop',
  nexthop6: 'rt ip6 nexthop',
  mtu: 'rt mtu',
  ipsec: 'rt ipsec',
}

const code = (value: RouteValue, at: number, machine: Machine): ValueCode =>
  filled(at, wordsOf(value.width), load(value, at, machine))

export const route: ValueExpression<RouteValue> = { code, describe: (value) => names[value.key] }
