/** The table of every kind of statement: leave one out and the compiler names it. */

import { InvariantError } from '../../bytes/index.ts'
import type { RuleObject, Statement } from '../../rules/index.ts'
import { type Operation, run, simplify } from '../code/operation.ts'
import type { Machine, Stateful, StatementExpression } from '../machine.ts'
import { compare } from './compare.ts'
import { connectionLimit } from './connection-limit.ts'
import { conntrackExpectation, conntrackHelper, conntrackTimeout } from './conntrack-object.ts'
import { counter } from './counter.ts'
import { last } from './last.ts'
import { limit } from './limit.ts'
import { log } from './log.ts'
import { lookup } from './lookup.ts'
import { nat } from './nat.ts'
import { notrack } from './notrack.ts'
import { object } from './object.ts'
import { objectMap } from './object-map.ts'
import { quota } from './quota.ts'
import { range } from './range.ts'
import { reject } from './reject.ts'
import { resetTcpOption } from './reset-tcp-option.ts'
import { setConntrack } from './set-conntrack.ts'
import { setMeta } from './set-meta.ts'
import { setPayload } from './set-payload.ts'
import { setTcpOption } from './set-tcp-option.ts'
import { updateSet } from './update-set.ts'
import { verdict } from './verdict.ts'
import { verdictMap } from './verdict-map.ts'

/** A statement that keeps state: its own instance in each rule and on each set element. */
const stateful: StatementExpression<Statement> = {
  code(statement, machine, ruleId) {
    const state = machine.instantiate(statement)
    machine.keep(statement, ruleId, state)
    return [state.code ?? run(state.step)]
  },
}

const statements: { readonly [K in Statement['kind']]: StatementExpression<Extract<Statement, { kind: K }>> } = {
  compare,
  range,
  lookup,
  verdict,
  'verdict-map': verdictMap,
  counter: stateful,
  limit: stateful,
  quota: stateful,
  'ct count': stateful,
  last: stateful,
  log,
  reject,
  notrack,
  nat,
  'set meta': setMeta,
  'set ct': setConntrack,
  'set payload': setPayload,
  'set tcp-option': setTcpOption,
  'reset tcp-option': resetTcpOption,
  'update set': updateSet,
  object,
  'object-map': objectMap,
}

export function codeStatement(statement: Statement, machine: Machine, ruleId: number): readonly Operation[] {
  // The table pairs each kind with its own expression; TypeScript cannot follow that through an index.
  const expression = statements[statement.kind] as unknown as StatementExpression<Statement>
  return simplify(expression.code(statement, machine, ruleId))
}

export function instantiateStatement(statement: Statement, machine: Machine): Stateful {
  const now = (): number => machine.surroundings.now()
  switch (statement.kind) {
    case 'counter':
      return counter(statement)
    case 'limit':
      return limit(statement.limit, now)
    case 'quota':
      return quota(statement)
    case 'ct count':
      return connectionLimit(statement, machine.surroundings.conntrack)
    case 'last':
      return last(now)
    default:
      throw new InvariantError(`${statement.text}: keeps no state`)
  }
}

export function instantiateObject(object: RuleObject, machine: Machine): Stateful {
  const { conntrack } = machine.surroundings
  switch (object.kind) {
    case 'counter':
      return counter(object)
    case 'limit':
      return limit(object.limit, () => machine.surroundings.now())
    case 'quota':
      return quota(object)
    case 'ct helper':
      return conntrackHelper(object, conntrack)
    case 'ct timeout':
      return conntrackTimeout(object, conntrack)
    case 'ct expectation':
      return conntrackExpectation(object, conntrack)
  }
}
