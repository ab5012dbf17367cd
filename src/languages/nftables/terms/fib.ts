/** `fib KEYS RESULT`: a lookup in the routing tables, with `oif`, `oifname`, `type`, or whether there is a route. */

import { typedOf } from '../lower/typed.ts'
import { refuse } from '../refusal.ts'
import type { DataType } from '../symbols/datatype.ts'
import { dataTypes } from '../symbols/datatypes.ts'
import type { LowerTerm, ParseTerm } from './term.ts'

export const keywords: readonly string[] = ['fib']

const keys = ['saddr', 'daddr', 'mark', 'iif', 'oif'] as const

export const parse: ParseTerm<'fib'> = ({ cursor }) => {
  const start = cursor.start
  cursor.expectWord('fib')
  const words: string[] = []
  do words.push(cursor.expectOneOf(keys, 'saddr, daddr, mark, iif or oif'))
  while (cursor.takeSign('.'))
  const result = cursor.expectOneOf(['oif', 'oifname', 'type', 'check'], 'oif, oifname, type or check')
  const span = cursor.spanFrom(start)
  const addresses = words.filter((word) => word === 'saddr' || word === 'daddr')
  if (addresses.length !== 1)
    refuse('nft-syntax', span, `expected one of saddr and daddr, found ${addresses.length === 0 ? 'neither' : 'both'}`)
  if (words.includes('iif') && words.includes('oif')) refuse('nft-syntax', span, 'expected iif or oif, found both')
  return {
    kind: 'fib',
    address: addresses[0] === 'saddr' ? 'saddr' : 'daddr',
    with: (['mark', 'iif', 'oif'] as const).filter((word) => words.includes(word)),
    result: result === 'check' ? 'exists' : result === 'oif' ? 'oif' : result === 'oifname' ? 'oifname' : 'type',
    span,
  }
}

const types: Readonly<Record<'oif' | 'oifname' | 'type' | 'exists', DataType>> = {
  oif: dataTypes.iface_index,
  oifname: dataTypes.ifname,
  type: dataTypes.fib_addrtype,
  exists: dataTypes.boolean,
}

export const lower: LowerTerm<'fib'> = (term) => {
  const type = types[term.result]
  return typedOf({ kind: 'fib', address: term.address, with: term.with, result: term.result, width: type.width }, type)
}
