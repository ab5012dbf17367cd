/** Commands done one after the other: what is there at the end, in which order, and what may not be done. */

import { describe, expect, it } from 'vitest'
import type { Table } from '../../../model/rules/index.ts'
import { elementText } from '../lowered-text.fixture.ts'
import { parseRuleset } from '../parse-ruleset.ts'

const load = (text: string) => parseRuleset([{ name: 'fw.nft', text }])
const codes = (text: string): string =>
  load(text)
    .diagnostics.map(({ code }) => code)
    .join()
const tables = (text: string): readonly Table[] => load(text).ruleset?.tables ?? []
const rules = (text: string): string =>
  tables(text)
    .flatMap(({ chains }) => chains.flatMap((chain) => chain.rules.map((rule) => rule.text)))
    .join(' | ')
const chain = 'table ip t { chain c { type filter hook input priority 0; } }\n'

describe('tables and chains', () => {
  it('begin with nothing, keep their order, and end as the commands leave them', () => {
    expect(
      tables('table ip a {}\ntable inet b {}\ndelete table ip a\ntable ip a {}').map(
        ({ family, name }) => `${family} ${name}`,
      ),
    ).toEqual(['inet b', 'ip a'])
    expect(tables('table ip a {}\nflush ruleset\ntable ip b {}').map(({ name }) => name)).toEqual(['b'])
    expect(tables('table ip a {}\ntable ip6 b {}\nflush ruleset ip').map(({ name }) => name)).toEqual(['b'])
    expect(tables('table ip a { flags dormant; }')[0]?.isDormant).toBe(true)
  })

  it('have priorities by number, by name and by name with an offset', () => {
    const priority = (written: string, hook = 'prerouting') =>
      tables(`table ip t { chain c { type filter hook ${hook} priority ${written}; policy drop; } }`)[0]?.chains[0]
        ?.base?.priority
    expect([
      priority('-150'),
      priority('filter'),
      priority('filter + 10'),
      priority('raw - 5'),
      priority('mangle-1'),
    ]).toEqual([-150, 0, 10, -305, -151])
    expect([priority('dstnat'), priority('srcnat', 'postrouting'), priority('security')]).toEqual([-100, 100, 50])
    expect(priority('srcnat')).toBeUndefined()
  })

  it.each([
    ['table bridge b {}', 'nft-unsupported-family'],
    [
      'table netdev n { chain c { type filter hook ingress device lo priority 0; } }',
      'nft-unsupported-family,nft-unsupported-hook',
    ],
    [
      'table inet n { chain c { type filter hook ingress device "lo" priority 0; policy drop; } }',
      'nft-unsupported-hook',
    ],
    [
      'table inet n { chain c { type filter hook inptu priority 0; policy drop; tcp dport 1 accept; } }',
      'nft-base-chain',
    ],
    ['table ip t { chain c { type nat hook forward priority 0; } }', 'nft-base-chain'],
    ['table ip t { chain c { type nat hook prerouting priority -300; } }', 'nft-base-chain'],
    ['table ip t { chain c { policy drop; } }', 'nft-base-chain'],
    ['delete table ip nosuch', 'nft-missing-table'],
    ['destroy table ip nosuch', ''],
    ['create table ip t\ncreate table ip t', 'nft-exists'],
    [`${chain}add chain ip t c { type filter hook output priority 0; }`, 'nft-exists'],
    [`${chain}add chain ip t c { policy drop; }`, ''],
    ['add rule ip t c accept', 'nft-missing-table'],
    [
      'table ip t { chain a { type filter hook input priority 0; jump b; }\n chain b { goto d; }\n chain d { jump b; }\n }',
      'nft-jump-loop',
    ],
    ['table ip t { chain a { jump b; }\n chain b { } }\ndelete chain ip t b', 'nft-in-use'],
    ['table ip t { set s { type mark; } chain b { mark @s accept; } }\ndelete set ip t s', 'nft-in-use'],
    ['table ip t { chain c { comment "a"; comment "b"; } }', 'nft-syntax'],
    ['table ip t { chain c { type filter hook input priority 0; policy drop; policy accept; } }', 'nft-syntax'],
    ['table ip t {\r\n chain c {\r\n }\r\n}\r\n', 'nft-character'],
    [
      'table ip t { map m { type mark : secmark; elements = { 1 : "a" }; } chain c { mark @m; } }',
      'nft-unsupported-value',
    ],
    ['table ip t { flowtable f { hook ingress priority 0; devices = { lo }; } }', 'nft-unsupported-flowtable'],
    ['table ip t { ct helper h { type "fpt" protocol tcp; } }', 'nft-unknown-helper'],
    ['table ip6 t { ct helper h { type "irc" protocol tcp; } }', 'nft-unknown-helper'],
    ['table ip t { ct helper h { type "fpt" protocol tcp; } chain c { ct helper set "h"; } }', 'nft-unknown-helper'],
    ['table ip t { ct helper h { type "irc" protocol udp; } }', 'nft-unknown-helper'],
    ['table ip t { ct helper h { type "H.245" protocol udp; } chain c { ct helper set "h"; } }', ''],
    ['table ip t { ct helper h { protocol tcp; type "ftp"; } }', 'nft-unknown-key,nft-unknown-key'],
    ['table ip t { ct timeout h { protocol sctp; } }', 'nft-unknown-key'],
    ['table ip t { ct timeout h { protocol udp; policy = { established: 5 }; } }', 'nft-unknown-symbol'],
    ['table ip t { ct timeout h { protocol udp; policy = { replied: 99999999999 }; } }', 'nft-value-range'],
    ['table inet t { ct expectation e { protocol tcp; dport 5; timeout 5s; size 3; } }', 'nft-protocol-needed'],
    ['table ip t { ct expectation e { protocol tcp; dport 5; timeout 5s; size 0; } }', 'nft-value-range'],
    ['reset counters', 'nft-unsupported-command'],
    ['list ruleset', ''],
  ])('%s -> %s', (text, expected) => {
    expect(codes(text)).toBe(expected)
  })

  it('bring up by policy what was declared before', () => {
    expect(tables(`${chain}add chain ip t c { policy drop; }`)[0]?.chains[0]?.base?.policy).toBe('drop')
  })
})

describe('rules', () => {
  it('are added, inserted, replaced and deleted by index and handle', () => {
    const three = `${chain}add rule ip t c mark 1\nadd rule ip t c mark 2\nadd rule ip t c mark 3\n`
    expect(rules(three)).toBe('mark 1 | mark 2 | mark 3')
    expect(rules(`${three}insert rule ip t c mark 0`)).toBe('mark 0 | mark 1 | mark 2 | mark 3')
    expect(rules(`${three}insert rule ip t c index 1 mark 9`)).toBe('mark 1 | mark 9 | mark 2 | mark 3')
    expect(rules(`${three}add rule ip t c handle 2 mark 9`)).toBe('mark 1 | mark 9 | mark 2 | mark 3')
    expect(rules(`${three}replace rule ip t c handle 3 mark 9`)).toBe('mark 1 | mark 9 | mark 3')
    expect(rules(`${three}delete rule ip t c handle 3`)).toBe('mark 1 | mark 3')
    expect(rules(`${three}flush chain ip t c`)).toBe('')
    expect(codes(`${three}delete rule ip t c handle 77`)).toBe('nft-missing-rule')
  })

  it('are numbered in order of writing without gaps, and know their handle as the kernel counts', () => {
    const [table] = tables(`table ip t { counter x {}
      set s { type mark; }
      chain a { mark { 1, 2 } accept
        mark 3 drop; }
      chain b { accept; } }
      add rule ip t a mark 4
      delete rule ip t a handle 7`)
    const listed = table?.chains.map(
      (one) => `${one.name} ${one.handle}: ${one.rules.map(({ id, handle }) => `${id}/${handle}`).join(' ')}`,
    )
    expect(listed).toEqual(['a 1: 1/6 3/9', 'b 2: 2/8'])
  })

  it('keep their text on one line, without comments, and their comment', () => {
    const rule = tables(
      'table ip t { chain c {\n ip saddr {\n  1.2.3.4, # home\n  5.6.7.8 } \\\n  log prefix "a  #b"   accept comment "both" } }',
    )[0]?.chains[0]?.rules[0]
    expect(rule?.text).toBe('ip saddr { 1.2.3.4, 5.6.7.8 } log prefix "a  #b" accept comment "both"')
    expect(rule?.comment).toBe('both')
    expect(rule?.source).toMatchObject({ file: 'fw.nft', line: 2, column: 2 })
    expect(rule?.statements.map(({ text }) => text)).toEqual([
      'ip saddr { 1.2.3.4, 5.6.7.8 }',
      'log prefix "a  #b"',
      'accept',
    ])
  })
})

describe('sets', () => {
  const elements = (commands: string, declaration = 'type ipv4_addr; flags interval;'): string =>
    (load(`table ip t { set s { ${declaration} } }\n${commands}`).ruleset?.tables[0]?.sets[0]?.elements ?? [])
      .map(elementText)
      .join(' ')

  it('take elements from later commands, which rules see', () => {
    expect(elements('add element ip t s { 10.0.0.0/24, 1.1.1.1 }\ndelete element ip t s { 1.1.1.1 }')).toBe(
      '0xa000000-0xa0000ff',
    )
    expect(elements('add element ip t s { 1.1.1.1 }\nflush set ip t s')).toBe('')
    const { ruleset } = load('table ip t { set s { type mark; } chain c { mark @s; } }\nadd element ip t s { 5 }')
    const statement = ruleset?.tables[0]?.chains[0]?.rules[0]?.statements[0]
    expect(statement?.kind === 'lookup' && statement.set.elements.map(elementText)).toEqual(['5'])
  })

  it('keep intervals in order however they come', () => {
    const one = (written: string) => `add element ip t s { ${written} }\n`
    expect(elements([one('3.0.0.0/24'), one('1.0.0.0/24'), one('2.0.0.0/24'), one('2.0.0.0/24')].join(''))).toBe(
      '0x1000000-0x10000ff 0x2000000-0x20000ff 0x3000000-0x30000ff',
    )
    expect(
      codes(`table ip t { set s { type ipv4_addr; flags interval; } }\n${one('3.0.0.0/24')}${one('2.0.0.0-3.0.0.0')}`),
    ).toBe('nft-interval-overlap')
    expect(elements(`${one('3.0.0.0/24')}flush set ip t s\n${one('3.0.0.0/24')}`)).toBe('0x3000000-0x30000ff')
  })

  it('join overlaps only where they may', () => {
    expect(
      elements('add element ip t s { 10.0.0.0/8, 10.1.0.0-11.0.0.1 }', 'type ipv4_addr; flags interval; auto-merge;'),
    ).toBe('0xa000000-0xb000001')
    expect(
      codes('table ip t { set s { type ipv4_addr; flags interval; elements = { 10.0.0.0/8, 10.1.0.0/16 }; } }'),
    ).toBe('nft-interval-overlap')
  })

  it.each([
    ['set s { type ipv4_adr; }', 'nft-unknown-type'],
    ['set s { flags interval; }', 'nft-syntax'],
    ['set s { type ipv4_addr; elements = { 10.0.0.0/8 }; }', 'nft-interval-flag'],
    ['set s { type ipv4_addr; elements = { 1.1.1.1 timeout 5s }; }', 'nft-operator'],
    ['set s { type ipv4_addr; flags intervall; }', 'nft-unknown-key'],
    ['set s { type ipv4_addr . inet_service; elements = { 1.1.1.1 }; }', 'nft-type-mismatch'],
    ['map m { type ipv4_addr; }', 'nft-syntax'],
    ['map m { type ipv4_addr : mark; elements = { 1.1.1.1 }; }', 'nft-type-mismatch'],
    ['map m { type ipv4_addr : mark; elements = { 1.1.1.1 : 5, 1.1.1.1 : 6 }; }', 'nft-exists'],
    ['map m { typeof ip saddr . tcp dport : meta mark; elements = { 1.1.1.1 . 22 : 5, * : 6 }; }', ''],
    ['set s { typeof iifname . ip6 saddr; counter; comment "x"; elements = { "lan" . ::1 comment "y" }; }', ''],
    ['set s { typeof ct original proto-dst; size 5; gc-interval 1m; policy memory; flags timeout; }', ''],
    ['set s { type mark; gc-interval 1m; }', 'nft-operator'],
    ['set s { type mark; flags dynamic,timeout; ct count over 5; }', 'nft-operator'],
    ['set s { type mark; flags dynamic; ct count over 5; }', ''],
    ['set s { type broken; }\n chain c { mark @s; }', 'nft-unknown-type'],
  ])('%s -> %s', (text, expected) => {
    expect(codes(`table ip t { ${text}\n }`)).toBe(expected)
  })
})
