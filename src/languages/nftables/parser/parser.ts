/** What a construct may ask of the parser that it is read by. The driver implements it; constructs never import the driver. */

import type { Expression, StatementNode } from '../ast.ts'
import type { Report } from '../refusal.ts'
import type { SourceText } from '../source/source-text.ts'
import type { Cursor } from './cursor.ts'

export interface Parser {
  readonly cursor: Cursor
  readonly report: Report
  /** Reads at another place, and comes back. */
  at<T>(source: SourceText, offset: number, read: () => T): T
  /** An expression that may read the packet: terms, constants, maps; not a list. */
  expression(): Expression
  /** The right side of a match: constants, ranges, lists, sets; never terms. */
  rightSide(): Expression
  /** One constant of a right side, without lists: an element's key or data. */
  constant(): Expression
  /** `{ ... }`, elements by constants. */
  set(): Expression
  /** What a $variable stands for. */
  variable(): Expression
  /** Replaces `$variables` inside a quoted string. */
  text(what: string): string
  /** Statements that an element or set may carry (counter, limit, ...), none or more. */
  statefulStatements(): StatementNode[]
}
