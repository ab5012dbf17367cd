/** Text to tokens, as nft's scanner cuts them: words may hold `/`, `-` and `.`; addresses, times and class ids are one token. */

import { parseAddress } from '../../model/bytes/index.ts'
import type { SourceText } from './source/source-text.ts'

export type TokenKind =
  | 'word'
  | 'string'
  | 'number'
  | 'ipv4'
  | 'ipv6'
  | 'mac'
  | 'time'
  | 'class'
  | 'variable'
  | 'sign'
  | 'newline'
  | 'end'
  | 'bad-character'
  | 'unterminated'

/** `text` of a string is without quotes, of a variable without `$`; all else is as written. */
export interface Token {
  readonly kind: TokenKind
  readonly text: string
  readonly start: number
  readonly end: number
}

const blank = /(?:[ \t]|\\\n|#[^\n]*)+/y
const word = /[A-Za-z_][A-Za-z0-9_./-]*(?:\\?\*)?/y
const variable = /\$[A-Za-z_.][A-Za-z0-9_./-]*/y
const string = /"[^"]*"/y
const mac = /(?:[0-9a-fA-F]{1,2}:){5}[0-9a-fA-F]{1,2}(?![0-9a-fA-F:.])/y
const colonAddress = /[0-9a-fA-F:]*:[0-9a-fA-F:]*(?:\d{0,3}\.\d{1,3}\.\d{1,3}\.\d{1,3})?/y
/** Also what is none, `1.2.3.4.5` and `300.1.1.1`: that is told where its type is known. */
const ipv4 = /\d+(?:\.\d+){3,}/y
const time = /(?=\d)(?:\d+d)?(?:\d+h)?(?:\d+m(?!s))?(?:\d+s)?(?:\d+ms)?(?![0-9A-Za-z])/y
const classId = /[0-9a-fA-F]{1,4}:[0-9a-fA-F]{1,4}(?=[\s:\-},;]|$)/y
const number = /0[xX][0-9a-fA-F]+|\d+/y
/** The only words of nft that begin with a digit. */
const etherType = /8021(?:q|ad)(?![0-9A-Za-z_])/y
const sign = /==|!=|<=|>=|<<|>>|&&|\|\||[{}()[\],;:=<>&|^/\-.*@!+~%]/y

/** Always ends with an `end` token; never fails: what cannot be a token becomes one of the bad kinds. */
export function tokenize(source: SourceText): Token[] {
  const tokens: Token[] = []
  for (let at = 0; ; ) {
    const token = nextToken(source.text, at)
    tokens.push(token)
    if (token.kind === 'end') return tokens
    at = token.end
  }
}

/** The first token from `start` on; behind the last one there are only end tokens. */
export function nextToken(text: string, start: number): Token {
  for (let at = start; at < text.length; ) {
    const behind = match(blank, text, at)
    if (behind === null) return tokenAt(text, at)
    at = behind
  }
  return { kind: 'end', text: '', start: text.length, end: text.length }
}

function tokenAt(text: string, start: number): Token {
  const first = text.charCodeAt(start)
  const token = (kind: TokenKind, end: number): Token => ({ kind, text: text.slice(start, end), start, end })
  if (first === 10) return token('newline', start + 1)
  if (first === 34) return quotedAt(text, start)
  if (first === 36) {
    const end = match(variable, text, start)
    return end === null
      ? token('bad-character', start + 1)
      : { kind: 'variable', text: text.slice(start + 1, end), start, end }
  }
  if (isHexadecimalOrColon(first)) {
    const found = addressAt(text, start)
    if (found) return token(found.kind, found.end)
  }
  if (first >= 48 && first <= 57) return numberAt(text, start)
  const classEnd = isHexadecimalOrColon(first) ? match(classId, text, start) : null
  if (classEnd !== null) return token('class', classEnd)
  const wordEnd = match(word, text, start)
  if (wordEnd !== null) return token('word', wordEnd)
  const signEnd = match(sign, text, start)
  return signEnd === null ? token('bad-character', start + 1) : token('sign', signEnd)
}

function quotedAt(text: string, start: number): Token {
  const end = match(string, text, start)
  if (end !== null) return { kind: 'string', text: text.slice(start + 1, end - 1), start, end }
  const lineEnd = text.indexOf('\n', start)
  const stop = lineEnd < 0 ? text.length : lineEnd
  return { kind: 'unterminated', text: text.slice(start, stop), start, end: stop }
}

/** Hardware and IPv6 addresses, which may begin like a word or a number. */
function addressAt(text: string, start: number): { kind: 'mac' | 'ipv6'; end: number } | null {
  const macEnd = match(mac, text, start)
  if (macEnd !== null) return { kind: 'mac', end: macEnd }
  let end = match(colonAddress, text, start)
  // A map's colon may follow without a blank: `{ fe80::1:accept }`, whose letters look like a group.
  for (let tries = 0; end !== null && end > start && tries < 3; tries++) {
    if (!/\w/.test(text[end] ?? '') && isIpv6(text.slice(start, end))) return { kind: 'ipv6', end }
    const colon = text.lastIndexOf(':', end - 1)
    if (colon > start && isIpv6(text.slice(start, colon))) return { kind: 'ipv6', end: colon }
    end = colon
  }
  return null
}

const isIpv6 = (text: string): boolean => text.length >= 2 && text.length <= 45 && parseAddress(text)?.length === 16

function numberAt(text: string, start: number): Token {
  const typeEnd = match(etherType, text, start)
  if (typeEnd !== null) return { kind: 'word', text: text.slice(start, typeEnd), start, end: typeEnd }
  let best: { kind: TokenKind; end: number } = { kind: 'number', end: start + 1 }
  for (const [kind, pattern] of [
    ['number', number],
    ['ipv4', ipv4],
    ['class', classId],
    ['time', time],
  ] as const) {
    const end = match(pattern, text, start)
    if (end !== null && end > best.end) best = { kind, end }
    else if (end !== null && end === best.end && kind === 'number') best = { kind, end }
  }
  return { kind: best.kind, text: text.slice(start, best.end), start, end: best.end }
}

const isHexadecimalOrColon = (code: number): boolean =>
  (code >= 48 && code <= 58) || (code >= 97 && code <= 102) || (code >= 65 && code <= 70)

/** Offset behind the match at `at`, or null; an empty match is none. */
function match(pattern: RegExp, text: string, at: number): number | null {
  pattern.lastIndex = at
  return pattern.test(text) && pattern.lastIndex > at ? pattern.lastIndex : null
}
