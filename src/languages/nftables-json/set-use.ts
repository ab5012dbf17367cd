/** Sets and maps where a rule uses them: by name, or with their elements. */

import type { SetDefinition, Value } from '../../model/rules/index.ts'
import { dataJson, joined, keyJson } from './element.ts'
import type { Json } from './json.ts'

/** Right side of a match: `@name` or `{ ... }`. */
export function setJson(set: SetDefinition, key: Value, shift: number): Json {
  if (!set.isAnonymous) return `@${set.name}`
  const style = { shift, isUntyped: isUntyped(key) }
  const elements = set.isInterval && set.key.length === 1 ? joined(set.elements, set) : set.elements
  return {
    set: elements.map((element) => (element.isCatchAll ? '*' : keyJson(element, set, element.interfaceNames, style))),
  }
}

/** The map behind `vmap` and `map`. */
export function mapDataJson(map: SetDefinition, key: Value, shift: number): Json {
  if (!map.isAnonymous) return `@${map.name}`
  const style = { shift, isUntyped: isUntyped(key) }
  return {
    set: map.elements.map((element) => [
      element.isCatchAll ? '*' : keyJson(element, map, element.interfaceNames, style),
      dataJson(element, map) ?? null,
    ]),
  }
}

/** Ports of a connection have no type in the set that the kernel keeps. */
const isUntyped = (key: Value): boolean => key.kind === 'ct' && (key.key === 'proto-src' || key.key === 'proto-dst')
