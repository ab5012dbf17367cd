/** What this room's tests build on: frames, a small stateful ruleset as data, and a replay that keeps its judgments. */

import { defaultSettings } from '../../model/conntrack/index.ts'
import type { HostConfiguration } from '../../model/host/index.ts'
import { nat } from '../../model/machine/rules.fixture.ts'
import { Hook } from '../../model/packet/index.ts'
import type { Rule, Ruleset, Source, Statement, Verdict } from '../../model/rules/index.ts'
import { CaptureReader, createFrame, type Frame, FrameBlock, writePcap } from '../capture/index.ts'
import type { Judgment } from './judgment.ts'
import { Replay } from './replay.ts'
import { completeSides, parseSides } from './vantage/sides.ts'
import { Survey } from './vantage/survey.ts'
import { chooseBetween, completeHost, type VantageChoice } from './vantage/vantage-choice.ts'

/** Who may be in an Ethernet frame. */
export const mac = {
  lan: '02:00:00:00:01:01',
  wan: '02:00:00:00:02:01',
  client: '02:00:00:00:01:02',
  server: '02:00:00:00:02:02',
  stranger: '02:00:00:00:02:42',
  everybody: 'ff:ff:ff:ff:ff:ff',
} as const

export type MacName = keyof typeof mac

/** A router with two interfaces, MAC addresses and one listening port. */
export const router: HostConfiguration = {
  interfaces: [
    {
      name: 'lan',
      addresses: [{ address: Uint8Array.of(10, 0, 1, 1), length: 24 }],
      mtu: 1500,
      mac: mac.lan,
      group: 0,
    },
    {
      name: 'wan',
      addresses: [{ address: Uint8Array.of(10, 0, 2, 1), length: 24 }],
      mtu: 1500,
      mac: mac.wan,
      group: 0,
    },
  ],
  routes: [],
  isForwarding: { 4: true, 6: true },
  sysctls: {},
  listening: [{ protocol: 6, port: 22, address: null }],
}

/** The same router as a person describes it who knows no MAC address. */
export const routerWithoutMacs: HostConfiguration = {
  ...router,
  interfaces: router.interfaces.map((one) => ({ ...one, mac: null })),
}

/** An Ethernet frame around an IP packet. */
export function ethernet(from: MacName, to: MacName, packet: Uint8Array): Uint8Array {
  const bytes = new Uint8Array(14 + packet.length)
  const write = (name: MacName, at: number): void =>
    bytes.set(
      Uint8Array.from(mac[name].split(':'), (part) => Number.parseInt(part, 16)),
      at,
    )
  write(to, 0)
  write(from, 6)
  bytes.set((packet[0] ?? 0) >>> 4 === 6 ? [0x86, 0xdd] : [0x08, 0x00], 12)
  bytes.set(packet, 14)
  return bytes
}

const at = (line: number): Source => ({ file: 'fw.nft', line, column: 1, offset: 0, length: 0 })

const ctState = (bits: number): Statement => ({
  kind: 'compare',
  operator: '!=',
  left: {
    kind: 'bitwise',
    of: { kind: 'ct', key: 'state', direction: null, family: null, width: 32 },
    and: [bits],
    xor: [0],
    shift: 0,
    width: 32,
  },
  right: [0],
  interfaceName: null,
  prefixBits: null,
  text: 'ct state',
  source: at(1),
})

const inputInterface = (name: string): Statement => ({
  kind: 'compare',
  operator: '==',
  left: { kind: 'meta', key: 'iif', width: 32 },
  right: [0],
  interfaceName: name,
  prefixBits: null,
  text: `iif "${name}"`,
  source: at(1),
})

const verdict = (kind: 'accept' | 'drop'): Statement => {
  const value: Verdict = { kind }
  return { kind: 'verdict', verdict: value, text: kind, source: at(1) }
}

const counter: Statement = { kind: 'counter', packets: 0, bytes: 0, text: 'counter', source: at(1) }

let nextRule = 0
const rule = (line: number, text: string, ...statements: readonly Statement[]): Rule => {
  nextRule += 1
  return { id: nextRule, handle: nextRule, statements, text, source: at(line), comment: null }
}

/** Input and forward drop but for answers and what comes in by `lan`; output drops but for answers and what follows from them. */
export function statefulRuleset(lan = 'lan'): Ruleset {
  nextRule = 0
  const chain = (
    name: 'input' | 'forward' | 'output',
    id: number,
    rules: readonly Rule[],
  ): Ruleset['tables'][number]['chains'][number] => ({
    name,
    handle: id,
    rules,
    base: { id, type: 'filter', hook: Hook[name], priority: 0, policy: 'drop' },
    source: at(1),
  })
  const answers = (line: number): Rule =>
    rule(line, 'ct state established,related counter accept', ctState(6), counter, verdict('accept'))
  const inward = (line: number): Rule => rule(line, `iif "${lan}" accept`, inputInterface(lan), verdict('accept'))
  const invalid = (line: number): Rule => rule(line, 'ct state invalid drop', ctState(1), verdict('drop'))
  const chains = [
    chain('input', 1, [answers(3), inward(4)]),
    chain('forward', 2, [answers(7), invalid(8), inward(9)]),
    chain('output', 3, [answers(12)]),
  ]
  return {
    tables: [
      { family: 'inet', name: 'filter', handle: 1, isDormant: false, chains, sets: [], objects: [], source: at(1) },
    ],
  }
}

/** The same, with all that leaves by `wan` masqueraded. */
export function masqueradingRuleset(): Ruleset {
  const filter = statefulRuleset()
  const masquerade: Statement = { ...nat({ type: 'masquerade' }), text: 'masquerade', source: at(20) }
  const outputInterface: Statement = {
    ...inputInterface('wan'),
    kind: 'compare',
    operator: '==',
    left: { kind: 'meta', key: 'oif', width: 32 },
    right: [0],
    interfaceName: 'wan',
    prefixBits: null,
  }
  const chain = {
    name: 'source',
    handle: 4,
    rules: [rule(20, 'oif "wan" masquerade', outputInterface, masquerade)],
    base: { id: 4, type: 'nat', hook: Hook.postrouting, priority: 100, policy: 'accept' },
    source: at(19),
  } as const
  return { tables: filter.tables.map((table) => ({ ...table, chains: [...table.chains, chain] })) }
}

/** A capture file's bytes; frames follow each other by 10 ms. */
export const captureOf = (frames: readonly Uint8Array[], linkType = 1): Uint8Array =>
  writePcap(
    frames.map((bytes, i) => ({
      bytes,
      timeSeconds: 1_700_000_000 + Math.floor(i / 100),
      timeNanoseconds: (i % 100) * 10_000_000,
    })),
    { linkType },
  )

/** Calls `see` with each frame of a capture in memory; answers the reader. */
export function readAll(bytes: Uint8Array, see: (frame: Frame) => void): CaptureReader {
  const reader = new CaptureReader()
  const frame = createFrame()
  reader.push(bytes.slice())
  reader.finish()
  while (reader.next(frame)) see(frame)
  return reader
}

/** Replays a capture in memory between sides, in blocks or frame by frame; `watch` may look at conntrack before. */
export function replayBetween(
  vantage: VantageChoice,
  ruleset: Ruleset,
  bytes: Uint8Array,
  isInBlocks: boolean,
  watch: (replay: Replay) => void = () => {},
): Replay {
  const replay = new Replay({
    ruleset,
    vantage,
    survey: new Survey(),
    captures: ['test.pcap'],
    captureInterfaceName: () => undefined,
    settings: { ...defaultSettings, isAccounting: true },
    random: () => 0.5,
    onJudgment: null,
  })
  watch(replay)
  if (!isInBlocks) {
    readAll(bytes, (frame) => replay.feed(frame, 0))
    return replay
  }
  const reader = new CaptureReader()
  const block = new FrameBlock()
  reader.push(bytes.slice())
  reader.finish()
  while (reader.nextBlock(block)) replay.feedBlock(block, 0)
  return replay
}

export const betweenText = (text: string): VantageChoice => {
  const sides = parseSides(text)
  return chooseBetween(typeof sides === 'string' ? completeSides([]) : sides)
}

export const onHost = (configuration: HostConfiguration): VantageChoice => ({ kind: 'host', configuration, words: [] })

/** Runs captures in memory, one after the other as if merged, and keeps every judgment. */
export function replayAll(
  bytes: Uint8Array,
  choice: VantageChoice,
  ruleset: Ruleset,
): { replay: Replay; judgments: Judgment[]; reader: CaptureReader } {
  const survey = new Survey()
  const first = readAll(bytes, (frame) => survey.feed(frame, 0))
  const judgments: Judgment[] = []
  const vantage = choice.kind === 'host' ? completeHost(choice, survey) : choice
  const replay = new Replay({
    ruleset,
    vantage,
    survey,
    captures: ['test.pcap'],
    captureInterfaceName: (_capture, index) => first.interfaces[index]?.name,
    settings: defaultSettings,
    random: () => 0.5,
    onJudgment: (judgment) => judgments.push(judgment),
  })
  const reader = readAll(bytes, (frame) => replay.feed(frame, 0))
  return { replay, judgments, reader }
}
