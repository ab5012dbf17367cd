/** Elements of sets and maps as nft's JSON: keys field by field, and what maps have for them. */

import type { List, SetDefinition, SetElement } from '../../model/rules/index.ts'
import { type DataType, numberFrom } from '../nftables/index.ts'
import { constantJson, hasPrefixes, prefixJson, rangeJson, typeNamed } from './constant.ts'
import type { Json } from './json.ts'
import { verdictJson } from './verdict.ts'

/** Words from where to where; in a concatenation each field has its own range. */
export interface KeyRange {
  readonly from: readonly number[]
  readonly to: readonly number[]
}

/** How an element's key prints; `shift` moves bits to where the key's field has them. */
export interface KeyStyle {
  readonly shift: number
  /** nft 1.0.6 has lost the type of such keys, and says so in each of them. */
  readonly isUntyped: boolean
}

export const plainStyle: KeyStyle = { shift: 0, isUntyped: false }

export function keyJson(
  key: KeyRange,
  set: SetDefinition,
  names: SetElement['interfaceNames'] = null,
  style: KeyStyle = plainStyle,
): Json {
  let at = 0
  const fields = set.key.map(({ type, width, words }, index) => {
    const from = numberFrom(key.from.slice(at, at + words), width) >> BigInt(style.shift)
    const to = numberFrom(key.to.slice(at, at + words), width) >> BigInt(style.shift)
    at += words
    const name = names?.[index]
    if (name != null) return name
    return style.isUntyped ? untypedJson(from, to) : rangeJson(from, to, typeNamed(type, width))
  })
  return fields.length === 1 ? (fields[0] ?? null) : { concat: fields }
}

function untypedJson(from: bigint, to: bigint): Json {
  const text = (value: bigint): string => `0x${value.toString(16)} [invalid type]`
  return from === to ? text(from) : { range: [text(from), text(to)] }
}

/** What a map has for the key; undefined in sets. */
export function dataJson(
  element: Pick<SetElement, 'verdict' | 'data' | 'object'>,
  { data }: SetDefinition,
): Json | undefined {
  if (data === null) return undefined
  if (data.kind === 'verdict') return element.verdict ? verdictJson(element.verdict) : null
  if (data.kind === 'object') return element.object?.name ?? null
  const words = element.data ?? []
  const upper = data.isInterval ? words.slice(words.length / 2) : words
  let at = 0
  const fields = data.fields.map((field) => {
    const end = at + field.words
    const from = numberFrom(words.slice(at, end), field.width)
    const to = numberFrom(upper.slice(at, end), field.width)
    at = end
    const type = typeNamed(field.type, field.width)
    return data.isInterval ? boundedJson(from, to, type, data.fields.length > 1) : constantJson(from, type)
  })
  return fields.length === 1 ? (fields[0] ?? null) : { concat: fields }
}

/** Data that is an interval: also a single address is a prefix there, unless it stands beside others. */
export function boundedJson(from: bigint, to: bigint, type: DataType, isBeside: boolean): Json {
  if (from === to && !isBeside && hasPrefixes(type)) return prefixJson(from, type.width, type)
  return rangeJson(from, to, type)
}

/** Intervals that touch are one, where nft joins them as it loads. */
export function joined(elements: List<SetElement>, set: SetDefinition): SetElement[] {
  const width = set.key[0]?.width ?? 0
  const result: SetElement[] = []
  for (const element of elements) {
    const last = result.at(-1)
    const isJoinable = last !== undefined && !last.isCatchAll && !element.isCatchAll && last.interfaceNames === null
    if (isJoinable && numberFrom(last.to, width) + 1n === numberFrom(element.from, width)) {
      result[result.length - 1] = { ...last, to: element.to }
    } else result.push(element)
  }
  return result
}
