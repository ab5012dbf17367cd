/** A replay by one worker and by several, all in this process, for tests that compare the two. */

import { settingsOfHost } from '../../../model/conntrack/index.ts'
import type { Ruleset } from '../../../model/rules/index.ts'
import { CaptureReader, createFrame } from '../../capture/index.ts'
import type { FlowRow } from '../flow-table.ts'
import type { Judgment } from '../judgment.ts'
import { CaptureMerge, summariesOf } from '../merge.ts'
import { Replay } from '../replay.ts'
import type { Replayed } from '../replayed.ts'
import type { CaptureSummary, Summary } from '../summary.ts'
import { Survey } from '../vantage/survey.ts'
import type { VantageChoice } from '../vantage/vantage-choice.ts'
import type { ReadCapture } from './block-sources.ts'
import { createRingMemory, type RingShape } from './frame-ring.ts'
import { mergeShards } from './merged-replay.ts'
import { Numberer, PacketNumbers, ShardNumbers } from './numbering.ts'
import { renumbered } from './renumber.ts'
import { findScarcity } from './shard-needs.ts'
import { ShardReplay, type ShardTask } from './shard-replay.ts'

/** All that a replay can tell. */
export interface Told {
  readonly summary: Summary
  readonly flows: readonly FlowRow[]
  /** The first seven of those that need a look. */
  readonly inTrouble: readonly FlowRow[]
  readonly judgments: readonly Judgment[]
}

export interface Scene {
  readonly ruleset: Ruleset
  readonly choose: (survey: Survey) => VantageChoice
  readonly captures: readonly Uint8Array[]
  /** Whether judgments are built, which needs more memory of earlier packets. */
  readonly isListing: boolean
}

const names = (scene: Scene): readonly string[] => scene.captures.map((_, i) => `capture-${i}`)

/** Counts up from a number that looks drawn. */
function chance(): () => number {
  let state = 7
  return () => {
    state = (Math.imul(state, 1_103_515_245) + 12_345) >>> 0
    return state / 2 ** 32
  }
}

export function taskOf(scene: Scene): ShardTask {
  const survey = new Survey()
  const frame = createFrame()
  let isUniform = scene.captures.length === 1
  const interfaceNames = scene.captures.map((bytes, capture) => {
    const reader = new CaptureReader()
    reader.push(bytes.slice())
    reader.finish()
    while (reader.next(frame)) survey.feed(frame, capture)
    isUniform &&= reader.format === 'pcap'
    return reader.interfaces.map(({ name }) => name)
  })
  const vantage = scene.choose(survey)
  const { settings } = settingsOfHost(vantage.kind === 'host' ? vantage.configuration : { sysctls: {} })
  return { ruleset: scene.ruleset, vantage, survey, captures: names(scene), interfaceNames, isUniform, settings }
}

const toldBy = (
  replayed: Replayed,
  judgments: readonly Judgment[],
  captures: readonly CaptureSummary[] | null,
): Told => ({
  summary: replayed.summary(captures ?? []),
  flows: [...replayed.readFlows()],
  inTrouble: replayed.flowsInTrouble(7),
  judgments,
})

export function replayAlone(scene: Scene, task: ShardTask = taskOf(scene)): Told {
  const judgments: Judgment[] = []
  const merge = new CaptureMerge(task.captures)
  const replay = new Replay({
    ...task,
    captureInterfaceName: (capture, index) => task.interfaceNames[capture]?.[index],
    random: chance(),
    onJudgment: scene.isListing ? (judgment) => judgments.push(judgment) : null,
  })
  for (const [i, source] of merge.sources.entries()) {
    source.reader.push((scene.captures[i] ?? new Uint8Array(0)).slice())
    merge.finish(source)
  }
  while (merge.next() === 'frame') replay.feed(merge.source.frame, merge.current)
  return toldBy(replay, judgments, summariesOf(merge))
}

/** In which order workers take their steps. */
type Turn = (shards: readonly ShardReplay[]) => Iterable<ShardReplay>

/** Small and odd, so that records straddle chunks, and the ring goes round many times. */
export const oddShape: Omit<RingShape, 'workers'> = { slots: 5, framesInSlot: 7, chunks: 3, chunkLength: 1013 }

export function readerOf(captures: readonly Uint8Array[]): ReadCapture {
  const places = captures.map(() => 0)
  return (capture, into) => {
    const from = places[capture] ?? 0
    const bytes = captures[capture]?.subarray(from, from + into.length) ?? new Uint8Array(0)
    places[capture] = from + bytes.length
    into.set(bytes)
    return bytes.length
  }
}

/** A text: why the shards are not independent. */
export function replayInShards(
  scene: Scene,
  count: number,
  task: ShardTask = taskOf(scene),
  shape: Omit<RingShape, 'workers'> = oddShape,
  turn: Turn = (shards) => shards,
): Told | string {
  const memory = createRingMemory({ workers: count, ...shape })
  const heard: Judgment[][] = []
  const shards = Array.from({ length: count }, (_, index) => {
    const own: Judgment[] = []
    heard.push(own)
    const onJudgment = scene.isListing ? (judgment: Judgment): void => void own.push(judgment) : null
    // As they come out of another thread.
    const copy = structuredClone({ ...task, survey: { ...task.survey } as Survey })
    const read = index === 0 ? readerOf(scene.captures) : null
    return new ShardReplay({ task: copy, index, memory, random: chance(), onJudgment, read })
  })
  const [first] = shards
  if (!first) throw new RangeError('at least one shard')
  const step = (shard: ShardReplay): boolean => shard.watch.trouble === null && shard.step()
  while (shards.map(step).includes(true)) for (const shard of turn(shards)) step(shard)
  const scarcity = findScarcity(structuredClone(shards.map((shard) => shard.needs())), first.replay.sharedLimits)
  const trouble = shards.find(({ watch }) => watch.trouble !== null)
  if (trouble?.watch.trouble) return trouble.watch.trouble
  if (scarcity !== null) return scarcity
  const results = shards.map((shard) => shard.result())
  const last = (first.replay.frames + 32) & ~31
  const run = new Numberer().number(shards.map((shard) => shard.progress(0, last, 0)))
  const packets = new PacketNumbers()
  packets.add(run.judged)
  const numbers = shards.map((_, i) => {
    const own = new ShardNumbers(packets)
    own.add(run.entries[i] ?? new Int32Array(0))
    return own
  })
  const merged = mergeShards(structuredClone(results), numbers, first.replay.rules)
  if (typeof merged === 'string') return merged
  const judgments = heard.flatMap((own, i) => own.map((judgment) => renumbered(judgment, numbers[i]!)))
  judgments.sort((a, b) => a.n - b.n)
  return toldBy(merged, judgments, results[0]?.captures ?? null)
}
