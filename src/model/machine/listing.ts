/** What rules have counted and changed, for listings: `nft list ruleset` with its counters. */

import type { Host } from '../host/index.ts'
import type {
  ElementState,
  ObjectState,
  RuleObject,
  RulesetState,
  SetDefinition,
  Statement,
  StatementState,
} from '../rules/index.ts'
import { describeWords } from './describe-words.ts'
import type { Stateful } from './machine.ts'
import type { SetStore } from './sets/set-store.ts'

export class Listing implements RulesetState {
  private readonly host: Host
  private readonly kept: { readonly statement: Statement; readonly ruleId: number; readonly state: Stateful }[] = []
  private readonly objectStates = new Map<RuleObject, Stateful>()
  private readonly stores = new Map<SetDefinition, SetStore>()

  constructor(host: Host) {
    this.host = host
  }

  addStatement(statement: Statement, ruleId: number, state: Stateful): void {
    this.kept.push({ statement, ruleId, state })
  }

  addObject(object: RuleObject, state: Stateful): void {
    this.objectStates.set(object, state)
  }

  addSet(store: SetStore): void {
    this.stores.set(store.definition, store)
  }

  statements(): readonly StatementState[] {
    // The index of rules compiles them in another order; statements of one rule are always in their own.
    const inOrder = [...this.kept].sort((a, b) => a.ruleId - b.ruleId)
    return inOrder.map(({ ruleId, state, statement }) => ({ statement, ruleId, ...stateOf(state) }))
  }

  objects(): readonly ObjectState[] {
    return [...this.objectStates].map(([object, state]) => ({ object, ...stateOf(state) }))
  }

  sets(): readonly SetDefinition[] {
    return [...this.stores.keys()]
  }

  *elements(definition: SetDefinition): Iterable<ElementState> {
    const store = this.stores.get(definition)
    if (!store) return
    for (const element of store.all()) yield this.elementState(store, element)
  }

  private elementState(store: SetStore, element: number): ElementState {
    const { elements } = store
    const key = store.key(element)
    const remaining = elements.remaining(element)
    const dataWords = Array.from({ length: elements.dataWords }, (_, i) => elements.dataWord(element, i))
    return {
      key,
      text: key ? this.keyText(store.definition, key) : '*',
      expires: remaining === Number.POSITIVE_INFINITY ? null : remaining,
      data: dataWords.length > 0 ? dataWords : null,
      statements: elements.statementsOf(element).map(stateOf),
    }
  }

  private keyText(
    definition: SetDefinition,
    key: { readonly from: readonly number[]; readonly to: readonly number[] },
  ): string {
    let at = 0
    return definition.key
      .map(({ type, width, words }) => {
        const from = describeWords(type, key.from.slice(at, at + words), width, this.host)
        const to = describeWords(type, key.to.slice(at, at + words), width, this.host)
        at += words
        return from === to ? from : `${from}-${to}`
      })
      .join(' . ')
  }
}

const stateOf = (state: Stateful): { readonly text: string; readonly count: ObjectState['count'] } => ({
  text: state.describe(),
  count: state.count?.() ?? null,
})
