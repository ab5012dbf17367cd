/** Turns what the model left on a packet into a judgment: names, the rule, and the reason in data. */

import { type Conntrack, reasons } from '../../model/conntrack/index.ts'
import { Drop, dropReasons, type Engine, Fate } from '../../model/engine/index.ts'
import type { Host } from '../../model/host/index.ts'
import { Hook, hookNames, icmpHeaderLength, malformedReasons, type Packet, Protocol } from '../../model/packet/index.ts'
import type { FlowTable } from './flow-table.ts'
import type { IpView } from './ip-view.ts'
import type { Because, Judgment, VerdictName } from './judgment.ts'
import type { RecentPackets } from './recent-packets.ts'
import type { RuleIndex } from './rule-index.ts'
import { secondsOf } from './seconds.ts'
import { stateName } from './state-bits.ts'

/** What the judge looks at; all of it outlives the packet. */
export interface JudgeSources {
  readonly host: Host
  readonly engine: Engine
  readonly conntrack: Conntrack
  readonly rules: RuleIndex
  readonly flows: FlowTable
  readonly recent: RecentPackets
}

/** Where and when the packet was captured, and its words from before the walk changed it. */
export interface Captured {
  readonly capture: string
  readonly frame: number
  readonly words: string
  /** The quoted packet of an ICMP error, read before the walk; null when there is none. */
  readonly quoted: IpView | null
}

/** How the walk ended, in the report's words. */
export interface Decision {
  readonly verdict: VerdictName
  /** Rule id, or a negative base chain id; 0: neither. */
  readonly rule: number
  readonly hook: number
}

export class Judge {
  readonly #from: JudgeSources

  constructor(from: JudgeSources) {
    this.#from = from
  }

  /** The packet as the engine left it; `row` is its flow or 0. */
  judge(packet: Packet, decision: Decision, captured: Captured, row: number): Judgment {
    const { host, rules } = this.#from
    const state = this.#isMalformed ? 'invalid' : stateName(packet.state)
    const rule = rules.rule(decision.rule)
    return {
      n: packet.number,
      capture: captured.capture,
      frame: captured.frame,
      time: secondsOf(packet.time),
      in: packet.input === 0 ? null : host.interfaceName(packet.input),
      out: this.#hasOutput(decision) && packet.output !== 0 ? host.interfaceName(packet.output) : null,
      hook: this.#isMalformed ? null : (hookNames[decision.hook] ?? null),
      state,
      direction: packet.entry === 0 || this.#isMalformed ? null : packet.isReply ? 'reply' : 'original',
      entry: packet.entry === 0 ? null : this.#from.conntrack.id(packet.entry) || null,
      verdict: decision.verdict,
      rule,
      policy: rule ? null : rules.policy(decision.rule),
      fate: this.#fate(packet, decision),
      because: this.#because(packet, captured, row),
      packet: captured.words,
    }
  }

  get #isMalformed(): boolean {
    return this.#from.engine.fate === Fate.malformed
  }

  /** It left, or was stopped where the way out was known. */
  #hasOutput(decision: Decision): boolean {
    const { fate } = this.#from.engine
    if (fate === Fate.forwarded || fate === Fate.sent) return true
    return fate === Fate.dropped && decision.hook >= Hook.forward
  }

  #fate(packet: Packet, decision: Decision): Judgment['fate'] {
    const { engine, conntrack } = this.#from
    if (decision.verdict === 'accept' || decision.rule !== 0 || engine.fate === Fate.malformed) return null
    const isByConntrack = engine.reason === Drop.conntrack || engine.reason === Drop.confirm
    return (isByConntrack ? conntrack.dropReason(packet) : null) ?? dropReasons[engine.reason] ?? null
  }

  #because(packet: Packet, captured: Captured, row: number): Because {
    const { engine } = this.#from
    if (engine.fate === Fate.malformed) {
      const found = engine.malformed === 0 ? dropReasons[Drop.malformed] : malformedReasons[engine.malformed]
      const { code = 'malformed', text = 'the IP layer refuses it' } = found ?? {}
      return { kind: 'invalid', code, text }
    }
    const state = stateName(packet.state)
    if (state === null) return { kind: 'fragment' }
    if (state === 'related') return this.#related(packet, captured, row)
    if (state !== 'invalid') return { kind: state }
    const { code = 'unknown', text = 'conntrack could not place it' } = reasons[packet.reason] ?? {}
    return { kind: 'invalid', code, text }
  }

  #related(packet: Packet, captured: Captured, row: number): Because {
    const { conntrack, flows, recent } = this.#from
    const id = conntrack.id(packet.entry)
    if (packet.protocol === Protocol.icmp || packet.protocol === Protocol.icmpv6) {
      const found = captured.quoted ? recent.find(captured.quoted) : 0
      const quotedIsReply = !packet.isReply
      const about = { entry: id, packet: found || (row > 0 ? flows.lastNumber(row, quotedIsReply) : 0) }
      return { kind: 'icmp-error', icmp: icmpText(captured), about }
    }
    const link = conntrack.masterLink(packet.entry)
    const helper = link?.helper ?? 'ct expectation'
    const { id: master = 0, createdByPacket = 0, announcement = '' } = link ?? {}
    return { kind: 'expectation', helper, master, packet: createdByPacket, announcement }
  }
}

/** `3/4`: type and code, which the quoted view's place tells. */
function icmpText({ quoted }: Captured): string {
  if (!quoted) return ''
  const at = quoted.start - icmpHeaderLength
  return `${quoted.bytes[at]}/${quoted.bytes[at + 1]}`
}

/** Looks at the packet that an ICMP error quotes; false where `view` is no ICMP packet with something behind its header. */
export function readQuoted(view: IpView, quoted: IpView): boolean {
  const isIcmp = view.protocol === Protocol.icmp || view.protocol === Protocol.icmpv6
  if (!isIcmp || view.transport < 0) return false
  quoted.read(view.bytes, view.transport + icmpHeaderLength, Math.min(view.end, view.available))
  return quoted.family !== 0
}
