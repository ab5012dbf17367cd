/** Variables, includes, recovery from errors. */

import { describe, expect, it } from 'vitest'
import { loweredText } from '../lowered-text.fixture.ts'
import { parseRuleset } from '../parse-ruleset.ts'
import type { ReadInclude } from './nftables-parser.ts'

const load = (text: string, read?: ReadInclude) => parseRuleset([{ name: 'fw.nft', text }], read ? { read } : {})
const codes = (text: string, read?: ReadInclude): string =>
  load(text, read)
    .diagnostics.map(({ code, span }) => `${span.file}:${span.line} ${code}`)
    .join(', ')
const first = (text: string, read?: ReadInclude): string =>
  loweredText(load(text, read).ruleset?.tables[0]?.chains[0]?.rules[0]?.statements ?? [])
const inChain = (rule: string): string => `table ip t { chain c {\n${rule}\n} }`

describe('variables', () => {
  it('stand for values, lists, sets, chains, prefixes and priorities', () => {
    expect(first(`define port = 22\n${inChain('tcp dport $port')}`)).toBe('meta l4proto == 6; tcp dport == 22')
    expect(first(`define net = 10.0.0.0/8\ndefine all = { $net, 192.168.0.1 }\n${inChain('ip saddr $all')}`)).toBe(
      'ip saddr in { 0xa000000-0xaffffff, 0xc0a80001 }',
    )
    expect(first(`define some = { 1, 2 }\n${inChain('mark { $some, 5 }')}`)).toBe('meta mark in { 1, 2, 5 }')
    expect(first('define where = d\ntable ip t { chain c { jump $where; }\n chain d { } }')).toBe('jump d')
    const based = load('define p = filter\ntable ip t { chain c { type filter hook input priority $p + 0; } }')
    expect(based.diagnostics.map(({ code }) => code)).toEqual(['nft-syntax'])
    expect(
      load('define p = -5\ntable ip t { chain c { type filter hook input priority $p; } }').ruleset?.tables[0]
        ?.chains[0]?.base?.priority,
    ).toBe(-5)
  })

  it('belong to their block and must come before', () => {
    expect(codes('table ip a { define x = 1\n }\ntable ip b { chain c { mark $x; } }')).toBe(
      'fw.nft:3 nft-unknown-variable',
    )
    expect(codes('define x = 1\ndefine x = 2')).toBe('fw.nft:2 nft-exists')
    expect(codes('define x = 1\nredefine x = 2\nundefine x\ndefine x = 3')).toBe('')
  })

  it('that double with each line do not fill the memory', () => {
    const lines = Array.from({ length: 40 }, (_, i) => `define a${i + 1} = { $a${i}, $a${i} }`)
    expect(codes(`define a0 = { 1, 2 }\n${lines.join('\n')}`)).toContain('nft-too-deep')
  })
})

describe('include', () => {
  const files: Record<string, string> = {
    'ports.nft': 'define ssh = 22\n',
    'rules.nft': 'tcp dport $ssh accept\n',
    'loop.nft': 'include "loop.nft"\n',
    'bad.nft': '\n tcp dprot 1\n',
  }
  const read: ReadInclude = (path) => {
    if (path === '*.nft')
      return [
        { name: 'a.nft', text: 'mark 1\n' },
        { name: 'b.nft', text: 'mark 2\n' },
      ]
    const text = files[path]
    return text === undefined ? null : { name: path, text }
  }

  it('reads files where commands, items of tables and rules may stand', () => {
    expect(first(`include "ports.nft"\n${inChain('include "rules.nft"')}`, read)).toBe(
      'meta l4proto == 6; tcp dport == 22; accept',
    )
    expect(
      load(inChain('include "*.nft"'), read).ruleset?.tables[0]?.chains[0]?.rules.map(
        ({ text, source }) => `${source.file} ${text}`,
      ),
    ).toEqual(['a.nft mark 1', 'b.nft mark 2'])
  })

  it('takes a pattern that fits no file, but no missing file and no circle', () => {
    expect(codes('include "/etc/nft.d/*.conf"')).toBe('')
    expect(codes('include "/etc/nft.conf"')).toBe('fw.nft:1 nft-include')
    expect(codes('include "loop.nft"', read)).toBe('loop.nft:1 nft-include-loop')
    expect(codes(inChain('include "bad.nft"'), read)).toBe('bad.nft:2 nft-unknown-key')
  })
})

describe('after an error', () => {
  it('reading goes on with the next statement, so that all mistakes are told at once', () => {
    const text =
      'table inet t {\n chain c {\n  tcp dprot 22 accept\n  accept\n  ip saddr 1.2.3.4.5\n  jump nowhere; foo\n }\n chian d { accept }\n}\nadd rule inet t c udp dport\nfrobnicate'
    expect(codes(text)).toBe(
      'fw.nft:3 nft-unknown-key, fw.nft:5 nft-type-mismatch, fw.nft:6 nft-missing-chain, fw.nft:6 nft-unknown-statement, fw.nft:8 nft-syntax, fw.nft:10 nft-syntax, fw.nft:11 nft-unknown-command',
    )
  })

  it.each([
    ['table ip t { chain c {', 'fw.nft:1 nft-syntax'],
    ['table ip t { } }', 'fw.nft:1 nft-syntax'],
    ['table ip t { chain c { log prefix "x\n } }', 'fw.nft:1 nft-unterminated-string'],
    ['table ip t { chain c { mark \u00e9 } }', 'fw.nft:1 nft-character'],
    ['', ''],
    ['# nothing', ''],
  ])('%j -> %s', (text, expected) => {
    expect(codes(text)).toBe(expected)
  })
})

describe('what editors leave in a file', () => {
  it('is one mistake with a hint: a byte order mark', () => {
    const { diagnostics } = load('\ufefftable ip t {\n}\n')
    expect(diagnostics.map(({ code, hint }) => [code, hint])).toEqual([
      ['nft-character', 'save the file as UTF-8 without a byte order mark'],
    ])
  })

  it('is one mistake with a hint: line ends of Windows', () => {
    const { diagnostics } = load('table ip t {\r\n}\r\n')
    expect(diagnostics.map(({ code, hint }) => [code, hint])).toEqual([
      ['nft-character', 'save the file with line ends of Unix'],
    ])
  })
})
