/** Collects the steps of a walk while the engine runs it: from the tracer, from probes, from conntrack's events. */

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
import {
  fullText,
  Hook,
  type HookNumber,
  HookPriority,
  hookNames,
  isQuoting,
  type Packet,
  Protocol,
  packetOf,
  packetText,
  protocolText,
} from '../../model/packet/index.ts'
import type { Chain, Outcome, Rule, Ruleset, Statement, Table, Tracer } from '../../model/rules/index.ts'
import type { StatementStep, Step } from './walk.ts'

const stateWords: Readonly<Record<number, string>> = {
  [State.invalid]: 'INVALID',
  [State.established]: 'ESTABLISHED',
  [State.related]: 'RELATED',
  [State.new]: 'NEW',
  [State.untracked]: 'UNTRACKED',
}

/** What of a packet rules can change, to be compared before and after each. */
interface Marks {
  readonly mark: number
  readonly entryMark: number
  readonly status: number
  readonly helper: string | null
  readonly isUntracked: boolean
}

type OpenRule = Extract<Step, { kind: 'rule' }> & { statements: StatementStep[]; changes: string[] }

/** What leaves, read anew: a fragment that the host has just cut is no longer what the walk was about. */
const wireText = (packet: Packet): string => packetText(packetOf(packet.bytes.slice(packet.start, packet.end)))

/** With what it quotes, which is translated as well. */
const translatable = (packet: Packet): string => fullText(packetOf(packet.bytes.slice(packet.start, packet.end)))

/** Where Linux translates: destinations where packets enter, sources where they leave. */
const natPlaces: readonly { readonly hook: HookNumber; readonly priority: number }[] = [
  { hook: Hook.prerouting, priority: HookPriority.destinationNat },
  { hook: Hook.output, priority: HookPriority.destinationNat },
  { hook: Hook.input, priority: HookPriority.sourceNat },
  { hook: Hook.postrouting, priority: HookPriority.sourceNat },
]

export class WalkRecorder implements Tracer, ConntrackListener, Observer {
  readonly #host: Host
  #conntrack: Conntrack | null = null
  #steps: Step[] = []
  #out: string | null = null
  /** Bytes of what left because of the packet itself, for later packets to refer to; null: nothing did. */
  #left: Uint8Array | null = null
  /** Number of the packet that the outer one was written to be about; 0: none. */
  #about = 0
  #outer: Packet | null = null
  /** The rule that each packet is in: a rule that rejects is still open while what the host makes of it walks. */
  readonly #rules = new Map<
    Packet,
    { readonly step: { -readonly [K in keyof OpenRule]: OpenRule[K] }; readonly before: Marks }
  >()
  readonly #made = new Set<Packet>()
  /** Where each rule stands, by its id. */
  readonly #places: ReadonlyMap<number, { readonly table: string; readonly chain: Chain }>
  /** The chain that each packet was last seen in. */
  readonly #chains = new Map<Packet, Chain>()
  readonly #rejected = new Set<Packet>()
  /** What each packet was before NAT's turn on the hook that it is on. */
  readonly #untranslated = new Map<Packet, string>()

  constructor(host: Host, ruleset: Ruleset) {
    this.#host = host
    const places = ruleset.tables.flatMap((table) =>
      table.chains.flatMap((chain) =>
        chain.rules.map(({ id }) => [id, { table: `${table.family} ${table.name}`, chain }] as const),
      ),
    )
    this.#places = new Map(places)
  }

  watch(conntrack: Conntrack): void {
    this.#conntrack = conntrack
    conntrack.listener = this
  }

  begin(packet: Packet, about: number): void {
    this.#about = about
    this.#steps = []
    this.#out = null
    this.#left = null
    this.#outer = packet
    this.#rules.clear()
    this.#made.clear()
    this.#chains.clear()
    this.#rejected.clear()
    this.#untranslated.clear()
  }

  end(): { steps: readonly Step[]; out: string | null; left: Uint8Array | null } {
    return { steps: this.#steps, out: this.#out, left: this.#left }
  }

  /** Conntrack's judgment, and the routing decision, seen right behind them. */
  probes(): Probe[] {
    const at = (hook: HookNumber, priority: number, run: (packet: Packet) => void): Probe => ({ hook, priority, run })
    return [
      at(Hook.prerouting, -199, (packet) => this.#seeConntrack(packet)),
      at(Hook.output, -500, (packet) => this.#seeMade(packet)),
      ...natPlaces.flatMap(({ hook, priority }) => [
        at(hook, priority - 1, (packet) => this.#untranslated.set(packet, translatable(packet))),
        at(hook, priority + 1, (packet) => this.#seeTranslated(packet)),
      ]),
      at(Hook.output, -199, (packet) => this.#seeConntrack(packet)),
      at(Hook.input, -500, () => this.#push({ kind: 'routing', text: 'for the host itself' })),
      at(Hook.forward, -500, (packet) =>
        this.#push({ kind: 'routing', text: `leaves by ${this.#host.interfaceName(packet.output)}` }),
      ),
    ]
  }

  // ---- what the rules did

  enterChain(packet: Packet, table: Table, chain: Chain): void {
    const hook = hookNames[packet.hook] ?? ''
    this.#chains.set(packet, chain)
    this.#push({
      kind: 'chain',
      hook,
      table: `${table.family} ${table.name}`,
      chain: chain.name,
      priority: chain.base?.priority ?? null,
    })
  }

  enterRule(packet: Packet, rule: Rule): void {
    this.#closeRule(packet)
    const found = this.#places.get(rule.id)
    if (found && this.#chains.get(packet) !== found.chain) {
      this.#chains.set(packet, found.chain)
      this.#push({ kind: 'return', table: found.table, chain: found.chain.name })
    }
    const step = {
      kind: 'rule',
      rule,
      table: found?.table ?? '',
      chain: found?.chain.name ?? '',
      place: rule.source,
      statements: [],
      verdict: null,
      changes: [],
    } as const
    const open = { step: { ...step, statements: [], changes: [] }, before: this.#marks(packet) }
    this.#rules.set(packet, open)
    this.#steps.push(open.step)
  }

  statement(packet: Packet, _rule: Rule, statement: Statement, outcome: Outcome, actual: string | null): void {
    const open = this.#rules.get(packet)
    if (!open) return
    const isImplied = statement.text === '' || statement.text.startsWith('implied')
    open.step.statements.push({ text: statement.text.replace(/^implied: ?/, ''), isImplied, outcome, actual })
    if (outcome !== 'matched') this.#closeRule(packet)
  }

  verdict(packet: Packet, _rule: Rule, verdict: string): void {
    const open = this.#rules.get(packet)
    // To nftables a reject is a drop with an answer; people look for the word that they wrote.
    const isReject = verdict === 'drop' && open?.step.rule.statements.some(({ kind }) => kind === 'reject') === true
    if (isReject) this.#rejected.add(packet)
    if (open) open.step.verdict = isReject ? 'reject' : verdict
    this.#closeRule(packet)
  }

  policy(packet: Packet, table: Table, chain: Chain, policy: 'accept' | 'drop'): void {
    this.#closeRule(packet)
    this.#push({ kind: 'policy', table: `${table.family} ${table.name}`, chain: chain.name, policy })
  }

  #closeRule(packet: Packet): void {
    const open = this.#rules.get(packet)
    this.#rules.delete(packet)
    if (open) open.step.changes.push(...this.#changes(open.before, this.#marks(packet)))
  }

  #marks(packet: Packet): Marks {
    const { entry } = packet
    const conntrack = entry === 0 ? null : this.#conntrack
    return {
      mark: packet.mark,
      entryMark: conntrack?.mark(entry) ?? 0,
      status: conntrack?.status(entry) ?? 0,
      helper: conntrack?.helperName(entry) ?? null,
      isUntracked: packet.isUntracked,
    }
  }

  #changes(before: Marks, after: Marks): string[] {
    const changes: string[] = []
    const hex = (value: number): string => `0x${(value >>> 0).toString(16)}`
    if (before.mark !== after.mark) changes.push(`mark ${hex(before.mark)} → ${hex(after.mark)}`)
    if (before.entryMark !== after.entryMark) changes.push(`ct mark ${hex(before.entryMark)} → ${hex(after.entryMark)}`)
    if (before.helper !== after.helper) changes.push(`helper ${after.helper ?? 'none'} assigned`)
    if (!before.isUntracked && after.isUntracked) changes.push('will not be tracked')
    return changes
  }

  // ---- what conntrack did

  #seeConntrack(packet: Packet): void {
    this.#closeRule(packet)
    const conntrack = this.#conntrack
    if (!conntrack) return
    const isTracked = packet.entry !== 0
    this.#push({
      kind: 'conntrack',
      hook: hookNames[packet.hook] ?? '',
      state: stateWords[packet.state] ?? 'INVALID',
      direction: isTracked ? (packet.isReply ? 'reply' : 'original') : null,
      entry: isTracked ? conntrack.id(packet.entry) || null : null,
      why: this.#why(packet, conntrack),
    })
  }

  #why(packet: Packet, conntrack: Conntrack): string {
    const entry = conntrack.id(packet.entry)
    switch (packet.state) {
      case State.related:
        return this.#whyRelated(packet, conntrack)
      case State.established:
        return packet.isReply ? `answers entry ${entry}` : `belongs to entry ${entry}, which has been answered`
      case State.new:
        return entry === 0 ? 'opens a connection' : `belongs to entry ${entry}, which has not been answered`
      case State.untracked:
        return packet.protocol === Protocol.icmpv6
          ? 'neighbour and multicast discovery is not tracked'
          : 'a rule said notrack'
      default:
        return reasons[packet.reason]?.text ?? 'conntrack could not place it'
    }
  }

  #whyRelated(packet: Packet, conntrack: Conntrack): string {
    const entry = conntrack.id(packet.entry)
    const flow = entry === 0 ? 'a connection not yet confirmed' : `entry ${entry}`
    if (this.#made.has(packet)) return `the host makes it about packet #${packet.number} of ${flow}`
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
    const helper = conntrack.helperName(entry)
    const words = kind === 'new' ? 'confirmed' : 'destroyed'
    this.#push({
      kind: 'event',
      text: `entry ${conntrack.id(entry)} ${words}${kind === 'new' && helper ? `, helper ${helper}` : ''}`,
    })
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

  #seeTranslated(packet: Packet): void {
    const from = this.#untranslated.get(packet)
    const status = packet.entry === 0 ? 0 : (this.#conntrack?.status(packet.entry) ?? 0)
    if (from === undefined || (status & (Status.sourceNat | Status.destinationNat)) === 0) return
    this.#closeRule(packet)
    const to = translatable(packet)
    const isDrawn = this.#conntrack?.isDrawn(packet.entry) ?? false
    if (from !== to) this.#push({ kind: 'translation', hook: hookNames[packet.hook] ?? '', from, to, isDrawn })
  }

  #seeMade(packet: Packet): void {
    this.#closeRule(packet)
    if (packet === this.#outer) return
    this.#made.add(packet)
    this.#push({ kind: 'made', packet: fullText(packet) })
  }

  onTransmit(interfaceIndex: number, packet: Packet): void {
    this.#closeRule(packet)
    const name = this.#host.interfaceName(interfaceIndex)
    if (!this.#made.has(packet)) {
      this.#out ??= name
      this.#left ??= packet.bytes.slice(packet.start, packet.end)
    }
    this.#push({ kind: 'transmit', interface: name, packet: wireText(packet) })
  }

  onDeliver(): void {}

  onConclude(packet: Packet, fate: FateNumber, hook: number, reason: DropNumber): void {
    this.#closeRule(packet)
    const isMade = this.#made.has(packet)
    const isStoppedOnItsWay = fate === Fate.dropped && hook >= Hook.forward && packet.output !== 0
    if (isStoppedOnItsWay && !isMade) this.#out ??= this.#host.interfaceName(packet.output)
    const isByRule = reason === Drop.rule && this.#rejected.has(packet)
    this.#push({
      kind: 'conclusion',
      isMade,
      fate: fateNames[fate] ?? 'none',
      hook: hookNames[hook] ?? null,
      text: isByRule ? 'a rule rejected it' : this.#whyStopped(packet, reason),
    })
  }

  #whyStopped(packet: Packet, reason: DropNumber): string {
    if (reason === Drop.none) return ''
    const isByConntrack = reason === Drop.conntrack || reason === Drop.confirm
    const told = isByConntrack ? this.#conntrack?.dropReason(packet) : null
    return (told ?? dropReasons[reason])?.text ?? ''
  }

  #push(step: Step): void {
    this.#steps.push(step)
  }
}
