/** Run by allocation.test.ts in a process of its own: replays an established flow, frame by frame or with `blocks`, and prints the bytes that a packet leaves on the heap. */

import { CaptureReader, createFrame, FrameBlock, writePcap } from '../src/analysis/capture/index.ts'
import { chooseBetween, parseSides, Replay, Survey } from '../src/analysis/replay/index.ts'
import { inlineMore } from '../src/apps/cli/inline-more.ts'
import { parseRuleset } from '../src/languages/nftables/index.ts'
import { defaultSettings } from '../src/model/conntrack/index.ts'
import { buildUdp } from '../src/model/packet/index.ts'

const rounds = 300
const perRound = 2000

const ruleset = `table inet filter {
  chain forward {
    type filter hook forward priority filter; policy drop;
    ct state established,related counter accept
    ct state invalid drop
    iifname "inside" accept
  }
}
`

/** Question and answer by turns, every packet under a raw IP link layer. */
function capture(): Uint8Array {
  const ends = { fromPort: 1000, toPort: 53, payload: 'some bytes of data' }
  const question = buildUdp({ ...ends, from: '10.0.0.1', to: '198.51.100.1' })
  const answer = buildUdp({ from: '198.51.100.1', to: '10.0.0.1', fromPort: 53, toPort: 1000, payload: ends.payload })
  const frames = Array.from({ length: perRound }, (_, i) => ({
    bytes: i % 2 === 0 ? question : answer,
    timeSeconds: 1_700_000_000 + Math.floor(i / 1000),
    timeNanoseconds: (i % 1000) * 1_000_000,
  }))
  return writePcap(frames, { linkType: 101 })
}

inlineMore()
const { ruleset: parsed } = parseRuleset([{ name: 'test.nft', text: ruleset }], {})
const sides = parseSides('inside=10.0.0.0/8')
if (!parsed || typeof sides === 'string') throw new Error('the ruleset of this test does not load')
const replay = new Replay({
  ruleset: parsed,
  vantage: chooseBetween(sides),
  survey: new Survey(),
  captures: ['test.pcap'],
  captureInterfaceName: () => undefined,
  settings: defaultSettings,
  random: () => 0.5,
  onJudgment: null,
})
const bytes = capture()
const frame = createFrame()
const block = new FrameBlock()
const isInBlocks = process.argv[2] === 'blocks'
const growths: number[] = []
for (let round = 0; round < rounds; round++) {
  const reader = new CaptureReader()
  // The walk rewrites what it is given.
  reader.push(bytes.slice())
  reader.finish()
  const before = process.memoryUsage().heapUsed
  if (isInBlocks) while (reader.nextBlock(block)) replay.feedBlock(block, 0)
  else while (reader.next(frame)) replay.feed(frame, 0)
  growths.push((process.memoryUsage().heapUsed - before) / perRound)
}
// The second half: everything is compiled. The median: a collection in one round does not count.
const settled = growths.slice(rounds / 2).sort((a, b) => a - b)
console.log(JSON.stringify({ bytesPerPacket: settled[settled.length >> 1], packets: replay.summary([]).states }))
