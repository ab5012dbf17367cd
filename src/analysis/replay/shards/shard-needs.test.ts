import { describe, expect, it } from 'vitest'
import { defaultSettings } from '../../../model/conntrack/index.ts'
import { EntryCensus, mostEntries } from './entry-census.ts'
import { findScarcity, type ShardNeeds } from './shard-needs.ts'
import { SocketWatch } from './socket-watch.ts'

const limits = {
  settings: { ...defaultSettings, maximumEntries: 10, maximumExpectations: 4 },
  fragmentMemory: { 4: 1000, 6: 1000 },
  fragmentDistance: 64,
}

const nothing: ShardNeeds = {
  entries: [],
  expectations: 0,
  fragmentMemory: { 4: 0, 6: 0 },
  fragments: new Map(),
  errors: 0,
  sockets: null,
}

const needs = (more: Partial<ShardNeeds>): ShardNeeds => ({ ...nothing, ...more })
const confirmed = (count: number, period = 0): ShardNeeds['entries'] => [{ period, atBegin: 0, confirmed: count }]

function sockets(learnedAt: number, deniedAt: number): ShardNeeds['sockets'] {
  const watch = new SocketWatch()
  watch.frame = learnedAt
  if (learnedAt > 0) watch.learn(true, 53)
  watch.frame = deniedAt
  if (deniedAt > 0) watch.deny(true, 53)
  return watch
}

describe('what two shards took together', () => {
  it.each<[string, Partial<ShardNeeds>, Partial<ShardNeeds>, RegExp | null]>([
    ['is enough when it is nothing', {}, {}, null],
    ['may be all entries', { entries: confirmed(5) }, { entries: confirmed(5) }, null],
    ['may not be more entries', { entries: confirmed(5) }, { entries: confirmed(6) }, /table holds/],
    [
      'may be more entries at other times',
      { entries: [...confirmed(8), { period: 9, atBegin: 0, confirmed: 0 }] },
      { entries: confirmed(8, 9) },
      null,
    ],
    ['may not be more expectations', { expectations: 3 }, { expectations: 2 }, /expected/],
    ['may not be more memory', { fragmentMemory: { 4: 0, 6: 600 } }, { fragmentMemory: { 4: 0, 6: 600 } }, /memory/],
    [
      'may be memory of either family',
      { fragmentMemory: { 4: 600, 6: 0 } },
      { fragmentMemory: { 4: 0, 6: 600 } },
      null,
    ],
    ['may be many fragments of one host in one shard', { fragments: new Map([[1, 900]]) }, {}, null],
    ['may not be in both', { fragments: new Map([[1, 60]]) }, { fragments: new Map([[1, 5]]) }, /fragments to several/],
    ['may not be errors that are rationed', { errors: 1 }, {}, /errors/],
    ['may be ports that open later', { sockets: sockets(9, 0) }, { sockets: sockets(0, 8) }, null],
    [
      'may not be ports that were open before',
      { sockets: sockets(7, 0) },
      { sockets: sockets(0, 8) },
      /closed to one host/,
    ],
    [
      'may be ports that one shard opens after it missed them',
      { sockets: sockets(7, 3) },
      { sockets: sockets(0, 5) },
      null,
    ],
  ])('%s', (_, one, other, why) => {
    const found = findScarcity([needs(one), needs(other)], limits)
    if (why === null) expect(found).toBeNull()
    else expect(found).toMatch(why)
  })
})

describe('the census of entries', () => {
  const census = (...notes: readonly [seconds: number, count: number, confirmed: number][]): EntryCensus => {
    const made = new EntryCensus()
    for (const [seconds, count, ever] of notes) made.note(seconds * 1000, count, ever)
    return made
  }

  it('counts those that an unhurried sweep may have left', () => {
    // Five of them go and five others come within half a minute.
    const rows = census([0, 0, 0], [10, 5, 5], [31, 0, 5], [35, 5, 10]).read(10)
    expect(mostEntries([rows])).toBe(10)
  })

  it('forgets those of long ago', () => {
    const rows = census([0, 0, 0], [10, 5, 5], [300, 0, 5], [310, 5, 10]).read(10)
    expect(mostEntries([rows])).toBe(5)
  })

  it('keeps those that live on through silence', () => {
    const quiet = census([0, 0, 0], [1, 4, 4]).read(4)
    const busy = census([900, 0, 0], [901, 3, 3]).read(3)
    expect(mostEntries([quiet, busy])).toBe(7)
  })
})
