/** Named objects as nft's JSON. */

import {
  type HelperObject,
  modelledHelpers,
  type RuleObject,
  type Table,
  type TimeoutObject,
} from '../../model/rules/index.ts'
import { dataTypes, timeoutStates } from '../nftables/index.ts'
import { plainConstantJson } from './constant.ts'
import type { Json } from './json.ts'
import { limitMembers } from './quantity.ts'
import type { RunState } from './state.ts'

export function objectJson(object: RuleObject, { family, name: table }: Table, state: RunState): Json {
  const { comment, handle, kind, name } = object
  const common = { family, name, table, handle, ...(comment === null ? {} : { comment }) }
  return { [kind]: { ...common, ...members(object, state) } }
}

function members(object: RuleObject, state: RunState): { readonly [key: string]: Json } {
  switch (object.kind) {
    case 'counter': {
      const { bytes, packets } = state.countOf(object) ?? object
      return { packets, bytes }
    }
    case 'quota':
      return { bytes: object.bytes, used: state.usedOf(object) ?? object.used, inv: object.isOver }
    case 'limit': {
      const { burst, burst_unit, ...rest } = limitMembers(object.limit)
      // A burst of no bytes is not told of objects.
      return burst === 0 || burst === undefined ? rest : { ...rest, burst, ...(burst_unit ? { burst_unit } : {}) }
    }
    case 'ct helper':
      return { type: object.helper, protocol: protocolName(object.protocol), l3proto: helperNetwork(object) }
    case 'ct timeout':
      return {
        protocol: protocolName(object.protocol),
        l3proto: networkName(object.family),
        policy: policyJson(object),
      }
    case 'ct expectation':
      return {
        protocol: protocolName(object.protocol),
        dport: object.destinationPort,
        timeout: object.timeout,
        size: object.size,
        l3proto: networkName(object.family),
      }
  }
}

const protocolName = (protocol: number): Json => plainConstantJson(BigInt(protocol), dataTypes.inet_proto)
const networkName = (family: 4 | 6 | null): string => (family === 4 ? 'ip' : family === 6 ? 'ip6' : 'inet')

/** nft tells what differs from the usual. */
function policyJson({ policy, protocol }: TimeoutObject): Json {
  const told = Object.entries(timeoutStates[protocol === 6 ? 'tcp' : 'udp']).flatMap(([state, usual]) => {
    const seconds = policy[state] ?? usual
    return seconds === usual ? [] : [[state, seconds] as const]
  })
  return told.length === 0 ? null : Object.fromEntries(told)
}

/** The kernel tells what it has found: a helper for IPv4 alone, though both were asked for. */
function helperNetwork({ family, helper, protocol }: HelperObject): string {
  const families = modelledHelpers.find((known) => known.name === helper && known.protocol === protocol)?.families ?? []
  return networkName(family === null && families.length === 1 ? (families[0] ?? null) : family)
}
