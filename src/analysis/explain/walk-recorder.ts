/**
 * Collects the steps of a walk while the engine runs it: from the tracer, from probes, from conntrack's events. It notes facts only, and
 * whatever may change it copies: a {@link RecordedWalk} makes the texts.
 */

import {
  type Conntrack,
  type ConntrackListener,
  type Expectation,
  expectationSnapshot,
  reasons,
  State,
  Status,
} from '../../model/conntrack/index.ts'
import {
  Drop,
  type DropNumber,
  dropReasons,
  Fate,
  type FateNumber,
  fateNames,
  type Observer,
  type Probe,
} from '../../model/engine/index.ts'
import type { Host } from '../../model/host/index.ts'
import type { DescribeFound, Outcome, Tracer } from '../../model/machine/index.ts'
import {
  fullText,
  Hook,
  type HookNumber,
  HookPriority,
  hookNames,
  isQuoting,
  Packet,
  Protocol,
  packetOf,
  packetText,
  protocolText,
} from '../../model/packet/index.ts'
import type { Chain, Rule, Ruleset, Statement, Table } from '../../model/rules/index.ts'
import { ByteKeeper, type KeptBytes, keptView } from './kept-bytes.ts'
import { MetRule, type RulePlace, rulePlaces } from './met-rule.ts'
import { type Noted, RecordedWalk } from './recorded-walk.ts'
import type { Step } from './walk.ts'

const stateWords: Readonly<Record<number, string>> = {
  [State.invalid]: 'INVALID',
  [State.established]: 'ESTABLISHED',
  [State.related]: 'RELATED',
  [State.new]: 'NEW',
  [State.untracked]: 'UNTRACKED',
}

/** What left; read anew, for a fragment that the host has just cut is no longer what the walk was about. */
const wireText = (bytes: KeptBytes): string => packetText(packetOf(keptView(bytes)))

/** With what it quotes, which is translated as well. */
const translatable = (bytes: KeptBytes): string => fullText(packetOf(keptView(bytes)))

const translated = Status.sourceNat | Status.destinationNat

/** What is known of one packet of a walk: of that which it is about, or of one that the host makes because of it. */
interface Trail {
  readonly packet: Packet
  /** The rule that it is in: a rule that rejects is still open while what the host makes of it walks. */
  rule: MetRule | null
  /** The chain that it was last seen in. */
  chain: Chain | null
  isMade: boolean
  isRejected: boolean
  /** What it was before NAT's turn on the hook that it is on; null where NAT cannot translate it. */
  untranslated: KeptBytes | null
}

const newTrail = (packet: Packet): Trail => ({
  packet,
  rule: null,
  chain: null,
  isMade: false,
  isRejected: false,
  untranslated: null,
})

/** Where Linux translates: destinations where packets enter, sources where they leave. */
const natPlaces: readonly { readonly hook: HookNumber; readonly priority: number }[] = [
  { hook: Hook.prerouting, priority: HookPriority.destinationNat },
  { hook: Hook.output, priority: HookPriority.destinationNat },
  { hook: Hook.input, priority: HookPriority.sourceNat },
  { hook: Hook.postrouting, priority: HookPriority.sourceNat },
]

/** Why a packet is in a state other than RELATED. */
function whyUnrelated(
  { state, isReply, reason, protocol }: Pick<Packet, 'state' | 'isReply' | 'reason' | 'protocol'>,
  entry: number,
): string {
  switch (state) {
    case State.established:
      return isReply ? `answers entry ${entry}` : `belongs to entry ${entry}, which has been answered`
    case State.new:
      return entry === 0 ? 'opens a connection' : `belongs to entry ${entry}, which has not been answered`
    case State.untracked:
      return protocol === Protocol.icmpv6 ? 'neighbour and multicast discovery is not tracked' : 'a rule said notrack'
    default:
      return reasons[reason]?.text ?? 'conntrack could not place it'
  }
}

export class WalkRecorder implements Tracer, ConntrackListener, Observer {
  readonly #host: Host
  #conntrack: Conntrack | null = null
  readonly #bytes = new ByteKeeper()
  /** By the id of the rule. */
  readonly #places: readonly (RulePlace | undefined)[]
  #noted: Noted[] = []
  #out: string | null = null
  #left: KeptBytes | null = null
  /** Number of the packet that the outer one was written to be about; 0: none. */
  #about = 0
  #outer: Packet | null = null
  /** Of the packet that was looked at last. */
  #trail: Trail = newTrail(new Packet())
  readonly #trails = new Map<Packet, Trail>()

  constructor(host: Host, ruleset: Ruleset) {
    this.#host = host
    this.#places = rulePlaces(ruleset)
  }

  watch(conntrack: Conntrack): void {
    this.#conntrack = conntrack
    conntrack.listener = this
  }

  begin(packet: Packet, about: number): void {
    this.#about = about
    this.#noted = []
    this.#out = null
    this.#left = null
    this.#outer = packet
    this.#trails.clear()
    this.#trail = newTrail(packet)
    this.#trails.set(packet, this.#trail)
  }

  end(): RecordedWalk {
    return new RecordedWalk(this.#noted, this.#out, this.#left)
  }

  #trailOf(packet: Packet): Trail {
    if (this.#trail.packet === packet) return this.#trail
    const trail = this.#trails.get(packet) ?? newTrail(packet)
    this.#trails.set(packet, trail)
    this.#trail = trail
    return trail
  }

  #note(noted: Noted): void {
    this.#noted.push(noted)
  }

  /** Conntrack's judgment, and the routing decision, seen right behind them. */
  probes(): Probe[] {
    const at = (hook: HookNumber, priority: number, run: (packet: Packet) => void): Probe => ({ hook, priority, run })
    return [
      at(Hook.prerouting, -199, (packet) => this.#seeConntrack(packet)),
      at(Hook.output, -500, (packet) => this.#seeMade(packet)),
      ...natPlaces.flatMap(({ hook, priority }) => [
        at(hook, priority - 1, (packet) => this.#seeUntranslated(packet)),
        at(hook, priority + 1, (packet) => this.#seeTranslated(packet)),
      ]),
      at(Hook.output, -199, (packet) => this.#seeConntrack(packet)),
      at(Hook.input, -500, () => this.#note(() => ({ kind: 'routing', text: 'for the host itself' }))),
      at(Hook.forward, -500, ({ output }) =>
        this.#note(() => ({ kind: 'routing', text: `leaves by ${this.#host.interfaceName(output)}` })),
      ),
    ]
  }

  // ---- what the rules did

  enterChain(packet: Packet, table: Table, chain: Chain): void {
    const { hook } = packet
    this.#trailOf(packet).chain = chain
    this.#note(() => ({
      kind: 'chain',
      hook: hookNames[hook] ?? '',
      table: `${table.family} ${table.name}`,
      chain: chain.name,
      priority: chain.base?.priority ?? null,
    }))
  }

  enterRule(packet: Packet, rule: Rule): void {
    const trail = this.#trailOf(packet)
    this.#closeRule(trail)
    const place = this.#places[rule.id]
    if (place && trail.chain !== place.chain) {
      trail.chain = place.chain
      this.#note(() => ({ kind: 'return', table: place.table, chain: place.chain.name }))
    }
    const met = new MetRule(rule, place, packet, this.#conntrack)
    trail.rule = met
    this.#note(() => met.tell())
  }

  statement(packet: Packet, _rule: Rule, statement: Statement, outcome: Outcome, actual: DescribeFound | null): void {
    const trail = this.#trailOf(packet)
    trail.rule?.add(statement, outcome, actual)
    if (outcome !== 'matched') this.#closeRule(trail)
  }

  verdict(packet: Packet, _rule: Rule, verdict: string): void {
    const trail = this.#trailOf(packet)
    const { rule } = trail
    const isReject = verdict === 'drop' && rule?.place?.hasReject === true
    if (isReject) trail.isRejected = true
    if (rule) rule.verdict = isReject ? 'reject' : verdict
    this.#closeRule(trail)
  }

  policy(packet: Packet, table: Table, chain: Chain, policy: 'accept' | 'drop'): void {
    this.#closeRule(this.#trailOf(packet))
    this.#note(() => ({ kind: 'policy', table: `${table.family} ${table.name}`, chain: chain.name, policy }))
  }

  #closeRule(trail: Trail): void {
    trail.rule?.close(trail.packet, this.#conntrack)
    trail.rule = null
  }

  // ---- what conntrack did

  #seeConntrack(packet: Packet): void {
    this.#closeRule(this.#trailOf(packet))
    const conntrack = this.#conntrack
    if (!conntrack) return
    const { hook, state, isReply, reason, protocol } = packet
    const isTracked = packet.entry !== 0
    const entry = conntrack.id(packet.entry)
    const related = state === State.related ? this.#whyRelated(packet, conntrack) : null
    this.#note(() => ({
      kind: 'conntrack',
      hook: hookNames[hook] ?? '',
      state: stateWords[state] ?? 'INVALID',
      direction: isTracked ? (isReply ? 'reply' : 'original') : null,
      entry: isTracked ? entry || null : null,
      why: related ?? whyUnrelated({ state, isReply, reason, protocol }, entry),
    }))
  }

  #whyRelated(packet: Packet, conntrack: Conntrack): string {
    const entry = conntrack.id(packet.entry)
    const flow = entry === 0 ? 'a connection not yet confirmed' : `entry ${entry}`
    if (this.#trailOf(packet).isMade) return `the host makes it about packet #${packet.number} of ${flow}`
    const quoted = packet === this.#outer && this.#about > 0 ? `packet #${this.#about}` : 'a packet'
    if (isQuoting(packet)) return `an ICMP error that quotes ${quoted} of ${flow}`
    const link = conntrack.masterLink(packet.entry)
    const helper = link?.helper ? `the ${link.helper} helper` : 'a ct expectation'
    if (!link) return 'it was expected'
    const words = link.announcement === '' ? '' : `, "${link.announcement}"`
    return `${helper} expected it: entry ${link.id}, packet #${link.createdByPacket}${words}`
  }

  entry(kind: 'new' | 'update' | 'destroy', entry: number): void {
    const conntrack = this.#conntrack
    if (!conntrack || kind === 'update') return
    const id = conntrack.id(entry)
    const helper = conntrack.helperName(entry)
    const words = kind === 'new' ? 'confirmed' : 'destroyed'
    this.#note(() => ({
      kind: 'event',
      text: `entry ${id} ${words}${kind === 'new' && helper ? `, helper ${helper}` : ''}`,
    }))
  }

  expectation(kind: 'new' | 'destroy', expectation: Expectation): void {
    if (!this.#conntrack) return
    const { tuple, timeout, helper } = expectationSnapshot(this.#conntrack, expectation)
    const protocol = protocolText(tuple?.proto ?? 0)
    const words = `${protocol} ${tuple?.src} > ${tuple?.dst} port ${tuple?.dport}`
    const by = helper === undefined ? 'a ct expectation object' : `the ${helper} helper`
    this.#push({
      kind: 'event',
      text: kind === 'new' ? `expectation of ${by}: ${words}, for ${timeout} s` : `expectation gone: ${words}`,
    })
  }

  // ---- what the host did

  #seeUntranslated(packet: Packet): void {
    const conntrack = this.#conntrack
    const status = packet.entry === 0 ? 0 : (conntrack?.status(packet.entry) ?? 0)
    // Only what opens a connection may still come to be translated.
    const isSettled = packet.entry === 0 || ((status & Status.confirmed) !== 0 && (status & translated) === 0)
    this.#trailOf(packet).untranslated = isSettled ? null : this.#keep(packet)
  }

  #seeTranslated(packet: Packet): void {
    const trail = this.#trailOf(packet)
    const before = trail.untranslated
    const status = packet.entry === 0 ? 0 : (this.#conntrack?.status(packet.entry) ?? 0)
    if (before === null || (status & translated) === 0) return
    this.#closeRule(trail)
    const after = this.#keep(packet)
    const isDrawn = this.#conntrack?.isDrawn(packet.entry) ?? false
    const hook = hookNames[packet.hook] ?? ''
    this.#note(() => {
      const from = translatable(before)
      const to = translatable(after)
      return from === to ? null : { kind: 'translation', hook, from, to, isDrawn }
    })
  }

  #keep({ bytes, start, end }: Packet): KeptBytes {
    return this.#bytes.keep(bytes, start, end)
  }

  #seeMade(packet: Packet): void {
    const trail = this.#trailOf(packet)
    this.#closeRule(trail)
    if (packet === this.#outer) return
    trail.isMade = true
    this.#push({ kind: 'made', packet: fullText(packet) })
  }

  onTransmit(interfaceIndex: number, packet: Packet): void {
    const trail = this.#trailOf(packet)
    this.#closeRule(trail)
    const name = this.#host.interfaceName(interfaceIndex)
    const left = this.#keep(packet)
    if (!trail.isMade) {
      this.#out ??= name
      this.#left ??= left
    }
    this.#note(() => ({ kind: 'transmit', interface: name, packet: wireText(left) }))
  }

  onDeliver(): void {}

  onConclude(packet: Packet, fate: FateNumber, hook: number, reason: DropNumber): void {
    const trail = this.#trailOf(packet)
    this.#closeRule(trail)
    const { isMade } = trail
    const isStoppedOnItsWay = fate === Fate.dropped && hook >= Hook.forward && packet.output !== 0
    if (isStoppedOnItsWay && !isMade) this.#out ??= this.#host.interfaceName(packet.output)
    const isByRule = reason === Drop.rule && trail.isRejected
    const text = isByRule ? 'a rule rejected it' : this.#whyStopped(packet, reason)
    this.#note(() => ({
      kind: 'conclusion',
      isMade,
      fate: fateNames[fate] ?? 'none',
      hook: hookNames[hook] ?? null,
      text,
    }))
  }

  #whyStopped(packet: Packet, reason: DropNumber): string {
    if (reason === Drop.none) return ''
    const isByConntrack = reason === Drop.conntrack || reason === Drop.confirm
    const told = isByConntrack ? this.#conntrack?.dropReason(packet) : null
    return (told ?? dropReasons[reason])?.text ?? ''
  }

  /** A step that is rare enough to be told at once. */
  #push(step: Step): void {
    this.#note(() => step)
  }
}
