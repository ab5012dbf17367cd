/** Captured frames through a modelled host, one after the other: every packet judged, every flow and rule counted. */

import { type Conntrack, type ConntrackSettings, Row, rowWords } from '../../model/conntrack/index.ts'
import { Drop, type DropNumber, Engine, Fate } from '../../model/engine/index.ts'
import { bytesText, Hook, Packet } from '../../model/packet/index.ts'
import type { Ruleset } from '../../model/rules/index.ts'
import {
  blockLength,
  createFrame,
  createLinkLayer,
  decodeLink,
  type Frame,
  type FrameBlock,
  type LinkLayer,
} from '../capture/index.ts'
import { Clock } from './clock.ts'
import type { Entrance } from './everyday.ts'
import { type Findings, findRules, summaryOf } from './findings.ts'
import { FlowAccounts } from './flow-accounts.ts'
import { type FlowRow, FlowTable } from './flow-table.ts'
import { IpView } from './ip-view.ts'
import { type Decision, Judge, readQuoted } from './judge.ts'
import type { Judgment } from './judgment.ts'
import { PacketBatch } from './packet-batch.ts'
import { MadePackets, RecentPackets } from './recent-packets.ts'
import type { Replayed } from './replayed.ts'
import { RuleIndex } from './rule-index.ts'
import type { RingSlot } from './shards/ring-slot.ts'
import type { SharedLimits } from './shards/shard-needs.ts'
import type { ShardWatch } from './shards/shard-watch.ts'
import { SocketWatch } from './shards/socket-watch.ts'
import type { CaptureSummary, Summary } from './summary.ts'
import { Tally } from './tally.ts'
import { HostVantage } from './vantage/at-host.ts'
import { BetweenVantage, firewallBetween } from './vantage/between.ts'
import { ChecksumTrust } from './vantage/checksum-trust.ts'
import { createPlacement, type Placement, type Vantage } from './vantage/placement.ts'
import { ReplayHost } from './vantage/replay-host.ts'
import type { Survey } from './vantage/survey.ts'
import type { VantageChoice } from './vantage/vantage-choice.ts'

export interface ReplayOptions {
  readonly ruleset: Ruleset
  readonly vantage: VantageChoice
  /** The same captures' beginning. */
  readonly survey: Survey
  /** Names of the captures, by index. */
  readonly captures: readonly string[]
  readonly captureInterfaceName: (capture: number, interfaceIndex: number) => string | undefined
  readonly settings: ConntrackSettings
  /** 0 (inclusive) to 1 (exclusive). */
  readonly random: () => number
  /** Called for each judged packet; null, and no judgment is built. */
  readonly onJudgment: ((judgment: Judgment) => void) | null
  /** Set where this is one worker's share of a replay: packets are then numbered as frames are, and what was judged is told. */
  readonly shard?: ShardWatch | null
}

/** Longest IP packet, and room behind it for what a cut frame lacks. */
const scratchLength = 65_536 + 64

export class Replay implements Replayed {
  readonly rules: RuleIndex
  readonly flows: FlowTable = new FlowTable()
  readonly conntrack: Conntrack
  readonly #options: ReplayOptions
  readonly #host: ReplayHost
  readonly #engine: Engine
  readonly #vantage: Vantage
  /** What finds everyday packets has to know; null: every packet has to be looked at in full. */
  readonly entrance: Entrance | null
  readonly #batch: PacketBatch
  readonly #frame: Frame = createFrame()
  readonly #hostVantage: HostVantage | null
  readonly #trust: ChecksumTrust
  readonly #judge: Judge
  readonly #recent: RecentPackets = new RecentPackets()
  readonly #made: MadePackets = new MadePackets()
  /** Recent packets are asked for by judgments of ICMP errors, and by the vantage that tells copies from input. */
  readonly #needsMemory: boolean
  readonly #link: LinkLayer = createLinkLayer()
  readonly #view: IpView = new IpView()
  readonly #quoted: IpView = new IpView()
  readonly #sentView: IpView = new IpView()
  readonly #placement: Placement = createPlacement()
  readonly #packet: Packet = new Packet()
  /** It is as {@link Packet.reset} leaves it. */
  #isPacketFresh = false
  readonly #scratch: Uint8Array = new Uint8Array(scratchLength)
  readonly #shard: ShardWatch | null
  readonly #tally: Tally = new Tally()
  readonly #accounts: FlowAccounts
  readonly #clock: Clock = new Clock()

  constructor(options: ReplayOptions) {
    this.#options = options
    this.#shard = options.shard ?? null
    this.#needsMemory = options.onJudgment !== null || options.vantage.kind === 'host'
    const { vantage, survey, ruleset } = options
    this.#host = new ReplayHost(vantage.kind === 'host' ? vantage.configuration : firewallBetween(vantage.sides))
    this.#engine = new Engine({
      host: this.#host,
      ruleset,
      settings: options.settings,
      random: options.random,
      epoch: survey.start ?? 0,
    })
    this.conntrack = this.#engine.conntrack
    this.#accounts = new FlowAccounts(this.#engine, this.flows, this.#tally)
    this.rules = new RuleIndex(ruleset)
    this.#trust = new ChecksumTrust(survey)
    if (vantage.kind === 'host') {
      this.#hostVantage = this.#createHostVantage(vantage)
      this.#vantage = this.#hostVantage
      this.entrance = null
    } else {
      const between = this.#createBetween(vantage)
      const isPlain = !this.#needsMemory && this.#trust.isByChecksum && this.#engine.isConntrackFirst
      this.#hostVantage = null
      this.#vantage = between
      this.entrance = isPlain ? between : null
    }
    this.#batch = new PacketBatch(this.entrance ?? noEntrance)
    if (this.#hostVantage) this.#engine.onTransmit = (_interface, packet) => this.#noteMade(packet)
    this.#engine.onConclude = (packet) => {
      if (packet !== this.#packet) this.#accounts.noteMade(packet)
      if (this.#shard && (packet !== this.#packet || packet.largestFragment !== 0)) this.#shard.check(packet)
    }
    const { conntrack, rules, flows } = this
    this.#judge = new Judge({ host: this.#host, engine: this.#engine, conntrack, rules, flows, recent: this.#recent })
    if (this.#shard) this.#attach(this.#shard)
  }

  #attach(shard: ShardWatch): void {
    const sockets = this.#hostVantage ? new SocketWatch() : null
    this.#host.watch = sockets
    shard.attach(this.#engine, sockets)
  }

  #createHostVantage(vantage: Extract<VantageChoice, { kind: 'host' }>): HostVantage {
    const host = this.#host
    const around = {
      configuration: vantage.configuration,
      survey: this.#options.survey,
      recent: this.#recent,
      made: this.#made,
      interfaceIndex: (name: string): number => host.interfaceIndex(name),
      interfaceTowards: (bytes: Uint8Array, at: number, family: 4 | 6): number => host.route(family, bytes, at).output,
      captureInterfaceName: this.#options.captureInterfaceName,
    }
    return new HostVantage(around, vantage.words)
  }

  #createBetween({ sides, words }: Extract<VantageChoice, { kind: 'between' }>): BetweenVantage {
    const inputs = sides.map((side) => this.#host.interfaceIndex(side.name))
    return new BetweenVantage(sides, inputs, words)
  }

  /** What the host sends of itself, and what it sends on translated, so that its copy in the capture is no input. */
  #noteMade(packet: Packet): void {
    if (packet === this.#packet && !this.conntrack.isTranslated(packet.entry)) return
    this.#sentView.read(packet.bytes, packet.start, packet.end)
    if (this.#sentView.family !== 0) this.#made.note(this.#sentView)
  }

  /** Runs the frames of a block through, one after the other. Their bytes are changed. `capture`: index into the captures' names. */
  feedBlock(block: FrameBlock, capture: number): void {
    const { count } = block
    const batch = this.#batch
    if (this.entrance) batch.find(block)
    if (batch.bytes !== block.bytes) batch.bytes = block.bytes
    this.#clock.read(count, block.hasTime, block.seconds, block.milliseconds, batch.times)
    this.#feedBatch(count, (i, frame) => {
      block.read(i, frame)
      return capture
    })
  }

  /** Runs a worker's own frames of a block through, which has been decoded. */
  feedOwn(slot: RingSlot, worker: number): void {
    const { block, places, times, framesBefore } = slot
    const batch = this.#batch
    const end = slot.ends[worker]!
    if (batch.bytes !== block.bytes) batch.bytes = block.bytes
    this.#clock.follow(slot.clock)
    for (let from = worker * slot.shape.framesInSlot; from < end; from += blockLength) {
      const to = Math.min(from + blockLength, end)
      if (this.entrance) batch.gather(slot.everyday, places, from, to)
      for (let at = from; at < to; at++) {
        batch.times[at - from] = times[places[at]!]!
        batch.frames[at - from] = framesBefore + 1 + places[at]!
      }
      this.#feedBatch(to - from, (i, frame) => {
        slot.read(places[from + i]!, frame)
        return slot.captureOf(places[from + i]!)
      })
    }
    this.#tally.frames = framesBefore + block.count
    this.#clock.follow(slot.clock)
  }

  /**
   * Everyday packets that go the way of others before them are counted all at once: whatever is counted of a packet may come in any order. `read`
   * makes a frame, and answers of which capture it is.
   */
  #feedBatch(count: number, read: (i: number, frame: Frame) => number): void {
    const batch = this.#batch
    if (this.entrance === null) {
      for (let i = 0; i < count; i++) this.#feedOne(i, read)
      return
    }
    this.conntrack.lookAhead(batch, count)
    for (let i = 0; i < count; i++) {
      i = this.#passKnown(i, count)
      if (i < count) this.#feedOne(i, read)
    }
    this.#accounts.countPassed(batch, count)
  }

  #feedOne(i: number, read: (i: number, frame: Frame) => number): void {
    const batch = this.#batch
    this.#tally.frames = this.#shard ? batch.frames[i]! : this.#tally.frames + 1
    this.#clock.now = batch.times[i]!
    if (batch.words[i * rowWords + Row.input] !== 0) this.#feedEveryday(i)
    else this.#feedFrame(this.#frame, read(i, this.#frame))
  }

  /** Between sides and without judgments to be told. */
  #feedEveryday(i: number): void {
    const packet = this.#packet
    const batch = this.#batch
    this.#isPacketFresh = false
    packet.time = this.#clock.now
    packet.number = this.#number(false)
    this.#engine.receiveEveryday(batch, i, packet)
    const length = batch.words[i * rowWords + Row.length]!
    if (!this.#accounts.countKnown(packet, length)) this.#accounts.count(packet, this.#conclude(false), length)
    this.#shard?.end(packet.number)
  }

  /** Those from `from` on that go the way of others before them; answers where the first one stands that does not. */
  #passKnown(from: number, to: number): number {
    if (!this.#isPacketFresh) this.#packet.reset()
    this.#isPacketFresh = true
    const batch = this.#batch
    const { frames, times } = batch
    const end = this.#engine.passKnown(batch, this.#packet, from, to)
    if (end === from) return from
    const tally = this.#tally
    tally.packets += end - from
    tally.frames = this.#shard ? frames[end - 1]! : tally.frames + end - from
    this.#clock.now = times[end - 1]!
    this.#shard?.noteAll(frames, times, from, end)
    return end
  }

  /** Runs one frame through. Its bytes are changed. `capture`: index into the captures' names. */
  feed(frame: Frame, capture: number): void {
    this.#tally.frames += 1
    if (frame.hasTime) this.#clock.set(frame.timeSeconds, frame.timeNanoseconds / 1e6)
    this.#feedFrame(frame, capture)
  }

  #feedFrame(frame: Frame, capture: number): void {
    const tally = this.#tally
    const link = this.#link
    decodeLink(frame, link)
    if (link.kind === 'skip') return tally.skipFrame(link)
    const isCut = frame.capturedLength < frame.originalLength
    const view = this.#view
    if (isCut) this.#viewCut(frame, link)
    else view.read(frame.bytes, link.networkStart, link.networkStart + link.networkLength)
    if (this.#hostVantage) this.#hostVantage.capture = capture
    const placement = this.#placement
    this.#vantage.place(frame, link, view, placement)
    if (placement.act === 'skip') return tally.skip(placement.skip)
    if (placement.act === 'result') {
      tally.results += 1
      return
    }
    this.#walk(frame, capture, isCut)
  }

  /** A frame that the snap length cut: the rest is zeros. */
  #viewCut(frame: Frame, link: LinkLayer): void {
    const missing = frame.originalLength - frame.capturedLength
    const length = Math.min(link.networkLength + missing, scratchLength)
    const captured = Math.min(link.networkLength, length)
    this.#scratch.set(frame.bytes.subarray(link.networkStart, link.networkStart + captured))
    this.#scratch.fill(0, captured, length)
    this.#view.read(this.#scratch, 0, length)
  }

  #walk(frame: Frame, capture: number, isCut: boolean): void {
    const packet = this.#packet
    const view = this.#view
    const isSent = this.#placement.act === 'send'
    packet.reset()
    this.#isPacketFresh = false
    // None yet: some packets meet none.
    packet.hook = -1
    if (packet.bytes !== view.bytes) packet.bytes = view.bytes
    packet.start = view.start
    packet.time = this.#clock.now
    packet.number = this.#number(isCut)
    packet.input = this.#placement.interface
    packet.isChecksumTrusted = this.#trust.isTrusted(view, isCut)
    if (this.#needsMemory && view.family !== 0) this.#recent.note(view, packet.number)
    const { onJudgment } = this.#options
    const words = onJudgment ? bytesText(view.bytes, view.start, view.available) : ''
    const quoted = onJudgment && readQuoted(view, this.#quoted) ? this.#quoted : null
    // Behind the packet's own end there may be Ethernet padding, which a program that sends it did not write.
    const end = Math.min(view.end, view.available)
    if (isSent) this.#host.noteSent(view)
    if (isSent) this.#engine.send(packet, end, true)
    else this.#engine.receive(packet, view.available)
    const decision = this.#conclude(isSent)
    const row = this.#accounts.count(packet, decision, end - view.start)
    this.#shard?.end(packet.number)
    if (this.#needsMemory && this.#engine.fate === Fate.forwarded) this.#recent.notePassed()
    if (!onJudgment) return
    const captured = { capture: this.#options.captures[capture] ?? '', frame: frame.number, words, quoted }
    onJudgment(this.#judge.judge(packet, decision, captured, row))
  }

  /** Of the packet that is about to walk. */
  #number(isCut: boolean): number {
    const tally = this.#tally
    tally.packets += 1
    if (!this.#shard) return tally.packets
    this.#shard.begin(tally.frames, this.#clock.now)
    // What an error quotes is filled up with zeros where it was cut.
    if (isCut) this.#shard.checkView(this.#view)
    return tally.frames
  }

  /** One reused object: what the walk came to. */
  readonly #decision: { -readonly [K in keyof Decision]: Decision[K] } = { verdict: 'accept', rule: 0, hook: 0 }

  #conclude(isSent: boolean): Decision {
    const { fate } = this.#engine
    const packet = this.#packet
    const decision = this.#decision
    if (fate === Fate.forwarded || fate === Fate.delivered || fate === Fate.sent) {
      decision.verdict = 'accept'
      decision.rule = packet.passedRule
      decision.hook = fate === Fate.forwarded ? Hook.forward : isSent ? Hook.output : Hook.input
      return decision
    }
    decision.hook = packet.hook
    decision.rule = fate === Fate.dropped && isByRules(this.#engine.reason) ? packet.rule : 0
    const isReject = decision.rule > 0 && this.rules.rule(decision.rule)?.isReject === true
    decision.verdict = fate === Fate.held ? 'held' : isReject ? 'reject' : 'drop'
    return decision
  }

  get packets(): number {
    return this.#tally.packets
  }

  /** Fed, or passed by. */
  get frames(): number {
    return this.#tally.frames
  }

  /** Packets that were refused for want of a route, about which each source is told only so often. */
  get limitedErrors(): number {
    const { fates } = this.#tally.data
    return limitedDrops.reduce((sum, drop) => sum + fates[drop]!, 0)
  }

  /** The limits of the host that all its connections share. */
  get sharedLimits(): SharedLimits {
    const { fragmentMemory, fragmentDistance } = this.#host.settings
    return { settings: this.#options.settings, fragmentMemory, fragmentDistance }
  }

  /** Milliseconds since the first frame. */
  get time(): number {
    return this.#clock.now
  }

  /** Bytes of memory: conntrack's table, and the rows of flows, room to grow included. */
  get memory(): { readonly conntrack: number; readonly flows: number } {
    return { conntrack: this.conntrack.memoryBytes, flows: this.flows.memory }
  }

  flowsInTrouble(most: number): FlowRow[] {
    return this.flows.inTrouble(most)
  }

  /** Rows of all flows, oldest first. */
  *readFlows(): IterableIterator<FlowRow> {
    for (let row = 1; row <= this.flows.count; row++) yield this.flows.read(row)
  }

  /** Where things stand at the last frame, as numbers that can be added to those of other shards. */
  findings(): Findings {
    const { origin, first, now, backwards } = this.#clock
    this.conntrack.advance(now)
    const { counts } = this.#trust
    return {
      tally: this.#tally.data,
      clock: { origin, first, now, backwards },
      rules: findRules(this.#engine.rules),
      entries: this.conntrack.countLiving(),
      expectations: [...this.conntrack.expectations()].length,
      flows: this.flows.count,
      comparison: this.#hostVantage && { ...this.#hostVantage.comparison },
      trust: { ...counts, addresses: this.#trust.oneSidedAddresses },
      assumptions: this.#vantage.assumptions,
    }
  }

  /** `captures`: what the readers say of themselves. */
  summary(captures: readonly CaptureSummary[]): Summary {
    return summaryOf(this.findings(), this.rules, captures)
  }
}

/** None of its packets is found. */
const noEntrance: Entrance = { inputOf: () => 0 }

const limitedDrops: readonly number[] = [Drop.noRoute, Drop.unreachable, Drop.prohibit]

const isByRules = (reason: DropNumber): boolean => reason === Drop.rule || reason === Drop.policy
