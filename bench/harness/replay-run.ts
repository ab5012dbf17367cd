/** Captures through a ruleset as the program `kinwall replay` does it, for the clock. */

import { closeSync, openSync, readSync } from 'node:fs'
import { CaptureReader, FrameBlock } from '../../src/analysis/capture/index.ts'
import { chooseBetween, parseSides, Replay, Survey } from '../../src/analysis/replay/index.ts'
import { parseRuleset } from '../../src/languages/nftables/index.ts'
import { defaultSettings } from '../../src/model/conntrack/index.ts'
import { captureHeader } from '../captures/capture-file.ts'
import { processorMilliseconds } from './processor-clock.ts'

const chunkLength = 1 << 18
/** Where the clock is looked at between chunks. */
const shortChunkLength = 1 << 16

/** A replay with the firewall put between sides, as `--between` writes them; `maximumEntries` as net.netfilter.nf_conntrack_max. */
export function createReplay(
  ruleset: string,
  between = 'inside=10.0.0.0/8',
  maximumEntries: number = defaultSettings.maximumEntries,
): Replay {
  const { ruleset: parsed, diagnostics } = parseRuleset([{ name: 'bench.nft', text: ruleset }], {})
  const sides = parseSides(between)
  if (!parsed || typeof sides === 'string')
    throw new Error(`the ruleset does not load: ${JSON.stringify(diagnostics[0])}`)
  return new Replay({
    ruleset: parsed,
    vantage: chooseBetween(sides),
    survey: new Survey(),
    captures: ['bench.pcap'],
    captureInterfaceName: () => undefined,
    settings: { ...defaultSettings, maximumEntries },
    random: () => 0.5,
    onJudgment: null,
  })
}

export interface Timing {
  readonly replay: Replay
  readonly packets: number
  readonly seconds: number
  /** That the thread had the processor. */
  readonly processorSeconds: number
}

/** A function of its own, as in the program: one long loop would be compiled while it runs, and less well. */
function feedAll(reader: CaptureReader, block: FrameBlock, replay: Replay): void {
  while (reader.nextBlock(block)) replay.feedBlock(block, 0)
}

/** One whole replay of a file in chunks, as the program does; ends early when it takes longer than `longestSeconds`. */
export function replayFile(file: string, replay: Replay, longestSeconds: number = Number.POSITIVE_INFINITY): Timing {
  const started = performance.now()
  const processorStarted = processorMilliseconds()
  const reader = new CaptureReader()
  const block = new FrameBlock()
  const descriptor = openSync(file, 'r')
  const chunk = Buffer.alloc(Number.isFinite(longestSeconds) ? shortChunkLength : chunkLength)
  while (performance.now() - started < longestSeconds * 1000) {
    const read = readSync(descriptor, chunk)
    if (read === 0) break
    reader.push(chunk.subarray(0, read))
    feedAll(reader, block, replay)
  }
  closeSync(descriptor)
  const seconds = (performance.now() - started) / 1000
  return {
    replay,
    packets: replay.packets,
    seconds,
    processorSeconds: (processorMilliseconds() - processorStarted) / 1000,
  }
}

/** The quickest of several replays, each from the beginning: others on the machine only ever make it slower. */
export function quickestReplay(file: string, create: () => Replay, passes: number, longestSeconds?: number): Timing {
  let best: Timing | null = null
  for (let pass = 0; pass < passes; pass++) {
    const timing = replayFile(file, create(), longestSeconds)
    if (best === null || timing.packets / timing.seconds > best.packets / best.seconds) best = timing
  }
  if (best === null) throw new Error('expected at least one pass')
  return best
}

export const millionsPerSecond = ({ packets, seconds }: Timing): number => packets / seconds / 1e6

/** For a busy machine: the rate over the time that the thread had the processor. And what became of the packets. */
export function timingNote({ replay, packets, processorSeconds }: Timing): string {
  const rate = (packets / processorSeconds / 1e6).toFixed(2)
  return `${rate} by processor time; ${packets} packets: ${statesText(replay)}`
}

/** A replay that goes on as records come, from memory. */
export class Feeder {
  readonly replay: Replay
  readonly #reader = new CaptureReader()
  readonly #block = new FrameBlock()

  constructor(replay: Replay) {
    this.replay = replay
    this.#reader.push(captureHeader())
  }

  /** Whole records; their bytes are changed. */
  feed(records: Uint8Array): void {
    this.#reader.push(records)
    feedAll(this.#reader, this.#block, this.replay)
  }
}

/** In words: how many packets were in which state and what became of them. */
function statesText(replay: Replay): string {
  const { states, verdicts, entries } = replay.summary([])
  const some = (counts: object): string =>
    Object.entries(counts)
      .filter(([, count]) => count > 0)
      .map(([name, count]) => `${name} ${count}`)
      .join(', ')
  return `${some(states)}; ${some(verdicts)}; ${entries} entries`
}
