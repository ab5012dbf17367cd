/** The whole way of a packet: a capture of five million through five stateful rules, beside tcpdump and tshark on the same file. Run: node bench/replay.ts [packets] */

import { spawnSync } from 'node:child_process'
import { closeSync, mkdtempSync, openSync, readSync, rmSync, statSync, writeSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { CaptureReader, createFrame } from '../src/analysis/capture/index.ts'
import { chooseBetween, parseSides, Replay, Survey } from '../src/analysis/replay/index.ts'
import { inlineMore } from '../src/apps/cli/inline-more.ts'
import { parseRuleset } from '../src/languages/nftables/index.ts'
import { defaultSettings } from '../src/model/conntrack/index.ts'

const flowCount = 60_000
const packetLength = 46
const recordLength = 16 + 14 + packetLength
const chunkLength = 1 << 20

const ruleset = `table inet filter {
  chain forward {
    type filter hook forward priority filter; policy drop;
    ct state established,related counter accept
    ct state invalid drop
    iifname "inside" udp dport 53 accept
    iifname "inside" accept
    counter reject
  }
}
`

/** Flow i is 10.x.y.z:1024+ > 198.51.100.w:53; questions and answers alternate over all flows. */
function writeCapture(file: string, packets: number): void {
  const descriptor = openSync(file, 'w')
  const header = Buffer.alloc(24)
  header.writeUInt32LE(0xa1b2c3d4, 0)
  header.writeUInt16LE(2, 4)
  header.writeUInt16LE(4, 6)
  header.writeUInt32LE(262144, 16)
  header.writeUInt32LE(1, 20)
  writeSync(descriptor, header)
  const perChunk = Math.floor(chunkLength / recordLength)
  const chunk = Buffer.alloc(perChunk * recordLength)
  for (let first = 0; first < packets; first += perChunk) {
    const count = Math.min(perChunk, packets - first)
    for (let i = 0; i < count; i++) writeRecord(chunk, i * recordLength, first + i)
    writeSync(descriptor, chunk, 0, count * recordLength)
  }
  closeSync(descriptor)
}

function writeRecord(bytes: Buffer, at: number, number: number): void {
  const round = Math.floor(number / flowCount)
  const flow = number % flowCount
  const isAnswer = round % 2 === 1
  // 250,000 packets a second: the capture lasts 20 s, so that no flow times out between its packets.
  const microseconds = number * 4
  bytes.writeUInt32LE(1_700_000_000 + Math.floor(microseconds / 1e6), at)
  bytes.writeUInt32LE(microseconds % 1e6, at + 4)
  bytes.writeUInt32LE(14 + packetLength, at + 8)
  bytes.writeUInt32LE(14 + packetLength, at + 12)
  const ip = at + 30
  bytes.writeUInt16BE(0x0800, at + 28)
  bytes.writeUInt32BE(0x45000000 | packetLength, ip)
  bytes.writeUInt32BE((number & 0xffff) * 65536, ip + 4)
  bytes.writeUInt32BE(0x40110000, ip + 8)
  const inside = 0x0a000000 + (flow >>> 4) + 1
  const outside = 0xc6336400 + (flow & 127)
  const insidePort = 1024 + ((flow * 7919) % 60000)
  bytes.writeUInt32BE(isAnswer ? outside : inside, ip + 12)
  bytes.writeUInt32BE(isAnswer ? inside : outside, ip + 16)
  bytes.writeUInt16BE(isAnswer ? 53 : insidePort, ip + 20)
  bytes.writeUInt16BE(isAnswer ? insidePort : 53, ip + 22)
  bytes.writeUInt16BE(packetLength - 20, ip + 24)
  bytes.writeUInt16BE(0, ip + 26)
  bytes.fill(0x61, ip + 28, ip + packetLength)
  bytes.writeUInt16BE(complementOf(bytes, ip, 0, 20, 0), ip + 10)
  bytes.writeUInt16BE(complementOf(bytes, ip, 12, packetLength, 17 + packetLength - 20), ip + 26)
}

function complementOf(bytes: Buffer, ip: number, from: number, to: number, initial: number): number {
  let sum = initial
  for (let at = from; at < to; at += 2) sum += bytes.readUInt16BE(ip + at)
  while (sum > 0xffff) sum = (sum & 0xffff) + (sum >>> 16)
  return ~sum & 0xffff
}

/** Reads the file in chunks as the program does. */
function replayFile(file: string): { replay: Replay; seconds: number; cpuSeconds: number } {
  const { ruleset: parsed } = parseRuleset([{ name: 'bench.nft', text: ruleset }], {})
  const sides = parseSides('inside=10.0.0.0/8')
  if (!parsed || typeof sides === 'string') throw new Error('the ruleset of the bench does not load')
  const replay = new Replay({
    ruleset: parsed,
    vantage: chooseBetween(sides),
    survey: new Survey(),
    captures: [file],
    captureInterfaceName: () => undefined,
    settings: defaultSettings,
    random: () => 0.5,
    onJudgment: null,
  })
  const started = performance.now()
  const { user, system } = process.cpuUsage()
  const reader = new CaptureReader()
  const frame = createFrame()
  const descriptor = openSync(file, 'r')
  for (;;) {
    const chunk = Buffer.allocUnsafe(chunkLength)
    const length = readSync(descriptor, chunk)
    if (length === 0) break
    reader.push(chunk.subarray(0, length))
    while (reader.next(frame)) replay.feed(frame, 0)
  }
  closeSync(descriptor)
  const used = process.cpuUsage({ user, system })
  const cpuSeconds = (used.user + used.system) / 1e6
  return { replay, seconds: (performance.now() - started) / 1000, cpuSeconds }
}

const referenceSteps = 20_000_000

/** A plain loop in the same engine, to compare machines and moments by: hashing, and words of 16 MB read and written at random. Answers steps a second. */
function measureReference(): number {
  const words = new Int32Array(1 << 22)
  const started = performance.now()
  let at = 1
  for (let i = 0; i < referenceSteps; i++) {
    at = (Math.imul(at ^ (at >>> 15), 0x2c1b3c6d) + i) | 0
    words[at & 0x3fffff]! += at
  }
  return (referenceSteps * 1000) / (performance.now() - started)
}

const rate = (packets: number, seconds: number): string =>
  `${(packets / seconds / 1e6).toFixed(2)} million packets/s (${seconds.toFixed(2)} s)`

/** Time of another program on the same file; what it prints is thrown away. */
function timeOther(packets: number, name: string, args: readonly string[]): void {
  const started = performance.now()
  const { error, status } = spawnSync(name, args, { stdio: 'ignore' })
  const seconds = (performance.now() - started) / 1000
  const label = `${name} ${args.filter((arg) => !arg.startsWith('/')).join(' ')}`
  if (error) console.log(`${label}: not here (${error.message})`)
  else if (status !== 0) console.log(`${label}: failed with exit code ${status}`)
  else console.log(`${label}: ${rate(packets, seconds)}`)
}

function run(packets: number): void {
  const directory = mkdtempSync(join(tmpdir(), 'kinwall-bench-'))
  const file = join(directory, 'flows.pcap')
  try {
    writeCapture(file, packets)
    console.log(
      `replay: ${packets} packets of ${packetLength} bytes over ${flowCount} UDP flows, five rules, ${(statSync(file).size / 1e6).toFixed(0)} MB`,
    )
    // Once to be compiled.
    measureReference()
    const before = measureReference()
    const { replay, seconds, cpuSeconds } = replayFile(file)
    const after = measureReference()
    const { states, verdicts, entries } = replay.summary([])
    console.log(
      `kinwall: ${rate(packets, seconds)}, ${cpuSeconds.toFixed(2)} s of processor time; ${JSON.stringify(states)} ${JSON.stringify(verdicts)} entries ${entries}`,
    )
    const reference = (before + after) / 2
    console.log(
      `reference loop: ${(before / 1e6).toFixed(0)} million steps/s before and ${(after / 1e6).toFixed(0)} after it; a packet costs as much as ${(reference / (packets / seconds)).toFixed(0)} steps`,
    )
    const { conntrack, flows } = replay.memory
    const perFlow = (bytes: number): string => `${(bytes / flowCount).toFixed(0)} bytes`
    console.log(`memory per tracked flow: ${perFlow(conntrack)} in conntrack, ${perFlow(flows)} for the report's row`)
    timeOther(packets, 'tcpdump', ['-n', '-r', file])
    timeOther(packets, 'tshark', ['-n', '-r', file])
  } finally {
    rmSync(directory, { recursive: true })
  }
}

// As the program does.
inlineMore()
run(Number(process.argv[2] ?? 5_000_000))
