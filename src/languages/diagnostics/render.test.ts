/** How diagnostics look, and when a word is sure enough to be suggested. */

import { describe, expect, it } from 'vitest'
import type { Source } from '../../model/rules/index.ts'
import { diagnosticOf, didYouMean, expectedFound, nftablesCodes, quoted, renderDiagnostic } from './index.ts'

const text = 'table inet t {\n\tchain c {\n\t\tip saddr tcp accept\n\t}\n}\n'
const texts = new Map([['fw.nft', text]])
const at = (line: number, column: number, length: number): Source => {
  const offset =
    text
      .split('\n')
      .slice(0, line - 1)
      .join('\n').length +
    (line > 1 ? 1 : 0) +
    column -
    1
  return { file: 'fw.nft', line, column, offset, length }
}

describe('a rendered diagnostic', () => {
  it('has place, message, excerpt with carets, related places and hint', () => {
    const diagnostic = diagnosticOf('nft-host-name', at(3, 12, 3), expectedFound('an IPv4 address', quoted('tcp')), {
      related: [{ span: at(2, 2, 7), message: 'in this chain' }],
      hint: 'write the address',
    })
    expect(renderDiagnostic(diagnostic, texts)).toBe(
      [
        'fw.nft:3:12: error[nft-host-name]: expected an IPv4 address, found "tcp"',
        ' 3 | \t\tip saddr tcp accept',
        '   | \t\t         ^^^',
        'fw.nft:2:2: note: in this chain',
        ' 2 | \tchain c {',
        '   | \t^^^^^^^',
        '  hint: write the address',
      ].join('\n'),
    )
  })

  it('underlines the first line of what spans several, and shows long lines in part', () => {
    const whole = renderDiagnostic(diagnosticOf('nft-syntax', at(2, 2, 40), 'x'), texts)
    expect(whole.split('\n').at(-1)).toBe('   | \t^^^^^^^^^')
    const long = `${'a '.repeat(500)}here`
    const place = { file: 'long', line: 1, column: 1001, offset: 1000, length: 4 }
    const lines = renderDiagnostic(diagnosticOf('nft-syntax', place, 'x'), new Map([['long', long]])).split('\n')
    expect(Math.max(...lines.map((line) => line.length))).toBeLessThan(180)
    expect(lines[1]?.slice(lines[2]?.indexOf('^'))).toBe('here')
  })

  it('shows nothing that a terminal would obey, and what it would not show', () => {
    const evil = '\u001b[2Jaccept\u202e\u0000'
    const place = { file: 'evil', line: 1, column: 5, offset: 4, length: 6 }
    const rendered = renderDiagnostic(diagnosticOf('nft-syntax', place, 'x'), new Map([['evil', evil]]))
    expect(rendered.split('\n')[1]).toBe(' 1 | \ufffd[2Jaccept\ufffd\ufffd')
    expect(quoted('\ufeff#!')).toBe('"\\u{feff}#!"')
    expect(quoted('a\u001b[2J\n')).toBe('"a\\u{1b}[2J\\n"')
  })

  it('needs no text', () => {
    expect(renderDiagnostic(diagnosticOf('nft-syntax', at(1, 1, 1), 'x', { severity: 'warning' }), new Map())).toBe(
      'fw.nft:1:1: warning[nft-syntax]: x',
    )
  })
})

describe('did you mean', () => {
  it.each([
    ['dprot', 'dport'],
    ['acept', 'accept'],
    ['estabilshed', 'established'],
    ['xyz', null],
    ['sort', null],
    ['ab', null],
  ])('%s -> %s', (word, meant) => {
    const hint = didYouMean(word, ['sport', 'dport', 'short', 'accept', 'established', 'abc'])
    expect(hint).toBe(meant === null ? null : `did you mean "${meant}"?`)
  })
})

it('every code is in nftables spelling and says what it means', () => {
  for (const [code, meaning] of Object.entries(nftablesCodes)) {
    expect(code).toMatch(/^nft-[a-z-]+$/)
    expect(meaning).toMatch(/^[a-z$].*[^.]$/)
  }
})
