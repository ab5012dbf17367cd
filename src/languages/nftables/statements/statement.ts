/** The shape that all statements have: what words begin them, how they are read, and what the machine does for them. */

import type { StatementKind, StatementOf } from '../ast.ts'
import type { BareStatement, Scope } from '../lower/scope.ts'
import type { Parser } from '../parser/parser.ts'

/** Reads the statement, its first word included. */
export type ParseStatement<K extends StatementKind> = (parser: Parser) => StatementOf<K>

/** What it becomes; implied matches go to `scope.imply` before. */
export type LowerStatement<K extends StatementKind> = (node: StatementOf<K>, scope: Scope) => BareStatement[]
