/** Tokens as nft's scanner cuts them. */

import { expect, it } from 'vitest'
import { tokenize } from './lexer.ts'
import { sourceText } from './source/source-text.ts'

const cut = (text: string): string =>
  tokenize(sourceText('x', text))
    .slice(0, -1)
    .map(({ kind, text: written }) => `${kind}:${written}`)
    .join(' ')

it.each([
  ['192.168.1.5-192.168.1.9', 'ipv4:192.168.1.5 sign:- ipv4:192.168.1.9'],
  ['10.0.0.0/8', 'ipv4:10.0.0.0 sign:/ number:8'],
  ['fe80::1', 'ipv6:fe80::1'],
  ['fe80::/10', 'ipv6:fe80:: sign:/ number:10'],
  ['::ffff:1.2.3.4', 'ipv6:::ffff:1.2.3.4'],
  ['{ ::1:accept }', 'sign:{ ipv6:::1 sign:: word:accept sign:}'],
  ['de:ad:be:ef:00:01', 'mac:de:ad:be:ef:00:01'],
  ['22:accept', 'number:22 sign:: word:accept'],
  ['1:4242 ', 'class:1:4242'],
  ['18:00-19:00', 'class:18:00 sign:- class:19:00'],
  ['1d2h3m4s', 'time:1d2h3m4s'],
  ['500ms', 'time:500ms'],
  ['10mbytes', 'number:10 word:mbytes'],
  ['0x1F', 'number:0x1F'],
  ['1024-65535', 'number:1024 sign:- number:65535'],
  ['eth0.100 eth*', 'word:eth0.100 word:eth*'],
  ['8021q', 'word:8021q'],
  ['frag-needed', 'word:frag-needed'],
  ['$lan "a b" @set', 'variable:lan string:a b sign:@ word:set'],
  ['a \\\n b # c\nd', 'word:a word:b newline:\n word:d'],
  ['syn / fin,syn', 'word:syn sign:/ word:fin sign:, word:syn'],
  ['!= == <= << &', 'sign:!= sign:== sign:<= sign:<< sign:&'],
  ['"open', 'unterminated:"open'],
  ['\u0007', 'bad-character:\u0007'],
  ['a\r\n', 'word:a bad-character:\r newline:\n'],
  ['# a\r\n', 'newline:\n'],
])('%j is %s', (text, expected) => {
  expect(cut(text)).toBe(expected)
})
