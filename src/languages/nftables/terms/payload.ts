/** Fields of headers by name: `tcp dport`, `ip saddr`, `icmp type`; and raw bits: `@th,0,16`. */

import type { CompareStatement, LookupStatement, PayloadValue, Source } from '../../../model/rules/index.ts'
import type { TermOf } from '../ast.ts'
import { anonymousSet } from '../build/anonymous-set.ts'
import type { Scope } from '../lower/scope.ts'
import { typedOf } from '../lower/typed.ts'
import { refuse } from '../refusal.ts'
import { integerType } from '../symbols/datatypes.ts'
import { type Field, fieldSpellings, type Header, type HeaderName, headers } from '../symbols/headers.ts'
import type { LowerTerm, ParseTerm } from './term.ts'

export const keywords: readonly string[] = Object.keys(headers)

const isHeader = (word: string): word is HeaderName => Object.hasOwn(headers, word)

export const fieldsOf = (name: HeaderName): Readonly<Record<string, Field>> => headers[name].fields

export const parse: ParseTerm<'payload'> = ({ cursor }) => {
  const start = cursor.start
  const word = cursor.expectWord('a header').text
  if (!isHeader(word)) return cursor.fail('a header')
  const field = cursor.expectOneOf(
    [...Object.keys(fieldsOf(word)), ...Object.keys(fieldSpellings)],
    `a field of ${word}`,
  )
  return { kind: 'payload', header: word, field: fieldSpellings[field] ?? field, span: cursor.spanFrom(start) }
}

export const lower: LowerTerm<'payload'> = (term, scope) => {
  const header: Header = headers[term.header]
  const field = header.fields[term.field]
  if (!field) return refuse('nft-unknown-key', term.span, `${term.header} has no field ${term.field}`)
  needProtocols(header, term.span, scope)
  const types = header.onlyForTypes?.[term.field]
  if (types) needMessageType(term, types, scope)
  return typedOf(payloadValue(header, field, `${term.header} ${term.field}`), field[2])
}

export const payloadValue = (header: Header, [offset, width]: Field, name: string): PayloadValue => ({
  kind: 'payload',
  base: header.base,
  offset,
  width,
  name,
})

function needProtocols(header: Header, span: Source, { protocols }: Scope): void {
  if (header.base === 'link') protocols.needEthernet(span)
  // As nft does: the network protocol is only added where the rule has said nothing yet, and never contradicted.
  if (header.transport === null) {
    if (header.network !== null) protocols.needNetwork(header.network, span)
    return
  }
  if (header.network !== null && protocols.transport === null && protocols.network === null)
    protocols.needNetwork(header.network, span)
  protocols.needTransport(header.transport, span)
}

/** `icmp mtu` is there only in some types of message: those are compared first. */
function needMessageType(term: TermOf<'payload'>, types: readonly number[], scope: Scope): void {
  const header: Header = headers[term.header]
  const field = header.fields['type']
  if (!field || isKnownType(term, types, scope)) return
  scope.protocols.messageTypes = types
  const left = payloadValue(header, field, `${term.header} type`)
  const written = { text: `implied: ${term.header} type`, source: term.span }
  const [only] = types
  if (types.length === 1 && only !== undefined) {
    const compare: CompareStatement = {
      kind: 'compare',
      operator: '==',
      left,
      right: [only],
      interfaceName: null,
      prefixBits: null,
    }
    scope.imply({ ...compare, ...written })
    return
  }
  const set = anonymousSet(
    scope.table,
    [field[2]],
    types.map((type) => [type]),
    term.span,
  )
  const lookup: LookupStatement = { kind: 'lookup', isNegated: false, key: left, set }
  scope.imply({ ...lookup, ...written })
}

/** Whether the rule has matched fitting types already; types that never have the field are refused. */
function isKnownType(term: TermOf<'payload'>, types: readonly number[], { protocols }: Scope): boolean {
  const known = protocols.messageTypes
  if (known === null) return false
  if (known.every((type) => types.includes(type))) return true
  if (known.some((type) => types.includes(type))) return false
  return refuse(
    'nft-conflicting-protocols',
    term.span,
    `${term.header} ${term.field} is not there in messages of the type that the rule matches before`,
  )
}

const bases = { ll: 'link', nh: 'network', th: 'transport', ih: 'inner' } as const
const isBase = (word: string): word is keyof typeof bases => Object.hasOwn(bases, word)

/** Whether `@` here begins raw bits and not the name of a set. */
export const isRaw = (text: string): boolean => isBase(text)

export const parseRaw: ParseTerm<'raw-payload'> = ({ cursor }) => {
  const start = cursor.start
  cursor.expectSign('@')
  const word = cursor.expectWord('ll, nh, th or ih').text
  if (!isBase(word)) return cursor.fail('ll, nh, th or ih')
  cursor.expectSign(',')
  const offset = cursor.expectNumber('an offset in bits', 65_535 * 8)
  cursor.expectSign(',')
  const width = cursor.expectNumber('a width in bits', 128)
  const span = cursor.spanFrom(start)
  if (width === 0) refuse('nft-value-range', span, 'expected a width of 1 to 128 bits, found 0')
  return { kind: 'raw-payload', base: bases[word], offset, width, span }
}

const baseNames = { link: 'll', network: 'nh', transport: 'th', inner: 'ih' } as const

export const lowerRaw: LowerTerm<'raw-payload'> = ({ base, offset, width }) =>
  typedOf({ kind: 'payload', base, offset, width, name: `@${baseNames[base]},${offset},${width}` }, integerType(width))
