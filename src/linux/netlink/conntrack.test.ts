import { describe, expect, test } from 'vitest'
import { decodeEntry, decodeExpectation, encodeEntryQuery } from './conntrack.ts'
import { recordedBytes } from './recorded.fixture.ts'

const master = { src: '192.168.1.10', dst: '198.51.100.5', proto: 6, sport: 1024, dport: 21 }

describe('entries as the kernel sends them', () => {
  test('TCP: state, scaling, flags, counters and the master of an expected connection', () => {
    expect(decodeEntry(recordedBytes('ftpData'))).toEqual({
      l3: 2,
      orig: { src: '192.168.1.10', dst: '198.51.100.5', proto: 6, sport: 1024, dport: 25601 },
      reply: { src: '198.51.100.5', dst: '192.168.1.10', proto: 6, sport: 25601, dport: 1024 },
      status: ['expected', 'seen-reply', 'assured', 'confirmed', 'snat-done', 'dnat-done'],
      timeout: 119,
      mark: 0,
      id: 4269510255,
      master,
      tcp: { state: 'TIME_WAIT', wscale_o: 0, wscale_r: 0, flags_o: 36, flags_r: 32 },
      packets_o: 5,
      bytes_o: 204,
      packets_r: 4,
      bytes_r: 160,
    })
  })

  test.each([
    ['sctp', { sctp: { state: 'COOKIE_ECHOED', vtag_o: 88, vtag_r: 77 }, packets_o: 6 }],
    ['icmp', { orig: { src: '192.168.1.11', dst: '10.0.0.80', proto: 1, id: 8, type: 8, code: 0 } }],
    ['icmpv6', { l3: 10, reply: { src: '2001:db8:2::5', dst: 'fd00::10', proto: 58, id: 7, type: 129, code: 0 } }],
    ['sip', { helper: 'sip', status: ['seen-reply', 'confirmed', 'helper'] }],
    ['zoned', { zone: 1 }],
  ] as const)('%s', (name, expected) => {
    expect(decodeEntry(recordedBytes(name))).toMatchObject(expected)
  })

  test('a sequence adjustment is position, shift before, shift after; labels are digits', () => {
    const adjustment = '1c000f80' + '08000100000003e9' + '0800020000000000' + '0800030000000005'
    const body = Buffer.from(`02000000${adjustment}0c001600${'01'.padEnd(16, '0')}`, 'hex')
    expect(decodeEntry(body)).toEqual({ l3: 2, seqadj_o: [1001, 0, 5], labels: '0100000000000000' })
  })

  test('a query names the entry by its original tuple and its zone, and nothing else', () => {
    const { orig, zone } = decodeEntry(recordedBytes('zoned'))
    expect(decodeEntry(encodeEntryQuery(recordedBytes('zoned')))).toEqual({ l3: 10, orig, zone })
  })
})

describe('expectations as the kernel sends them', () => {
  test('tuple, mask, master, class and helper', () => {
    expect(decodeExpectation(recordedBytes('expectedData'))).toEqual({
      l3: 2,
      tuple: { src: '192.168.1.10', dst: '198.51.100.5', proto: 6, sport: 0, dport: 25601 },
      mask: { src: '255.255.255.255', dst: '255.255.255.255', proto: 6, sport: 0, dport: 65535 },
      master,
      timeout: 300,
      flags: [],
      class: 0,
      helper: 'ftp',
    })
  })

  test('what NAT is to do to the expected connection', () => {
    expect(decodeExpectation(recordedBytes('expectedMedia'))).toMatchObject({
      class: 1,
      fn: 'sip',
      nat: { dir: 1, tuple: { src: 'fd01::5', dst: '::', proto: 17, sport: 5004, dport: 0 } },
    })
  })
})
