/** A position in the tokens of one file, with the small steps that every construct is read by. */

import type { Source } from '../../../model/rules/index.ts'
import { didYouMean, expectedFound, quoted } from '../../diagnostics/index.ts'
import type { Name } from '../ast.ts'
import { nextToken, type Token, type TokenKind, tokenize } from '../lexer.ts'
import { refuse } from '../refusal.ts'
import { foldBlanks, type SourceText, spanOf } from '../source/source-text.ts'

export class Cursor {
  readonly source: SourceText
  /** The first line end of Windows, if there is one: nft reads none. */
  readonly carriageReturn: Token | null
  /** What some editors begin a file with: nft reads none. */
  readonly byteOrderMark: Token | null
  /** Those that were looked at so far: large sets need no tokens for their elements. */
  readonly #tokens: Token[]
  #at = 0
  #wordsPassed = 0

  /** `start`: where to begin reading. */
  constructor(source: SourceText, start = 0) {
    this.source = source
    const isClean = !source.text.includes('\r') && !source.text.startsWith('\ufeff')
    const tokens = isClean ? [nextToken(source.text, start)] : tokenize(source).filter((token) => token.end > start)
    this.carriageReturn = tokens.find(isCarriageReturn) ?? null
    this.byteOrderMark = tokens[0] && isByteOrderMark(tokens[0]) ? tokens[0] : null
    this.#tokens = tokens.filter((token) => !isCarriageReturn(token) && token !== this.byteOrderMark)
  }

  /** The token `ahead` of the next one; behind the end there are only end tokens. */
  peek(ahead = 0): Token {
    while (this.#at + ahead >= this.#tokens.length) {
      const last = this.#tokens.at(-1) ?? endToken
      if (last.kind === 'end') return last
      this.#tokens.push(nextToken(this.source.text, last.end))
    }
    return this.#tokens[this.#at + ahead] ?? endToken
  }

  /** Goes on reading at `offset`, over `words` that nobody needs as tokens. The next token begins there. */
  passTo(offset: number, words: number): void {
    this.#wordsPassed += words
    this.#tokens.splice(this.#at, Number.POSITIVE_INFINITY, nextToken(this.source.text, offset))
  }

  next(): Token {
    const token = this.peek()
    if (token.kind !== 'end') this.#at++
    return token
  }

  /** Grows with every token that is read. */
  get position(): number {
    return this.#at + this.#wordsPassed
  }

  isSign(text: string, ahead = 0): boolean {
    const token = this.peek(ahead)
    return token.kind === 'sign' && token.text === text
  }

  isWord(text: string, ahead = 0): boolean {
    const token = this.peek(ahead)
    return token.kind === 'word' && token.text === text
  }

  isOneOf(words: readonly string[], ahead = 0): boolean {
    const token = this.peek(ahead)
    return token.kind === 'word' && words.includes(token.text)
  }

  takeSign(text: string): boolean {
    if (!this.isSign(text)) return false
    this.next()
    return true
  }

  takeWord(text: string): boolean {
    if (!this.isWord(text)) return false
    this.next()
    return true
  }

  /** The next token, if it is of the kind. */
  take(kind: TokenKind): Token | null {
    return this.peek().kind === kind ? this.next() : null
  }

  expectSign(text: string, why = ''): Token {
    if (this.isSign(text)) return this.next()
    return this.fail(`"${text}"${why === '' ? '' : ` ${why}`}`)
  }

  /** The brace that closes what `open` opened. */
  expectClose(open: Token): void {
    if (this.takeSign('}')) return
    const token = this.peek()
    refuse('nft-syntax', this.spanOfToken(token), expectedFound('"}"', this.found(token)), {
      related: [{ span: this.spanOfToken(open), message: 'it was opened here' }],
    })
  }

  expectWord(what: string): Token {
    return this.take('word') ?? this.fail(what)
  }

  /** One of these words. */
  expectOneOf(words: readonly string[], what: string): string {
    const token = this.peek()
    if (token.kind === 'word' && words.includes(token.text)) {
      this.next()
      return token.text
    }
    const hint = token.kind === 'word' ? didYouMean(token.text, words) : null
    return refuse('nft-unknown-key', this.spanOfToken(token), expectedFound(what, this.found(token)), { hint })
  }

  expectString(what: string): string {
    return (this.take('string') ?? this.fail(what)).text
  }

  /** A name of a table, chain, set or object: a word, which may be quoted. */
  expectName(what: string): Name {
    const token = this.peek()
    if (token.kind !== 'word' && token.kind !== 'string') return this.fail(what)
    this.next()
    return { text: token.text, span: this.spanOfToken(token) }
  }

  expectNumber(what: string, most = Number.MAX_SAFE_INTEGER): number {
    const token = this.take('number') ?? this.fail(what)
    const value = Number(token.text)
    if (value > most) {
      refuse('nft-value-range', this.spanOfToken(token), expectedFound(`${what} up to ${most}`, quoted(token.text)))
    }
    return value
  }

  /** Steps over line ends: inside braces they mean nothing. */
  skipNewlines(): void {
    while (this.peek().kind === 'newline') this.next()
  }

  skipSeparators(): void {
    while (this.peek().kind === 'newline' || this.isSign(';')) this.next()
  }

  /** Line end, `;`, a closing brace or the end of the file: nothing more of a statement comes. */
  isAtEnd(): boolean {
    const token = this.peek()
    return (
      token.kind === 'newline' ||
      token.kind === 'end' ||
      (token.kind === 'sign' && (token.text === ';' || token.text === '}'))
    )
  }

  spanOfToken(token: Token): Source {
    return spanOf(this.source, token.start, token.end)
  }

  /** Whether a closing brace was read last. */
  previousIsBrace(): boolean {
    const token = this.#tokens[this.#at - 1]
    return token?.kind === 'sign' && token.text === '}'
  }

  previousText(): string {
    return this.#tokens[this.#at - 1]?.text ?? ''
  }

  /** The place of the next token. */
  here(): Source {
    return this.spanOfToken(this.peek())
  }

  /** From where `start` began to the end of the last token that was read. */
  spanFrom(start: number): Source {
    const last = this.#tokens[this.#at - 1]
    return spanOf(this.source, start, last && last.end > start ? last.end : start)
  }

  /** Start offset of the next token. */
  get start(): number {
    return this.peek().start
  }

  /** What was read since offset `start`, on one line. */
  textFrom(start: number): string {
    return foldBlanks(this.source.text.slice(start, this.#tokens[this.#at - 1]?.end ?? start))
  }

  /** Refuses what stands here. */
  fail(expected: string | readonly string[], hint: string | null = null): never {
    const token = this.peek()
    const span = this.spanOfToken(token)
    if (token.kind === 'unterminated')
      refuse('nft-unterminated-string', span, 'expected a closing quote before the end of the line')
    if (token.kind === 'bad-character')
      refuse('nft-character', span, `${quoted(token.text)} begins no word, number or sign`)
    return refuse('nft-syntax', span, expectedFound(expected, this.found(token)), { hint })
  }

  found(token: Token): string {
    if (token.kind === 'end') return 'the end of the file'
    if (token.kind === 'newline') return 'the end of the line'
    return quoted(this.source.text.slice(token.start, token.end))
  }

  /** Error recovery: goes behind what belongs to the broken statement, over whole braces, up to its end. */
  skipStatement(): void {
    let depth = 0
    for (;;) {
      const token = this.peek()
      if (token.kind === 'end') return
      if (token.kind === 'sign' && token.text === '{') depth++
      if (token.kind === 'sign' && token.text === '}') {
        if (depth === 0) return
        depth--
      }
      if (depth === 0 && (token.kind === 'newline' || (token.kind === 'sign' && token.text === ';'))) return
      this.next()
    }
  }
}

const isCarriageReturn = ({ kind, text }: Token): boolean => kind === 'bad-character' && text === '\r'

const isByteOrderMark = ({ kind, text }: Token): boolean => kind === 'bad-character' && text === '\ufeff'

const endToken: Token = { kind: 'end', text: '', start: 0, end: 0 }
