/** The shape that all terms have: what words begin them, how they are read, and what value they are. */

import type { TermKind, TermOf } from '../ast.ts'
import type { Scope } from '../lower/scope.ts'
import type { Typed } from '../lower/typed.ts'
import type { Parser } from '../parser/parser.ts'

/** Reads the term, the first word included. */
export type ParseTerm<K extends TermKind> = (parser: Parser) => TermOf<K>

/** Makes the value; what the packet must be for it is compared before. */
export type LowerTerm<K extends TermKind> = (term: TermOf<K>, scope: Scope) => Typed
