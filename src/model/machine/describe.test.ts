import { describe, expect, it } from 'vitest'
import type { Value } from '../rules/index.ts'
import { describeStatement, describeVerdict } from './describe.ts'
import { describeWords } from './describe-words.ts'
import { describeValue } from './expressions/values.ts'
import {
  address,
  compare,
  concatenation,
  ct,
  field,
  masked,
  meta,
  set,
  testHost,
  verdict,
  written,
} from './rules.fixture.ts'

describe('words', () => {
  it.each<readonly [string, number[], number, string]>([
    ['ipv4_addr', address('10.1.2.3'), 32, '10.1.2.3'],
    ['ipv6_addr', address('2001:db8::5'), 128, '2001:db8::5'],
    ['ether_addr', [0x00112233, 0x4455], 48, '00:11:22:33:44:55'],
    ['inet_proto', [17], 8, 'udp'],
    ['inet_proto', [200], 8, '200'],
    ['ct_state', [6], 32, 'established,related'],
    ['ct_status', [0], 32, '0x0'],
    ['ct_status', [14 | 0x8000], 32, 'seen-reply,assured,confirmed,0x8000'],
    ['tcp_flag', [18], 8, 'syn,ack'],
    ['iface_index', [3], 32, '"wan"'],
    ['mark', [-1], 32, '0xffffffff'],
    ['integer', [-1], 32, '4294967295'],
    ['integer', [1, 0], 64, '4294967296'],
    ['integer', [1, 2], 40, '0x0000000102'],
  ])('of %s %o', (type, words, width, expected) => {
    expect(describeWords(type, words, width, testHost())).toBe(expected)
  })
})

describe('values', () => {
  it.each<readonly [Value, string]>([
    [field['tcp dport'], 'tcp dport'],
    [meta('iifname'), 'iifname'],
    [meta('l4proto'), 'meta l4proto'],
    [ct('state'), 'ct state'],
    [ct('saddr', 'original', 6), 'ct original ip6 saddr'],
    [masked(field['tcp flags'], 2), 'tcp flags & 0x2'],
    [concatenation(field['ip saddr'], field['tcp dport']), 'ip saddr . tcp dport'],
    [{ kind: 'fib', address: 'saddr', with: ['iif'], result: 'exists', width: 8 }, 'fib saddr . iif oif'],
    [{ kind: 'map', key: field['ip saddr'], map: set([], [], { name: 'm' }), width: 32 }, 'ip saddr map @m'],
    [
      { kind: 'hash', type: 'jhash', of: field['ip saddr'], modulus: 4, seed: 7, offset: 1, width: 32 },
      'jhash ip saddr mod 4 seed 0x7 offset 1',
    ],
    [{ kind: 'numgen', mode: 'inc', modulus: 4, offset: 0, width: 32 }, 'numgen inc mod 4'],
  ])('%o', (value, expected) => {
    expect(describeValue(value)).toBe(expected)
  })
})

describe('statements and verdicts', () => {
  it('read as nft writes them', () => {
    const limit = { rate: 10, periodSeconds: 60, burst: 3, isBytes: false, isOver: true }
    expect(describeStatement(written({ kind: 'limit', limit }))).toBe('limit rate over 10/minute burst 3 packets')
    expect(describeStatement(compare(field['tcp dport'], '==', 22))).toBe('compare tcp dport')
    expect(describeStatement(verdict({ kind: 'goto', chain: 'a' }))).toBe('goto a')
    expect(describeVerdict({ kind: 'queue', from: 1, to: 3, bypass: true })).toBe('queue 1-3 bypass')
  })
})
