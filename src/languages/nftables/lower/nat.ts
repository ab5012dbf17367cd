/** Where a nat statement translates to: constants, ranges, prefixes, computed values and maps, as the machine's values and bounds. */

import { mapValueWidth, type NatStatement, registersOf, type Value } from '../../../model/rules/index.ts'
import type { Expression, ExpressionOf, NatNode } from '../ast.ts'
import { refuse } from '../refusal.ts'
import type { DataType } from '../symbols/datatype.ts'
import { dataTypes } from '../symbols/datatypes.ts'
import { intervalOf } from './constant.ts'
import type { NetworkName } from './protocols.ts'
import type { Bare, Scope } from './scope.ts'
import { flatElements, isInterval } from './set-elements.ts'
import { wordsFrom } from './typed.ts'
import { readsPacket } from './value.ts'

/** What fills the registers, and where in them each bound begins. */
type Target = Pick<NatStatement, 'values' | 'minimumAddress' | 'maximumAddress' | 'minimumPort' | 'maximumPort'>

const nothing: Target = {
  values: [],
  minimumAddress: null,
  maximumAddress: null,
  minimumPort: null,
  maximumPort: null,
}

const portType = dataTypes.inet_service

export function lowerNat(node: NatNode, scope: Scope): Bare<NatStatement> {
  const network = networkOf(node, scope)
  const target = targetOf(node, network, scope)
  if (target.minimumPort !== null && !scope.protocols.isTransportKnown) refusePort(node)
  const flags = node.flags ?? []
  return {
    kind: 'nat',
    type: node.type,
    family: network === null ? null : network === 'ip' ? 4 : 6,
    ...target,
    isRandom: flags.includes('random'),
    isFullyRandom: flags.includes('fully-random'),
    isPersistent: flags.includes('persistent'),
    // To nft the flags that are written take the place of the one that "prefix" stands for.
    isNetmap: node.form === 'prefix' && node.flags === null,
  }
}

/** Family of the addresses: written, the table's, or what the rule has matched. Null: no address, so any. */
function networkOf(node: NatNode, { protocols, table }: Scope): NetworkName | null {
  if (node.family !== null) {
    protocols.refuseOther(node.family.is, node.family.span)
    return node.family.is
  }
  if (table.family !== 'inet') return table.family
  if (node.address === null) return null
  if (protocols.network !== null) return protocols.network.is
  return refuse('nft-protocol-needed', node.span, `the address of ${node.type} may be IPv4 or IPv6 here`, {
    hint: `write ${node.type} ip to or ${node.type} ip6 to`,
  })
}

function targetOf(node: NatNode, network: NetworkName | null, scope: Scope): Target {
  const { address, port } = node
  const type = network === 'ip6' ? dataTypes.ipv6_addr : dataTypes.ipv4_addr
  if (address === null) return port === null ? nothing : withPort(nothing, port, scope)
  if (node.form === 'address and port' && address.kind === 'concatenation') {
    const [first, second, third] = address.parts
    if (first && second && !third) return withPort(addressTarget(first, type, scope), second, scope)
  }
  const target =
    address.kind === 'map' ? mapTarget(address, type, node.form, scope) : addressTarget(address, type, scope)
  if (node.form === 'address and port' && target.minimumPort === null) {
    refuse('nft-type-mismatch', address.span, 'expected an address and a port, as in { 192.0.2.1 : 10.0.0.1 . 80 }')
  }
  if (port === null) return target
  if (target.minimumPort !== null) refuse('nft-syntax', port.span, 'expected one port: the map gives one already')
  return withPort(target, port, scope)
}

function addressTarget(expression: Expression, type: DataType, scope: Scope): Target {
  const values = boundsOf(expression, type, scope)
  return { ...nothing, values, minimumAddress: 0, maximumAddress: values.length > 1 ? type.width >>> 5 : null }
}

function withPort(target: Target, expression: Expression, scope: Scope): Target {
  const at = target.values.reduce((sum, value) => sum + registersOf(value), 0)
  const values = expression.kind === 'map' ? [portMap(expression, scope)] : boundsOf(expression, portType, scope)
  return {
    ...target,
    values: [...target.values, ...values],
    minimumPort: at,
    maximumPort: values.length > 1 ? at + 1 : null,
  }
}

/** One value, or both ends of a range or prefix. */
function boundsOf(expression: Expression, type: DataType, scope: Scope): Value[] {
  if (readsPacket(expression)) return [computed(expression, type, scope)]
  const { from, to } = intervalOf(expression, type, scope)
  const constant = (number: bigint): Value => ({
    kind: 'constant',
    words: wordsFrom(number, type.width),
    width: type.width,
  })
  if (from > to) refuse('nft-value-range', expression.span, 'expected a range that ends behind its beginning')
  return expression.kind === 'range' || expression.kind === 'prefix' ? [constant(from), constant(to)] : [constant(from)]
}

/** Numbers that generators and hashes make may stand for addresses and ports. */
function computed(expression: Expression, type: DataType, scope: Scope): Value {
  const { parts, value } = scope.value(expression, type)
  const found = parts[0]?.type
  const isMade = value.kind === 'numgen' || value.kind === 'hash'
  if (parts.length === 1 && found && (found.name === type.name || (isMade && type.width <= 32))) return value
  return refuse('nft-type-mismatch', expression.span, `expected ${type.title}, found ${found?.title ?? 'nothing'}`)
}

function portMap(expression: ExpressionOf<'map'>, scope: Scope): Value {
  const shape = shapeOf(expression.map, scope)
  if (shape.isInterval) {
    refuse('nft-unsupported-value', expression.map.span, 'expected single ports in a map, found a range', {
      hint: 'nft 1.0.6 loads the first port of such a range and forgets the last',
    })
  }
  return mapped(expression, [portType], false, scope)
}

/** A map may give an address, a port beside it, and the upper ends of both. */
function mapTarget(expression: ExpressionOf<'map'>, type: DataType, form: NatNode['form'], scope: Scope): Target {
  const shape = shapeOf(expression.map, scope)
  const isConcatenation = shape.isConcatenation || form === 'address and port'
  const value = mapped(expression, isConcatenation ? [type, portType] : [type], shape.isInterval, scope)
  const portAt = type.width >>> 5
  const size = portAt + (isConcatenation ? 1 : 0)
  return {
    values: [value],
    minimumAddress: 0,
    maximumAddress: shape.isInterval ? size : null,
    minimumPort: isConcatenation ? portAt : null,
    maximumPort: isConcatenation && shape.isInterval ? size + portAt : null,
  }
}

function mapped(
  { key: of, map: operand }: ExpressionOf<'map'>,
  types: readonly DataType[],
  isWide: boolean,
  scope: Scope,
): Value {
  const key = scope.value(of, null)
  const map = scope.setFor(operand, key, { kind: 'value', types, isInterval: isWide })
  return { kind: 'map', key: key.value, map, width: map.data?.kind === 'value' ? mapValueWidth(map.data) : 32 }
}

/** What a map gives: as it was declared, or as its elements are written. */
function shapeOf(map: Expression, scope: Scope): { readonly isConcatenation: boolean; readonly isInterval: boolean } {
  if (map.kind === 'set') {
    const data = flatElements(map.elements).flatMap((element) => element.data ?? [])
    return {
      isConcatenation: data.some(({ kind }) => kind === 'concatenation'),
      isInterval: data.some(isInterval),
    }
  }
  const set = map.kind === 'set-reference' ? scope.table.sets.get(map.name) : undefined
  if (set?.data?.kind !== 'value') return { isConcatenation: false, isInterval: false }
  return { isConcatenation: set.dataTypes.length > 1, isInterval: set.data.isInterval }
}

function refusePort(node: NatNode): never {
  const span = node.port?.span ?? node.address?.span ?? node.span
  return refuse('nft-protocol-needed', span, 'a port means nothing before the rule has matched a transport protocol', {
    hint: `write meta l4proto { tcp, udp } (or the protocol that is meant) before ${node.type}`,
  })
}
