/** Named sets and maps as nft's JSON, with the elements that live at the end of the run. */

import type { ElementState, SetDefinition, SetElement, Statement, Table } from '../../model/rules/index.ts'
import { dataJson, joined, keyJson } from './element.ts'
import type { Json } from './json.ts'
import { ProtocolContext } from './protocol-context.ts'
import { isMadeBy } from './rule.ts'
import { type RunState, usedIn } from './state.ts'
import { actionJson, nestedJson } from './statement.ts'

/** Size that the kernel gives a set without one, once a rule changes it. */
const dynamicSize = 65535

export function setDeclarationJson(set: SetDefinition, table: Table, state: RunState): Json {
  const { family, name } = table
  const { comment, data, handle, timeout } = set
  const types = set.key.map(({ type }) => type)
  const size = set.size ?? (updatesOf(set, table).length > 0 ? dynamicSize : null)
  const flags = flagsOf(set)
  const elements = elementsOf(set, table, state)
  const statements = set.statements.flatMap((statement) => nestedJson(statement, new ProtocolContext(family)))
  return {
    [data === null ? 'set' : 'map']: {
      family,
      name: set.name,
      table: name,
      type: types.length === 1 ? (types[0] ?? null) : types,
      handle,
      ...(comment === null ? {} : { comment }),
      ...(set.isSmall ? { policy: 'memory' } : {}),
      ...(data === null ? {} : { map: mapTitle(data) }),
      ...(size === null ? {} : { size }),
      ...(flags.length === 0 ? {} : { flags }),
      ...(timeout === null ? {} : { timeout: Math.floor(timeout / 1000) }),
      ...(set.sweepInterval ? { 'gc-interval': Math.floor(set.sweepInterval / 1000) } : {}),
      ...(elements.length === 0 ? {} : { elem: elements }),
      ...(statements.length === 0 ? {} : { stmt: statements }),
    },
  }
}

function mapTitle(data: NonNullable<SetDefinition['data']>): string {
  if (data.kind === 'value') return data.fields.map(({ type }) => type).join(' . ')
  return data.kind === 'object' ? data.object : data.kind
}

/** The kernel does not tell of a set that it is dynamic. */
function flagsOf({ hasTimeout, isConstant, isInterval }: SetDefinition): string[] {
  return [...(isConstant ? ['constant'] : []), ...(isInterval ? ['interval'] : []), ...(hasTimeout ? ['timeout'] : [])]
}

/** What is printed of one element. */
interface Printed {
  readonly key: Json
  readonly data: Json | undefined
  readonly timeout: number | null
  readonly expires: number | null
  readonly comment: string | null
  readonly statements: readonly Json[]
}

function elementsOf(set: SetDefinition, table: Table, state: RunState): Json[] {
  const { listing } = state
  const isChangeable = set.isDynamic || set.hasTimeout || set.elements.some(({ statements }) => statements.length > 0)
  if (listing && isChangeable && set.elements.every(({ interfaceNames }) => interfaceNames === null)) {
    const lives = new Living(set, table)
    return [...listing.elements(set)].map((element) => elementJson(lives.print(element)))
  }
  const isJoined = 'isAutoMerge' in set && set.isAutoMerge === true && set.isInterval && set.key.length === 1
  return (isJoined ? joined(set.elements, set) : set.elements).map((element) => elementJson(loaded(element, set)))
}

const loaded = (element: SetElement, set: SetDefinition): Printed => ({
  key: element.isCatchAll ? '*' : keyJson(element, set, element.interfaceNames),
  data: dataJson(element, set),
  timeout: element.timeout,
  expires: null,
  comment: element.comment,
  statements: element.statements.flatMap((statement) =>
    nestedJson(statement, new ProtocolContext('inet')).map((json) =>
      statement.kind === 'counter' ? countedJson(statement) : json,
    ),
  ),
})

const countedJson = ({ packets, bytes }: { readonly packets: number; readonly bytes: number }): Json => ({
  counter: { packets, bytes },
})

function elementJson({ comment, data, expires, key, statements, timeout }: Printed): Json {
  const members: { readonly [key: string]: Json } = {
    ...(timeout === null ? {} : { timeout: Math.floor(timeout / 1000) }),
    ...(expires === null ? {} : { expires: Math.floor(expires / 1000) }),
    ...(comment === null ? {} : { comment }),
    // nft 1.0.6 tells the first one only.
    ...Object.assign({}, ...statements.slice(0, 1)),
  }
  const wrapped: Json = Object.keys(members).length === 0 ? key : { elem: { val: key, ...members } }
  return data === undefined ? wrapped : [wrapped, data]
}

/** Living elements, which know their key and counts; the rest is told by the declaration or the rules that added them. */
class Living {
  readonly #set: SetDefinition
  readonly #declared: ReadonlyMap<string, SetElement>
  readonly #updates: readonly Update[]

  constructor(set: SetDefinition, table: Table) {
    this.#set = set
    this.#declared = new Map(set.elements.map((element) => [element.isCatchAll ? '*' : keyText(element), element]))
    this.#updates = updatesOf(set, table)
  }

  print(element: ElementState): Printed {
    const declared = this.#declared.get(element.key ? keyText(element.key) : '*')
    return {
      key: element.key ? keyJson(element.key, this.#set) : '*',
      data: dataJson(
        { verdict: declared?.verdict ?? null, object: declared?.object ?? null, data: element.data },
        this.#set,
      ),
      timeout: this.#lifetime(element, declared),
      expires: element.expires,
      comment: declared?.comment ?? null,
      statements: this.#statements(element, declared),
    }
  }

  /** Only one that differs from the set's own is told; of several that rules give, the shortest that can have left so much. */
  #lifetime({ expires }: ElementState, declared: SetElement | undefined): number | null {
    if (expires === null) return null
    const given = declared ? [declared.timeout] : this.#updates.map(({ timeout }) => timeout)
    const fitting = given.map((timeout) => timeout ?? this.#set.timeout ?? 0).filter((timeout) => timeout >= expires)
    const lifetime = fitting.length === 0 ? null : Math.min(...fitting)
    return lifetime === this.#set.timeout ? null : lifetime
  }

  #statements(element: ElementState, declared: SetElement | undefined): Json[] {
    const known = declared?.statements ?? this.#updates.find(({ statements }) => statements.length > 0)?.statements
    const written = known ?? this.#set.statements
    return element.statements.flatMap(({ count, text }, index) => {
      const statement = written[index]
      if (!statement || statement.kind === 'compare' || statement.kind === 'range' || statement.kind === 'lookup')
        return []
      return [actionJson(statement, new ProtocolContext('inet'), { count, used: usedIn(text) })]
    })
  }
}

const keyText = ({ from, to }: { readonly from: readonly number[]; readonly to: readonly number[] }): string =>
  `${from.map((word) => word >>> 0).join()}-${to.map((word) => word >>> 0).join()}`

/** A meter's set prints with its meter. */
export const isMeter = (set: SetDefinition, table: Table): boolean => updatesOf(set, table).some(isMadeBy)

type Update = Statement & { readonly kind: 'update set' }

/** The statements of rules that change the set. */
function updatesOf(set: SetDefinition, table: Table): Update[] {
  const statements = table.chains.flatMap(({ rules }) => rules.flatMap((rule) => rule.statements))
  return statements.filter((each) => each.kind === 'update set').filter((each) => each.set === set)
}
