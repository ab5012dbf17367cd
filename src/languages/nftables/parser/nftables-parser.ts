/** The parser as a whole: the file being read, variables, includes, and the constructs' way back to expressions. */

import type { Source } from '../../../model/rules/index.ts'
import { didYouMean } from '../../diagnostics/index.ts'
import type { Expression, StatementNode } from '../ast.ts'
import { Refusal, type Report, refuse } from '../refusal.ts'
import { type SourceText, sourceText } from '../source/source-text.ts'
import { parseStateful } from '../statements/index.ts'
import { Cursor } from './cursor.ts'
import { parseConstant, parseMapped, parseRight, parseSet } from './expression.ts'
import type { Parser } from './parser.ts'

/**
 * What `include` names, seen from the file `from`: a text (called as it was written), a file with its own name, several files for
 * a pattern, or null when there is none.
 */
export type ReadInclude = (path: string, from: string) => string | IncludedFile | readonly IncludedFile[] | null

export interface IncludedFile {
  readonly name: string
  readonly text: string
}

interface Definition {
  readonly value: Expression
  readonly span: Source
  /** Tokens that it stands for, with those of the variables in it. */
  readonly size: number
}

const deepestInclude = 16
/** Hashes of hashes: more is no ruleset but an attack on the stack. */
const deepestExpression = 32
/** Tokens of a definition, written out: definitions of definitions can double with each line. */
const largestDefinition = 2_000_000

export class NftablesParser implements Parser {
  cursor: Cursor
  readonly report: Report
  /** Texts of all files that were read, by name. */
  readonly texts: Map<string, SourceText> = new Map()
  readonly #read: ReadInclude
  /** Innermost last: a table's and a chain's block see their own definitions and those around them. */
  readonly #scopes: Map<string, Definition>[] = [new Map()]
  readonly #open: string[] = []
  #depth = 0
  /** Tokens that variables stood for since the last definition began. */
  #expanded = 0

  constructor(report: Report, read: ReadInclude) {
    this.report = report
    this.#read = read
    this.cursor = new Cursor(sourceText('', ''))
  }

  at<T>(source: SourceText, offset: number, read: () => T): T {
    const outer = this.cursor
    this.cursor = new Cursor(source, offset)
    try {
      return read()
    } finally {
      this.cursor = outer
    }
  }

  expression(): Expression {
    if (this.#depth >= deepestExpression) {
      refuse('nft-too-deep', this.cursor.here(), `expected at most ${deepestExpression} expressions within each other`)
    }
    this.#depth++
    try {
      return parseMapped(this)
    } finally {
      this.#depth--
    }
  }

  rightSide(): Expression {
    return parseRight(this)
  }

  constant(): Expression {
    return parseConstant(this)
  }

  set(): Expression {
    return this.cursor.peek().kind === 'variable' ? this.variable() : parseSet(this, 0)
  }

  statefulStatements(): StatementNode[] {
    return parseStateful(this)
  }

  text(what: string): string {
    if (this.cursor.peek().kind !== 'variable')
      return (this.cursor.take('string') ?? this.cursor.take('word') ?? this.cursor.fail(what)).text
    const value = this.variable()
    return value.kind === 'word' ? value.text : refuse('nft-syntax', value.span, `expected ${what}`)
  }

  variable(): Expression {
    const token = this.cursor.next()
    const span = this.cursor.spanOfToken(token)
    const definition = this.#definition(token.text)
    if (definition) {
      this.#expanded += definition.size
      return { ...definition.value, span }
    }
    const known = this.#scopes.flatMap((scope) => [...scope.keys()])
    return refuse('nft-unknown-variable', span, `$${token.text} is not defined before this place`, {
      hint: didYouMean(token.text, known),
    })
  }

  #definition(name: string): Definition | undefined {
    for (const scope of this.#scopes.toReversed()) {
      const definition = scope.get(name)
      if (definition) return definition
    }
    return undefined
  }

  /** `define`, `redefine`, `undefine` or `include`, allowed wherever an item is; false: something else stands here. */
  takeCommon(items: () => void): boolean {
    const { cursor } = this
    if (cursor.isWord('include') && ['string', 'variable'].includes(cursor.peek(1).kind)) {
      this.#include(items)
      return true
    }
    if (cursor.isWord('define') || cursor.isWord('redefine')) {
      this.#define(cursor.next().text === 'redefine')
      return true
    }
    if (cursor.takeWord('undefine')) {
      const name = cursor.expectName('the name of a variable')
      if (!this.#scopes.at(-1)?.delete(name.text)) {
        refuse('nft-unknown-variable', name.span, `$${name.text} is not defined here`)
      }
      return true
    }
    return false
  }

  #define(mayReplace: boolean): void {
    const { cursor } = this
    const name = cursor.expectName('the name of a variable')
    cursor.expectSign('=')
    this.#expanded = 0
    const begin = cursor.position
    const isNegative = cursor.isSign('-') && cursor.peek(1).kind === 'number' && cursor.next() !== undefined
    let value = cursor.isSign('{') ? this.set() : parseRight(this)
    if (isNegative && value.kind === 'number') value = { ...value, value: -value.value }
    const scope = this.#scopes.at(-1)
    const before = scope?.get(name.text)
    if (before && !mayReplace) {
      refuse('nft-exists', name.span, `$${name.text} is defined already`, {
        related: [{ span: before.span, message: 'first defined here' }],
        hint: 'redefine changes it',
      })
    }
    const size = this.#expanded + cursor.position - begin
    if (size > largestDefinition)
      refuse(
        'nft-too-deep',
        name.span,
        `expected at most ${largestDefinition} words, found ${size} in $${name.text} written out`,
      )
    scope?.set(name.text, { value, span: name.span, size })
  }

  /** Runs `work` with variables of its own. */
  inScope(work: () => void): void {
    this.#scopes.push(new Map())
    try {
      work()
    } finally {
      this.#scopes.pop()
    }
  }

  #include(items: () => void): void {
    const { cursor } = this
    cursor.next()
    const span = cursor.here()
    const path = this.text('the path of a file in quotes')
    const found = this.#read(path, cursor.source.name)
    const isPattern = /[*?[]/.test(path)
    const files =
      found === null
        ? []
        : typeof found === 'string'
          ? [{ name: path, text: found }]
          : 'text' in found
            ? [found]
            : found
    if (files.length === 0 && !isPattern) refuse('nft-include', span, `the file ${path} cannot be read`)
    for (const file of files) {
      if (this.#open.includes(file.name)) refuse('nft-include-loop', span, `${file.name} includes itself`)
      if (this.#open.length > deepestInclude)
        refuse('nft-include-loop', span, `expected at most ${deepestInclude} files within each other`)
      this.readFile(file, items)
    }
  }

  /** Reads a whole file as items of the kind that `items` reads, then goes on in the file before. */
  readFile(file: IncludedFile, items: () => void): void {
    const source = sourceText(file.name, file.text)
    this.texts.set(file.name, source)
    const outer = this.cursor
    this.cursor = new Cursor(source)
    this.#open.push(file.name)
    this.report.attempt(() => this.#refuseByteOrderMark())
    this.report.attempt(() => this.#refuseCarriageReturn())
    try {
      for (;;) {
        items()
        if (this.cursor.peek().kind === 'end') break
        // Only a closing brace stops the items of a file: it closes nothing here.
        this.report.attempt(() => this.cursor.fail('a command or a rule'))
        this.cursor.next()
      }
    } finally {
      this.#open.pop()
      this.cursor = outer
    }
  }

  #refuseByteOrderMark(): void {
    const { byteOrderMark } = this.cursor
    if (byteOrderMark === null) return
    const span = this.cursor.spanOfToken(byteOrderMark)
    refuse('nft-character', span, 'expected a command, found a byte order mark', {
      hint: 'save the file as UTF-8 without a byte order mark',
    })
  }

  /** A file with line ends of Windows is one mistake, not one a line. */
  #refuseCarriageReturn(): void {
    const { carriageReturn } = this.cursor
    if (carriageReturn === null) return
    refuse(
      'nft-character',
      this.cursor.spanOfToken(carriageReturn),
      'expected the end of the line, found a carriage return',
      { hint: 'save the file with line ends of Unix' },
    )
  }

  /** Items until the closing brace or the end of the file; a broken one is reported and stepped over. */
  items(item: () => void): void {
    const { cursor } = this
    for (;;) {
      cursor.skipSeparators()
      if (cursor.peek().kind === 'end' || cursor.isSign('}')) return
      const before = cursor.position
      try {
        if (!this.takeCommon(() => this.items(item))) item()
        if (!cursor.isAtEnd()) this.#checkEnd()
      } catch (error) {
        if (!(error instanceof Refusal)) throw error
        this.report.add(error.diagnostic)
        cursor.skipStatement()
        if (cursor.position === before) cursor.next()
      }
    }
  }

  /** After a closing brace another item may follow at once; nft wants a separator, and misses it only in print. */
  #checkEnd(): void {
    if (this.cursor.previousIsBrace()) return
    this.cursor.fail('the end of the statement')
  }
}
