/** How fast conntrack alone follows established flows: track and confirm, nothing else. Run: node bench/conntrack.ts */

import { writeUint16, writeUint32 } from '../src/model/bytes/index.ts'
import { Conntrack, defaultSettings } from '../src/model/conntrack/index.ts'
import { decode, Hook, Packet, Protocol } from '../src/model/packet/index.ts'
import { type Measurement, printWhenProgram } from './harness/measurement.ts'
import type { Rounds } from './harness/rounds.ts'

/** So many that all is in the processor's caches, then so many that each packet's record must be fetched from memory. */
const few = 1000
const many = 60_000
const packetsMeasured = 6_000_000

interface Case {
  readonly name: string
  readonly flows: number
  readonly protocol: number
  readonly isChecksumTrusted: boolean
  readonly payload: number
}

const udp = { protocol: Protocol.udp, payload: 64 }
const tcp = { protocol: Protocol.tcp, payload: 64 }

/** 64 bytes of data; where checksums are not trusted, each packet's is verified. */
const cases: readonly Case[] = [
  { ...udp, name: '1,000 flows', flows: few, isChecksumTrusted: true },
  { ...udp, name: '1,000 flows, verified', flows: few, isChecksumTrusted: false },
  { ...tcp, name: '1,000 flows, TCP', flows: few, isChecksumTrusted: true },
  { ...udp, name: '60,000 flows', flows: many, isChecksumTrusted: true },
  { ...tcp, name: '60,000 flows, TCP', flows: many, isChecksumTrusted: true },
]

/** A packet of flow `flow`; the same bytes are rewritten for each, so that only conntrack's memory counts. */
class Sender {
  readonly packet = new Packet()
  readonly #protocol: number
  #sum = 0

  constructor(protocol: number, payload: number) {
    this.#protocol = protocol
    const header = protocol === Protocol.tcp ? 20 : 8
    const bytes = new Uint8Array(20 + header + payload)
    bytes[0] = 0x45
    writeUint16(bytes, 2, bytes.length)
    bytes[8] = 64
    bytes[9] = protocol
    if (protocol === Protocol.udp) writeUint16(bytes, 24, 8 + payload)
    this.packet.bytes = bytes
    this.packet.isChecksumTrusted = true
    decode(this.packet, bytes.length)
  }

  aim(flow: number, isReply: boolean, flags: number, sequence: number, acknowledgment: number): Packet {
    const { packet } = this
    const { bytes } = packet
    const client = 0x0a000000 | (flow & 0xffff)
    const server = 0xc6336400 | (flow & 7)
    writeUint32(bytes, 12, isReply ? server : client)
    writeUint32(bytes, 16, isReply ? client : server)
    const port = 1024 + (flow >>> 3)
    writeUint16(bytes, 20, isReply ? 443 : port)
    writeUint16(bytes, 22, isReply ? port : 443)
    if (this.#protocol === Protocol.tcp) {
      writeUint32(bytes, 24, sequence)
      writeUint32(bytes, 28, acknowledgment)
      bytes[32] = 0x50
      bytes[33] = flags
      writeUint16(bytes, 34, 65_000)
    }
    packet.entry = 0
    packet.state = 0
    packet.reason = 0
    return packet
  }

  /** Mends the checksum, which changes with addresses and ports. Not part of what is measured. */
  mend(): void {
    const { bytes } = this.packet
    const at = this.#protocol === Protocol.tcp ? 36 : 26
    writeUint16(bytes, at, 0)
    let sum = this.#protocol + bytes.length - 20
    for (let i = 12; i < bytes.length; i += 2) sum += (bytes[i]! << 8) | (bytes[i + 1] ?? 0)
    while (sum > 0xffff) sum = (sum & 0xffff) + (sum >>> 16)
    this.#sum = ~sum & 0xffff
    writeUint16(bytes, at, this.#sum || 0xffff)
  }
}

function walk(conntrack: Conntrack, packet: Packet): void {
  packet.hook = Hook.prerouting
  conntrack.track(packet)
  packet.hook = Hook.postrouting
  conntrack.confirm(packet)
}

function open(conntrack: Conntrack, sender: Sender, payload: number, flowCount: number): void {
  for (let flow = 0; flow < flowCount; flow++) {
    conntrack.advance(1000)
    walk(conntrack, sender.aim(flow, false, 2, 99 - payload, 0))
    walk(conntrack, sender.aim(flow, true, 18, 199 - payload, 100))
    walk(conntrack, sender.aim(flow, false, 16, 100 - payload, 200))
  }
}

function measureCase({ name, protocol, isChecksumTrusted, payload, flows }: Case): Measurement {
  const conntrack = new Conntrack(defaultSettings)
  const sender = new Sender(protocol, payload)
  open(conntrack, sender, payload, flows)
  sender.packet.isChecksumTrusted = isChecksumTrusted
  // The quickest round counts: others on the machine only ever make it slower.
  let writing = Number.POSITIVE_INFINITY
  let tracking = Number.POSITIVE_INFINITY
  let others = 0
  const rounds = packetsMeasured / flows
  for (let round = 0; round < rounds; round++) {
    const isReply = (round & 1) === 1
    const step = (round >>> 1) * payload
    const sequence = (isReply ? 200 : 100) + step
    const acknowledgment = (isReply ? 100 : 200) + step + (isReply ? payload : 0)
    conntrack.advance(4000 + round)
    let from = performance.now()
    for (let flow = 0; flow < flows; flow++) {
      sender.aim((flow * 7919) % flows, isReply, 24, sequence, acknowledgment)
      if (!isChecksumTrusted) sender.mend()
    }
    writing = Math.min(writing, performance.now() - from)
    from = performance.now()
    for (let flow = 0; flow < flows; flow++) {
      const packet = sender.aim((flow * 7919) % flows, isReply, 24, sequence, acknowledgment)
      if (!isChecksumTrusted) sender.mend()
      walk(conntrack, packet)
      if (packet.state !== 2) others++
    }
    tracking = Math.min(tracking, performance.now() - from)
  }
  const note = `${protocol === Protocol.tcp ? 'TCP' : 'UDP'}, without writing the packets; ${others} not ESTABLISHED`
  return { name, value: flows / (tracking - writing) / 1000, unit: 'million packets/s', note }
}

export const measure = (): readonly Measurement[] => cases.map(measureCase)

/** For the guard: a thousand UDP flows, many times over; writing the packets is part of it. */
export function rounds(): Rounds {
  const conntrack = new Conntrack(defaultSettings)
  const sender = new Sender(Protocol.udp, 64)
  open(conntrack, sender, 64, few)
  const packets = 100 * few
  let round = 0
  return {
    prepare: () => conntrack.advance(4000 + round++),
    run: () => {
      for (let i = 0; i < packets; i++) walk(conntrack, sender.aim((i * 7919) % few, (i & 1) === 1, 24, 0, 0))
      return packets
    },
  }
}

await printWhenProgram(import.meta.url, measure)
