/** The table of every kind of value: leave one out and the compiler names it. */

import type { Value } from '../../rules/index.ts'
import type { ValueCode } from '../code/operation.ts'
import type { Machine, ValueExpression } from '../machine.ts'
import { bitwise } from './bitwise.ts'
import { concatenation } from './concatenation.ts'
import { conntrack } from './conntrack.ts'
import { constant } from './constant.ts'
import { extensionHeader } from './extension-header.ts'
import { fib } from './fib.ts'
import { hash } from './hash.ts'
import { ipOption } from './ip-option.ts'
import { map } from './map.ts'
import { meta } from './meta.ts'
import { numberGenerator } from './number-generator.ts'
import { payload } from './payload.ts'
import { route } from './route.ts'
import { sctpChunk } from './sctp-chunk.ts'
import { tcpOption } from './tcp-option.ts'

const values: { readonly [K in Value['kind']]: ValueExpression<Extract<Value, { kind: K }>> } = {
  payload,
  meta,
  ct: conntrack,
  fib,
  rt: route,
  exthdr: extensionHeader,
  'tcp-option': tcpOption,
  'ip-option': ipOption,
  'sctp-chunk': sctpChunk,
  bitwise,
  concatenation,
  map,
  constant,
  numgen: numberGenerator,
  hash,
}

// The table pairs each kind with its own expression; TypeScript cannot follow that through an index.
const expressionOf = (value: Value): ValueExpression<Value> => values[value.kind] as unknown as ValueExpression<Value>

export const codeValue = (value: Value, at: number, machine: Machine): ValueCode =>
  expressionOf(value).code(value, at, machine)

/** What a value is called, as nft writes it: `tcp dport`, `ct state`. */
export const describeValue = (value: Value): string => expressionOf(value).describe(value, describeValue)
