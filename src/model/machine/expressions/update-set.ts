/** `add`, `update` and `delete` of set elements by packets (Linux nft_dynset). */

import { InvariantError } from '../../bytes/index.ts'
import type { UpdateSetStatement } from '../../rules/index.ts'
import { intoRegisters, type Operation, run } from '../code/operation.ts'
import type { Machine, StatementExpression, Step } from '../machine.ts'
import { Result } from '../result.ts'
import { ExactStore } from '../sets/exact-store.ts'
import { keyWordsOf } from '../sets/set-store.ts'

function code(statement: UpdateSetStatement, machine: Machine): readonly Operation[] {
  const store = machine.store(statement.set)
  if (!(store instanceof ExactStore)) throw new InvariantError(`the set @${statement.set.name} is not dynamic`)
  const key = intoRegisters(machine.code(statement.key, 0), 0)
  const { registers } = machine
  if (statement.operation === 'delete') {
    const remove = run(() => {
      store.remove(registers, 0)
      return Result.next
    })
    return [...key, remove]
  }
  const behind = keyWordsOf(statement.set)
  const data = statement.data ? intoRegisters(machine.code(statement.data, behind), behind) : []
  return [...key, ...data, run(grow(statement, store, machine))]
}

function grow(statement: UpdateSetStatement, store: ExactStore, machine: Machine): Step {
  const { registers } = machine
  const { elements } = store
  const lifetime = statement.timeout ?? statement.set.timeout ?? 0
  const isRefreshing = statement.operation === 'update'
  const create = creator(statement, store, lifetime, machine)
  return (packet) => {
    const known = store.findOwn(registers, 0)
    const element = known >= 0 ? known : create()
    if (element < 0) return Result.break
    // An element made without a timeout gets none; one that has it is over at once where the statement and the set name none.
    if (known >= 0 && isRefreshing && elements.expires(element)) elements.setExpiry(element, elements.now() + lifetime)
    return elements.run(element, packet)
  }
}

/** Makes the element for the key in the first registers, its data behind it; -1 when the set is full. */
function creator(statement: UpdateSetStatement, store: ExactStore, lifetime: number, machine: Machine): () => number {
  const { registers } = machine
  const { elements } = store
  const keyWords = keyWordsOf(statement.set)
  const statements = statement.statements.length > 0 ? statement.statements : statement.set.statements
  return () => {
    const element = store.add(registers, 0)
    if (element < 0) return -1
    elements.write(element, {
      data: statement.data ? registers.subarray(keyWords, keyWords + elements.dataWords) : null,
      result: Result.next,
      object: null,
      expires: lifetime > 0 ? elements.now() + lifetime : Number.POSITIVE_INFINITY,
      statements: statements.map((each) => machine.instantiate(each)),
    })
    return element
  }
}

export const updateSet: StatementExpression<UpdateSetStatement> = { code }
