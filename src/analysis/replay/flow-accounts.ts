/** What became of packets, told to the rows of their flows. */

import type { Conntrack, PacketRows } from '../../model/conntrack/index.ts'
import { type Engine, Fate } from '../../model/engine/index.ts'
import { type Packet, Protocol, sourceAt } from '../../model/packet/index.ts'
import { FlowFlag, type FlowTable, hostDecision } from './flow-table.ts'
import type { Decision } from './judge.ts'
import { stateBits } from './state-bits.ts'
import type { Tally } from './tally.ts'

export class FlowAccounts {
  readonly #engine: Engine
  readonly #conntrack: Conntrack
  readonly #flows: FlowTable
  readonly #tally: Tally
  /** What the host made because of the packet at hand. */
  readonly #made: { entry: number; state: number; isReply: boolean; length: number }[] = []

  constructor(engine: Engine, flows: FlowTable, tally: Tally) {
    this.#engine = engine
    this.#conntrack = engine.conntrack
    this.#flows = flows
    this.#tally = tally
  }

  /** What the host answers by itself belongs to the flow, though no frame of the capture stands for it. Counted when the row is known. */
  noteMade({ entry, state, isReply, start, end }: Packet): void {
    this.#tally.made += 1
    if (entry !== 0) this.#made.push({ entry, state, isReply, length: end - start })
  }

  /** A packet of a flow that is known went on: what {@link count} does with nearly all. `length`: as it came, in bytes. */
  countKnown(packet: Packet, length: number): boolean {
    if (this.#engine.fate !== Fate.forwarded || packet.state !== stateBits.established) return false
    const row = this.#conntrack.owner(packet.entry)
    if (row === 0) return false
    const tally = this.#tally
    tally.verdicts.accept += 1
    tally.state(packet.state, 0)
    this.#flows.countPacket(row, packet.isReply, length, packet.time, packet.state, packet.number)
    return true
  }

  /** What {@link countKnown} does, for those of `count` packets that have gone a course. */
  countPassed(rows: PacketRows, count: number): void {
    const passed = this.#flows.countPassed(rows, count)
    this.#tally.verdicts.accept += passed
    this.#tally.established(passed)
  }

  /** Counts a packet and what was made because of it, for the summary and for its flow; answers the flow's row or 0. */
  count(packet: Packet, decision: Decision, length: number): number {
    const row = this.#countPacket(packet, decision, length)
    if (this.#made.length > 0) this.#settleMade(packet.time)
    return row
  }

  #settleMade(time: number): void {
    for (const { entry, state, isReply, length } of this.#made) {
      const row = this.#conntrack.owner(entry)
      if (row === 0) continue
      if (state === stateBits.related) this.#flows.countRelated(row, time)
      else this.#flows.countPacket(row, isReply, length, time, state, 0)
    }
    this.#made.length = 0
  }

  #countPacket(packet: Packet, decision: Decision, length: number): number {
    const { verdict, rule } = decision
    const tally = this.#tally
    const engine = this.#engine
    tally.verdicts[verdict] += 1
    if (engine.fate === Fate.malformed) {
      tally.malformed(engine.malformed)
      return 0
    }
    tally.state(packet.state, packet.reason)
    if (verdict === 'held') return 0
    if (verdict === 'drop' && rule === 0) tally.fate(engine.reason)
    if (packet.state === stateBits.established && verdict === 'accept') {
      const row = this.#conntrack.owner(packet.entry)
      if (row !== 0) {
        this.#flows.countPacket(row, packet.isReply, length, packet.time, packet.state, packet.number)
        return row
      }
    }
    return this.#countRare(packet, decision, length)
  }

  /** Everything but an accepted packet of a flow that is known. */
  #countRare(packet: Packet, { verdict, rule }: Decision, length: number): number {
    const flows = this.#flows
    const { entry } = packet
    const owner = entry === 0 ? 0 : this.#conntrack.owner(entry)
    if (packet.state === stateBits.related && isIcmp(packet)) {
      if (owner !== 0) flows.countRelated(owner, packet.time)
      if (owner !== 0 && verdict !== 'accept') flows.countRefused(owner, rule || hostDecision(this.#engine.reason))
      return owner
    }
    if (packet.family === 0) return 0
    let row = owner
    let isReply = packet.isReply
    if (row === 0) {
      row = this.#aimedRow(packet)
      if (entry === 0) isReply = !flows.isForth(row)
      else this.#own(packet, row, rule)
    }
    flows.countPacket(row, isReply, length, packet.time, packet.state, packet.number)
    if (verdict === 'accept') flows.flag(row, FlowFlag.passed)
    else this.#noteRefusal(row, rule || hostDecision(this.#engine.reason))
    return row
  }

  /** The row of the packet's ends, found or new. */
  #aimedRow(packet: Packet): number {
    const flows = this.#flows
    const conntrack = this.#conntrack
    const { bytes, end, entry, family, protocol, transport } = packet
    if (family === 0) return 0
    // NAT has rewritten the packet: the entry remembers what its ends were.
    if (conntrack.isTranslated(entry)) flows.aimAtEntry(conntrack, entry, packet.isReply)
    else flows.aim(bytes, family, sourceAt(packet), protocol, transport, end)
    const found = flows.find()
    const isNewFlow =
      found !== 0 && entry !== 0 && flows.entry(found) !== 0 && flows.entry(found) !== conntrack.id(entry)
    return found === 0 || isNewFlow ? flows.add(packet.number, packet.time) : found
  }

  /** Ties a row to its entry once the entry is confirmed. `rule`: what decided about the packet. */
  #own({ entry, isReply, state }: Packet, row: number, rule: number): void {
    const flows = this.#flows
    const id = this.#conntrack.id(entry)
    if (state === stateBits.related) flows.flag(row, FlowFlag.expected)
    if (flows.isForth(row) === isReply) flows.flag(row, FlowFlag.swapped)
    if (id === 0) return
    if (flows.hasFlag(row, FlowFlag.openingDropped)) flows.flag(row, FlowFlag.openedLater)
    else flows.setOpeningRule(row, rule)
    flows.setEntry(row, id)
    this.#conntrack.setOwner(entry, row)
  }

  /** A refusal before anything of the flow passed is one of its opening. */
  #noteRefusal(row: number, rule: number): void {
    const flows = this.#flows
    flows.countRefused(row, rule)
    if (flows.hasFlag(row, FlowFlag.passed) || flows.hasFlag(row, FlowFlag.openingDropped)) return
    flows.flag(row, FlowFlag.openingDropped)
    flows.setOpeningRule(row, rule)
    this.#tally.refusedFlows += 1
  }
}

const isIcmp = ({ protocol }: Packet): boolean => protocol === Protocol.icmp || protocol === Protocol.icmpv6
