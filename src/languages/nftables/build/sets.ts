/** Sets and maps from their declarations, and elements that commands add, delete or flush. */

import type { List, SetElement } from '../../../model/rules/index.ts'
import { didYouMean, quoted } from '../../diagnostics/index.ts'
import type { ElementNode, Expression, SetNode, TypeNode } from '../ast.ts'
import type { LowerContext } from '../lower/rule.ts'
import { RuleScope } from '../lower/rule.ts'
import {
  addNodes,
  flatElements,
  hasIntervals,
  isInterval,
  keyOf,
  lowerElement,
  refuseCountWithTimeout,
} from '../lower/set-elements.ts'
import { giveUp, refuse } from '../refusal.ts'
import type { DataType } from '../symbols/datatype.ts'
import { dataTypeNamed, dataTypeNames } from '../symbols/datatypes.ts'
import { emptySet, keyFieldsOf } from './anonymous-set.ts'
import type { SetState, TableState } from './table-state.ts'

const flags = ['constant', 'interval', 'timeout', 'dynamic'] as const

export function declareSet(node: SetNode, table: TableState, context: LowerContext): SetState {
  if (node.isRefused) giveUp()
  if (node.key === null)
    return refuse('nft-syntax', node.name.span, `expected a type in the declaration of ${node.name.text}`)
  if (node.isMap && node.data === null) refuse('nft-syntax', node.key.span, 'expected ":" and what the map maps to')
  if (!node.isMap && node.data !== null)
    refuse('nft-syntax', node.key.span, 'expected no ":" in the type of a set', {
      hint: 'maps are declared with "map"',
    })
  const words = node.flags.map(
    (flag) => flags.find((known) => known === flag.text) ?? unknownFlag(flag.text, flag.span),
  )
  const types = typesOf(node.key, table, context)
  const scope = new RuleScope(table, context)
  const statements = node.statements.flatMap((statement) => scope.statements(statement))
  const hasTimeout = words.includes('timeout') || node.timeout !== null
  refuseCountWithTimeout(hasTimeout, statements)
  if (node.sweepInterval && !hasTimeout) {
    refuse('nft-operator', node.name.span, 'expected no gc-interval: the set has no flag timeout', {
      hint: 'add "flags timeout" to its declaration',
    })
  }
  const dataTypes = node.data?.kind === 'type' ? typesOf(node.data.type, table, context) : []
  return {
    ...emptySet(table, node.name.text, types, node.span),
    data:
      node.data === null
        ? null
        : node.data.kind !== 'type'
          ? node.data
          : { kind: 'value', fields: keyFieldsOf(dataTypes), isInterval: node.data.isInterval },
    dataTypes,
    isInterval: words.includes('interval'),
    isConstant: words.includes('constant'),
    isDynamic: words.includes('dynamic'),
    hasTimeout,
    timeout: node.timeout,
    sweepInterval: node.sweepInterval,
    isSmall: node.isSmall,
    size: node.size,
    statements,
    comment: node.comment,
    isAutoMerge: node.isAutoMerge,
  }
}

const unknownFlag = (text: string, span: SetNode['span']): never =>
  refuse('nft-unknown-key', span, `expected constant, interval, timeout or dynamic, found ${quoted(text)}`, {
    hint: didYouMean(text, flags),
  })

function typesOf(node: TypeNode, table: TableState, context: LowerContext): DataType[] {
  if (node.kind === 'typeof') return typesByExample(node.expression, table, context)
  return node.names.map(({ text, span }) => {
    const type = dataTypeNamed(text)
    if (!type || type.notation === 'verdict' || type.notation === 'boolean') {
      return refuse('nft-unknown-type', span, `expected a type of keys, found ${quoted(text)}`, {
        hint: didYouMean(text, dataTypeNames()),
      })
    }
    return type
  })
}

/** By example no packet is meant: `typeof ip saddr . ip6 daddr` is a type, so each part is looked at alone. */
function typesByExample(expression: Expression, table: TableState, context: LowerContext): DataType[] {
  if (expression.kind === 'concatenation')
    return expression.parts.flatMap((part) => typesByExample(part, table, context))
  const scope = new RuleScope({ ...table, family: 'inet' }, context)
  if (expression.kind === 'term' && expression.term.kind === 'ct') scope.protocols.setTransport(6, expression.span)
  return scope.value(expression, null).parts.map((part) => part.type)
}

export function addSetElements(
  set: SetState,
  nodes: List<ElementNode>,
  table: TableState,
  context: LowerContext,
  isCreate: boolean,
): void {
  const scope = new RuleScope(table, context)
  const flat = flatElements(nodes)
  if (!set.isInterval && hasIntervals(flat)) refuseInterval(set, flat)
  if (isCreate && set.elements.length > 0) {
    const elements = flat.map((node) => lowerElement(node, set, scope))
    const known = new Set(set.elements.map(keyOf))
    for (const element of elements)
      if (known.has(keyOf(element))) refuse('nft-exists', element.source, 'this element is in the set already')
  }
  addNodes(set, flat, scope)
}

function refuseInterval(set: SetState, nodes: List<ElementNode>): never {
  const first = nodes.find((node) => isInterval(node.key))
  return refuse(
    'nft-interval-flag',
    first?.key.span ?? set.source,
    `expected single values, found a range, prefix or pattern: ${set.name} has no flag interval`,
    {
      related: [{ span: set.source, message: 'declared here' }],
      hint: 'add "flags interval" to its declaration',
    },
  )
}

export function deleteSetElements(
  set: SetState,
  nodes: List<ElementNode>,
  table: TableState,
  context: LowerContext,
  isDestroy: boolean,
): void {
  const scope = new RuleScope(table, context)
  for (const node of flatElements(nodes)) {
    // A map's element is deleted by its key alone.
    const withoutData: SetState = { ...set, data: null, dataTypes: [] }
    const key = keyOf(lowerElement({ ...node, data: null }, withoutData, scope))
    const rest: SetElement[] = set.elements.filter((element) => keyOf(element) !== key)
    if (rest.length === set.elements.length && !isDestroy)
      refuse('nft-missing-element', node.span, `${set.name} has no such element`)
    set.elements = rest
  }
}
