/** What statements and objects have counted, by statement and object. */

import type { RuleObject, RulesetState, Statement } from '../../model/rules/index.ts'

export interface Counted {
  readonly packets: number
  readonly bytes: number
}

export class RunState {
  readonly listing: RulesetState | null
  readonly #statements: ReadonlyMap<Statement, { readonly count: Counted | null; readonly text: string }>
  readonly #objects: ReadonlyMap<RuleObject, { readonly count: Counted | null; readonly text: string }>

  /** Without a listing everything is as it was loaded. */
  constructor(listing: RulesetState | null) {
    this.listing = listing
    this.#statements = new Map(listing?.statements().map((state) => [state.statement, state]))
    this.#objects = new Map(listing?.objects().map((state) => [state.object, state]))
  }

  countOf(of: Statement | RuleObject): Counted | null {
    return (isObject(of) ? this.#objects.get(of) : this.#statements.get(of))?.count ?? null
  }

  /** Bytes that a quota has used up. */
  usedOf(of: Statement | RuleObject): number | null {
    const text = (isObject(of) ? this.#objects.get(of) : this.#statements.get(of))?.text
    return text === undefined ? null : usedIn(text)
  }
}

/** `quota 10 bytes used 5 bytes`: nothing is said of a quota that is whole. */
export const usedIn = (text: string): number => Number(/ used (\d+) bytes/.exec(text)?.[1] ?? 0)

const isObject = (of: Statement | RuleObject): of is RuleObject => 'name' in of && 'handle' in of
