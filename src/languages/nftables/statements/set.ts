/** `KEY set VALUE`: writes a mark, a field of a header, a TCP option; `reset tcp option`. */

import type { SetConntrackStatement, SetMetaStatement, Value } from '../../../model/rules/index.ts'
import { alternatives } from '../../diagnostics/index.ts'
import type { Expression, StatementOf, TermOf } from '../ast.ts'
import type { BareStatement, Scope } from '../lower/scope.ts'
import { refuse } from '../refusal.ts'
import { dataTypes, integerType } from '../symbols/datatypes.ts'
import { tcpOptions } from '../symbols/extension-headers.ts'
import { metaNames } from '../symbols/keys.ts'
import { lowerTerm } from '../terms/index.ts'
import type { LowerStatement } from './statement.ts'

export const lower: LowerStatement<'set'> = (node, scope) => {
  const { target, value } = node
  switch (target.kind) {
    case 'meta':
      return [setMeta(target, value, scope)]
    case 'ct':
      return [setConntrack(target, value, scope)]
    case 'payload':
    case 'raw-payload':
      return [setPayload(target, value, scope)]
    case 'tcp-option':
    case 'raw-tcp-option':
      return [setTcpOption(target, value, scope)]
    default:
      return refuse('nft-operator', node.span, `${target.kind} can be matched but not set`)
  }
}

const metaKeys: readonly SetMetaStatement['key'][] = ['mark', 'priority', 'nftrace', 'pkttype', 'secmark']

function setMeta(target: TermOf<'meta'>, value: Expression, scope: Scope): BareStatement {
  const key = metaKeys.find((known) => known === target.key)
  const type = metaNames[target.key]?.type
  if (key === undefined || !type) {
    return refuse(
      'nft-operator',
      target.span,
      `expected one of ${alternatives(metaKeys)} to set, found meta ${target.key}`,
    )
  }
  if (key === 'secmark') refuseLabel(value)
  return { kind: 'set meta', key, value: scope.valueOfType(value, type) }
}

/** `meta secmark set "name"` names an object; numbers are copied from mark to mark. */
function refuseLabel(value: Expression): void {
  if (value.kind === 'word') refuse('nft-unsupported-secmark', value.span, 'secmark objects need a security module')
}

const conntrackTypes = {
  mark: dataTypes.mark,
  label: dataTypes.ct_label,
  zone: integerType(16),
  secmark: integerType(32),
  eventmask: dataTypes.ct_event,
} as const

function setConntrack(target: TermOf<'ct'>, value: Expression, scope: Scope): BareStatement {
  const word = target.key === 'event' ? 'eventmask' : target.key
  const keys: readonly SetConntrackStatement['key'][] = ['mark', 'label', 'zone', 'secmark', 'eventmask']
  const key = keys.find((known) => known === word)
  if (key === undefined || (target.direction !== null && key !== 'zone')) {
    return refuse(
      'nft-operator',
      target.span,
      `expected mark, label, zone, secmark or event to set, found ct ${target.key}`,
    )
  }
  if (key === 'secmark') refuseLabel(value)
  if (key === 'label' && value.kind === 'list')
    refuse('nft-syntax', value.span, 'expected one label, found a list', { hint: 'each ct label set adds one' })
  const written = key === 'zone' ? zoneOf(value, scope) : scope.valueOfType(value, conntrackTypes[key])
  return { kind: 'set ct', key, direction: target.direction, value: written }
}

/** Of a wider number that the rule makes, a zone takes the lower 16 bits. */
function zoneOf(value: Expression, scope: Scope): Value {
  if (value.kind !== 'term') return scope.valueOfType(value, conntrackTypes.zone)
  const { parts, value: read } = scope.value(value, conntrackTypes.zone)
  const [part] = parts
  const isMade = part && parts.length === 1 && (part.type.name === 'integer' || part.type.name === 'ct_id')
  if (isMade && read.kind !== 'payload' && read.width === 32) return read
  return scope.valueOfType(value, conntrackTypes.zone)
}

function setPayload(target: TermOf<'payload'> | TermOf<'raw-payload'>, value: Expression, scope: Scope): BareStatement {
  const typed = lowerTerm(target, scope)
  const part = typed.parts[0]
  if (part?.value.kind !== 'payload') return refuse('nft-operator', target.span, 'expected a field of a header to set')
  const { base, offset, width, name } = part.value
  return { kind: 'set payload', base, offset, width, name, value: scope.valueOfType(value, part.type) }
}

function setTcpOption(
  target: TermOf<'tcp-option'> | TermOf<'raw-tcp-option'>,
  value: Expression,
  scope: Scope,
): BareStatement {
  const part = lowerTerm(target, scope).parts[0]
  if (part?.value.kind !== 'tcp-option' || part.value.exists) {
    return refuse('nft-operator', target.span, 'expected a field of a TCP option to set')
  }
  const { option, offset, width } = part.value
  return { kind: 'set tcp-option', option, offset, width, value: scope.valueOfType(value, part.type) }
}

export const lowerReset = ({ target }: StatementOf<'reset'>): BareStatement[] => {
  if (target.kind === 'raw-tcp-option') return [{ kind: 'reset tcp-option', option: target.option }]
  if (target.kind === 'tcp-option')
    return [{ kind: 'reset tcp-option', option: tcpOptions[target.option]?.number ?? 0 }]
  return refuse('nft-operator', target.span, 'expected a TCP option to reset')
}
