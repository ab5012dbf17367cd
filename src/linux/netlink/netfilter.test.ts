/** Requests and events of NFLOG, nf_tables and nftrace. */

import { describe, expect, test } from 'vitest'
import { decodeLoggedPacket, encodeLogBinding } from './log.ts'
import { decodeMessages } from './message.ts'
import { netfilterHeader, netfilterType, splitNetfilterType, subsystem } from './netfilter.ts'
import { ctKey, encodeTable, encodeTableDeletion, loadCt, loadMark, logToGroup, setMark } from './nftables.ts'
import { recordedBytes } from './recorded.fixture.ts'
import { decodeTraceStep } from './trace.ts'

const hex = (bytes: Uint8Array): string => Buffer.from(bytes).toString('hex')
const ascii = (text: string): string => Buffer.from(`${text}\0`).toString('hex')

test('a message type is a subsystem and a command', () => {
  expect(netfilterType(subsystem.nftables, 6)).toBe(0x0a06)
  expect(splitNetfilterType(0x0201)).toEqual({ system: subsystem.expectation, command: 1 })
  expect(hex(netfilterHeader(2, 4242))).toBe('02001092')
})

describe('NFLOG', () => {
  test('a binding names the group in the header, wants metadata only and no delay', () => {
    expect(encodeLogBinding(4242).map(hex)).toEqual([
      '00001092' + '0500010001000000',
      '00001092' + '0a000200000000000100' + '0000' + '0800050000000001',
    ])
  })

  test('a logged packet tells its hook, mark and prefix', () => {
    expect(decodeLoggedPacket(recordedBytes('logged'))).toEqual({ hook: 3, mark: 4, prefix: 's' })
  })
})

describe('nf_tables', () => {
  test.each([
    ['meta load mark => reg 8', loadMark(8), `09000100${ascii('meta')}0000001400028008000100000000080800020000000003`],
    ['meta set mark with reg 9', setMark(9), `09000100${ascii('meta')}0000001400028008000200000000030800030000000009`],
    ['ct load id => reg 9', loadCt(9, ctKey.id), `07000100${ascii('ct')}001400028008000100000000090800020000000017`],
  ])('%s', (_, bytes, expected) => {
    expect(hex(bytes)).toBe(expected)
  })

  test('a log expression names group and prefix and sends at once', () => {
    expect(hex(logToGroup(4242, 'm'))).toContain(`0600010010920000${'06000200'}${ascii('m')}0000`)
  })

  test('a table is one transaction: begin, table, chains, rules, end', () => {
    const rules = [[loadMark(8)], [setMark(8)]]
    const batch = encodeTable('probe', [{ name: 'h', hook: 2, priority: -199, rules }])
    const messages = decodeMessages(Buffer.concat(batch.messages))
    expect(messages.map(({ type }) => type)).toEqual([16, 0x0a00, 0x0a03, 0x0a06, 0x0a06, 17])
    expect(batch.acknowledgements).toBe(4)
    const chain = hex(messages[2]?.body ?? new Uint8Array())
    expect(chain).toContain('14000480' + '0800010000000002' + '08000200ffffff39')
  })

  test('a deletion names the table', () => {
    const [, deletion] = decodeMessages(Buffer.concat(encodeTableDeletion('probe').messages))
    expect(deletion?.type).toBe(0x0a02)
    expect(hex(deletion?.body ?? new Uint8Array())).toContain(ascii('probe'))
  })
})

describe('nftrace', () => {
  test.each([
    ['traceRule', { table: 't0', chain: 'b2', what: 'rule', rule: 19, verdict: 'continue' }],
    ['traceEnd', { table: 't0', chain: 'b2', what: 'end', verdict: 'continue' }],
    ['tracePolicy', { table: 't0', chain: 'b0', what: 'policy', verdict: 'accept' }],
  ] as const)('%s', (name, expected) => {
    expect(decodeTraceStep(recordedBytes(name))).toEqual(expected)
  })

  test('a jump tells where to', () => {
    const verdict = `18000580${'08000100fffffffd'}${'0a000200'}${ascii('other')}0000`
    expect(decodeTraceStep(Buffer.from(`01000000${verdict}0800040000000003`, 'hex'))).toMatchObject({
      verdict: 'jump',
      to: 'other',
    })
  })
})
