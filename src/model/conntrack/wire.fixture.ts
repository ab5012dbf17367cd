/** For tests: packets in one line each, and a wire on which conntrack alone judges them (no rules). */

import { complement, parseAddress, sumPseudoHeader, sumWords, writeUint16, writeUint32 } from '../bytes/index.ts'
import { decode, Hook, HookVerdict, Packet, Protocol, TcpFlag } from '../packet/index.ts'
import { Conntrack, reasons, stateNames } from './index.ts'
import { listEvent, listExpectationEvent } from './list.ts'
import { type ConntrackSettings, defaultSettings } from './settings.ts'
import { Status, statusNames } from './status.ts'
import { sctpChecksum } from './trackers/sctp-checksum.ts'

export const text = (words: string): Uint8Array => Uint8Array.from(words, (letter) => letter.charCodeAt(0))

const join = (...parts: readonly Uint8Array[]): Uint8Array => Uint8Array.from(parts.flatMap((part) => [...part]))

const address = (words: string): Uint8Array => parseAddress(words) ?? new Uint8Array(4)

/** An IP packet of either version. */
export function ip(source: string, destination: string, protocol: number, payload: Uint8Array): Uint8Array {
  const from = address(source)
  const isIpv4 = from.length === 4
  const header = new Uint8Array(isIpv4 ? 12 : 8)
  header[0] = isIpv4 ? 0x45 : 0x60
  writeUint16(header, isIpv4 ? 2 : 4, (isIpv4 ? 20 : 0) + payload.length)
  header[isIpv4 ? 8 : 7] = 64
  header[isIpv4 ? 9 : 6] = protocol
  const packet = join(header, from, address(destination), payload)
  if (isIpv4) writeUint16(packet, 10, complement(sumWords(packet, 0, 20)))
  return packet
}

/** Writes the transport checksum at `at` (offset in the payload) of a whole packet. */
function summed(packet: Uint8Array, at: number, protocol: number): Uint8Array {
  const start = packet[0] === 0x45 ? 20 : 40
  const [from, to] = start === 20 ? [12, 20] : [8, 40]
  const isBare = protocol === Protocol.icmp
  const pseudo = isBare ? 0 : sumPseudoHeader(packet, from, to, packet.length - start, protocol)
  writeUint16(packet, start + at, complement(sumWords(packet, start, packet.length, pseudo)) || 0xffff)
  return packet
}

export function udp(source: string, sourcePort: number, destination: string, port: number, data = 'x'): Uint8Array {
  const header = new Uint8Array(8)
  writeUint16(header, 0, sourcePort)
  writeUint16(header, 2, port)
  writeUint16(header, 4, 8 + data.length)
  return summed(ip(source, destination, Protocol.udp, join(header, text(data))), 6, Protocol.udp)
}

export interface Segment {
  readonly sequence?: number
  readonly acknowledgment?: number
  readonly data?: string
  readonly window?: number
  /** Bytes; padded with zeros. */
  readonly options?: readonly number[]
}

const letters: Readonly<Record<string, number>> = {
  F: TcpFlag.fin,
  S: TcpFlag.syn,
  R: TcpFlag.rst,
  P: TcpFlag.psh,
  A: TcpFlag.ack,
  U: TcpFlag.urg,
  E: TcpFlag.ecn,
  C: TcpFlag.cwr,
}

/** `flags` by letter, as `SA`. */
export function tcp(
  source: string,
  sourcePort: number,
  destination: string,
  port: number,
  flags: string,
  of: Segment = {},
): Uint8Array {
  const options = of.options ?? []
  const length = 20 + ((options.length + 3) & ~3)
  const header = new Uint8Array(length)
  writeUint16(header, 0, sourcePort)
  writeUint16(header, 2, port)
  writeUint32(header, 4, of.sequence ?? 0)
  writeUint32(header, 8, of.acknowledgment ?? 0)
  header[12] = (length >> 2) << 4
  header[13] = [...flags].reduce((sum, letter) => sum | (letters[letter] ?? 0), 0)
  writeUint16(header, 14, of.window ?? 65_535)
  header.set(options, 20)
  return summed(ip(source, destination, Protocol.tcp, join(header, text(of.data ?? ''))), 16, Protocol.tcp)
}

/** `rest` are the second four bytes of the header. */
export function icmp(
  source: string,
  destination: string,
  type: number,
  code: number,
  rest = 0,
  quoted: Uint8Array = new Uint8Array(0),
): Uint8Array {
  const header = new Uint8Array(8)
  header[0] = type
  header[1] = code
  writeUint32(header, 4, rest)
  const protocol = source.includes(':') ? Protocol.icmpv6 : Protocol.icmp
  return summed(ip(source, destination, protocol, join(header, quoted)), 2, protocol)
}

export const echo = (source: string, destination: string, identifier: number, isReply = false): Uint8Array => {
  const request = source.includes(':') ? 128 : 8
  const reply = source.includes(':') ? 129 : 0
  return icmp(source, destination, isReply ? reply : request, 0, (identifier << 16) | 1)
}

/** Chunks as `[type, flags, value]`. */
export function sctp(
  source: string,
  sourcePort: number,
  destination: string,
  port: number,
  tag: number,
  chunks: readonly (readonly [number, number, readonly number[]])[],
): Uint8Array {
  const header = new Uint8Array(12)
  writeUint16(header, 0, sourcePort)
  writeUint16(header, 2, port)
  writeUint32(header, 4, tag)
  const bodies = chunks.map(([type, flags, value]) => {
    const chunk = new Uint8Array(4 + ((value.length + 3) & ~3))
    chunk[0] = type
    chunk[1] = flags
    writeUint16(chunk, 2, 4 + value.length)
    chunk.set(value, 4)
    return chunk
  })
  const segment = join(header, ...bodies)
  const sum = sctpChecksum(segment, 0, segment.length)
  segment.set(
    [sum, sum >>> 8, sum >>> 16, sum >>> 24].map((byte) => byte & 0xff),
    8,
  )
  return ip(source, destination, Protocol.sctp, segment)
}

/** A wire through a box that tracks and forwards everything. */
export class Wire {
  readonly conntrack: Conntrack
  /** Lines as of `conntrack -E` since the last {@link takeEvents}. */
  private events: string[] = []
  packet: Packet = new Packet()
  now = 1000
  private number = 0

  constructor(settings: Partial<ConntrackSettings> = {}) {
    this.conntrack = new Conntrack({ ...defaultSettings, ...settings })
    this.conntrack.listener = {
      entry: (kind, entry, changes) => this.events.push(listEvent(this.conntrack, kind, entry, changes)),
      expectation: (kind, one) => this.events.push(listExpectationEvent(this.conntrack, kind, one)),
    }
  }

  takeEvents(): string[] {
    const { events } = this
    this.events = []
    return events
  }

  /** Sees the packet come in: `new`, `established/r`, `invalid:checksum`, `dropped:table-full`. */
  track(bytes: Uint8Array, of: { readonly hook?: 0 | 3; readonly zone?: readonly [number, number] } = {}): string {
    this.packet = new Packet()
    const { packet, conntrack } = this
    packet.bytes = bytes
    packet.number = ++this.number
    packet.hook = of.hook ?? Hook.prerouting
    conntrack.advance(this.now)
    decode(packet, bytes.length)
    packet.zoneOriginal = of.zone?.[0] ?? 0
    packet.zoneReply = of.zone?.[1] ?? 0
    if (conntrack.track(packet) !== HookVerdict.accept) return `dropped:${reasons[packet.reason]?.code}`
    if (packet.state === 1) return `invalid:${reasons[packet.reason]?.code}`
    return `${stateNames[packet.state]}${packet.isReply ? '/r' : ''}`
  }

  /** Lets the tracked packet out. */
  confirm(): string {
    this.packet.hook = Hook.postrouting
    const isAccepted = this.conntrack.confirm(this.packet) === HookVerdict.accept
    return isAccepted ? 'accepted' : `dropped:${reasons[this.packet.reason]?.code}`
  }

  /** All the way through; where something drops it, that. */
  send(
    bytes: Uint8Array,
    of: { readonly hook?: 0 | 3; readonly zone?: readonly [number, number]; readonly helper?: string } = {},
  ): string {
    const state = this.track(bytes, of)
    if (state.startsWith('dropped')) return state
    if (of.helper) this.assign(of.helper)
    const verdict = this.confirm()
    return verdict === 'accepted' ? state : verdict
  }

  /** `ct helper set` to an object of that helper for the packet's protocol. */
  private assign(helper: string): void {
    const { conntrack, packet } = this
    conntrack.assignHelper(packet, { helper, protocol: conntrack.protocol(packet.entry), family: null })
  }

  /** Status words of the packet's entry. */
  status(): string {
    const status = this.conntrack.status(this.packet.entry)
    return statusNames.filter((_, bit) => (status >>> bit) & 1).join(',')
  }

  /** Whole seconds that the packet's entry has left. */
  timeout(): number {
    return Math.floor(this.conntrack.remaining(this.packet.entry) / 1000)
  }

  isConfirmed(): boolean {
    return (this.conntrack.status(this.packet.entry) & Status.confirmed) !== 0
  }
}
