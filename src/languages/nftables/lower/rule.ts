/** Rules: statement by statement, with what each implies before it. */

import type { SetDefinition, Source, Statement, Value } from '../../../model/rules/index.ts'
import type { Expression, RuleNode, StatementNode } from '../ast.ts'
import type { TableState } from '../build/table-state.ts'
import { type Report, refuse } from '../refusal.ts'
import { foldBlanks, type SourceText } from '../source/source-text.ts'
import { lowerStatement } from '../statements/index.ts'
import type { DataType } from '../symbols/datatype.ts'
import { Protocols } from './protocols.ts'
import type { LowerOptions, MapData, Scope } from './scope.ts'
import { lowerSetUse } from './set-use.ts'
import type { Typed } from './typed.ts'
import { lowerKey, lowerValue, lowerValueOfType } from './value.ts'
import { warnOfByteOrder } from './warn-of-byte-order.ts'
import { warnOfMerging } from './warn-of-merging.ts'

/** What lowering needs besides the table. */
export interface LowerContext {
  readonly options: LowerOptions
  readonly texts: ReadonlyMap<string, SourceText>
}

/** One rule's scope; also used for what stands outside rules, with `statements` left empty. */
export class RuleScope implements Scope {
  readonly table: TableState
  readonly protocols: Protocols
  readonly options: LowerOptions
  readonly done: Statement[] = []
  #isAtStart = false
  readonly #texts: ReadonlyMap<string, SourceText>

  constructor(table: TableState, context: LowerContext) {
    this.table = table
    this.options = context.options
    this.#texts = context.texts
    this.protocols = new Protocols(table.family, (statement) => this.imply(statement))
  }

  textOf(span: Source): string {
    return foldBlanks(this.#texts.get(span.file)?.text.slice(span.offset, span.offset + span.length) ?? '')
  }

  imply(statement: Statement): void {
    if (this.#isAtStart) this.done.unshift(statement)
    else this.done.push(statement)
  }

  atStart(work: () => void): void {
    this.#isAtStart = true
    try {
      work()
    } finally {
      this.#isAtStart = false
    }
  }

  value(expression: Expression, expected: DataType | null): Typed {
    return lowerValue(expression, expected, this)
  }

  key(expression: Expression, types: readonly DataType[]): Typed {
    return lowerKey(expression, types, this)
  }

  valueOfType(expression: Expression, expected: DataType): Value {
    return lowerValueOfType(expression, expected, this)
  }

  setFor(expression: Expression, key: Typed, data: MapData): SetDefinition {
    return lowerSetUse(expression, key, data, this)
  }

  statements(node: StatementNode): Statement[] {
    const text = this.textOf(node.span)
    return lowerStatement(node, this).map((bare) => ({ ...bare, text, source: node.span }))
  }
}

/** All statements of a rule; null when one of them was refused (each refusal is reported). */
export function lowerRule(
  rule: RuleNode,
  table: TableState,
  context: LowerContext,
  report: Report,
): Statement[] | null {
  const scope = new RuleScope(table, context)
  let isBroken = false
  let final: StatementNode | null = null
  for (const node of rule.statements) {
    const lowered = report.attempt(() => {
      if (final !== null) {
        refuse(
          'nft-after-verdict',
          node.span,
          'expected the end of the rule, found a statement that no packet can reach',
          {
            related: [{ span: final.span, message: 'the rule ends here' }],
          },
        )
      }
      return scope.statements(node)
    })
    if (lowered === null) isBroken = true
    else scope.done.push(...lowered)
    if (node.kind === 'reject' || node.kind === 'nat' || (node.kind === 'verdict' && node.verdict.kind !== 'continue'))
      final = node
  }
  if (isBroken) return null
  for (const warning of [...warnOfMerging(scope.done), ...warnOfByteOrder(scope.done)]) report.add(warning)
  return scope.done
}
