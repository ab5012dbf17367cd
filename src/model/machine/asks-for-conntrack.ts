/** Whether a ruleset switches connection tracking on: in Linux its hooks exist only while something asks for them (nf_ct_netns_get). */

import type { Ruleset, Statement, Table, Value } from '../rules/index.ts'

const familiesOf = (table: Table): readonly (4 | 6)[] =>
  table.family === 'ip' ? [4] : table.family === 'ip6' ? [6] : [4, 6]

/** By family: a rule about ct, an object that works on entries, or a nat chain in a table of it. */
export function asksForConntrack(ruleset: Ruleset): { readonly 4: boolean; readonly 6: boolean } {
  const asking = ruleset.tables.filter((table) => !table.isDormant && asks(table)).flatMap(familiesOf)
  return { 4: asking.includes(4), 6: asking.includes(6) }
}

const asks = (table: Table): boolean =>
  table.objects.some(({ kind }) => kind.startsWith('ct ')) ||
  table.chains.some(
    (chain) => chain.base?.type === 'nat' || chain.rules.some(({ statements }) => statements.some(statementAsks)),
  )

function statementAsks(statement: Statement): boolean {
  switch (statement.kind) {
    case 'set ct':
    case 'ct count':
    case 'nat':
      return true
    case 'object':
      return statement.object.kind.startsWith('ct ')
    case 'object-map':
      return statement.objectKind.startsWith('ct ') || valueAsks(statement.key)
    case 'compare':
    case 'range':
      return valueAsks(statement.left)
    case 'lookup':
    case 'verdict-map':
      return valueAsks(statement.key)
    case 'set meta':
    case 'set payload':
    case 'set tcp-option':
      return valueAsks(statement.value)
    case 'update set':
      return (
        valueAsks(statement.key) ||
        (statement.data !== null && valueAsks(statement.data)) ||
        statement.statements.some(statementAsks)
      )
    default:
      return false
  }
}

function valueAsks(value: Value): boolean {
  switch (value.kind) {
    case 'ct':
      return true
    case 'bitwise':
      return valueAsks(value.of)
    case 'concatenation':
      return value.parts.some(valueAsks)
    case 'map':
      return valueAsks(value.key)
    case 'hash':
      return value.of !== null && valueAsks(value.of)
    default:
      return false
  }
}
