/** Bytes for a packet that was written in the notation: correct lengths and checksums, and what relates it to an earlier packet. */

import { printAddress, readUint16, readUint32 } from '../../model/bytes/index.ts'
import {
  addressLength,
  buildIcmp,
  buildIp,
  buildTcp,
  buildUdp,
  destinationAt,
  type Packet,
  Protocol,
  packetOf,
  sourceAt,
  TcpFlag,
  tcpHeaderLength,
} from '../../model/packet/index.ts'
import { buildSctpInit, buildUdpLite } from './craft-transport.ts'
import type { Endpoint, PacketNotation } from './notation.ts'

/** The bytes of an IP packet, or why none can be made. */
export type Crafted =
  | { readonly kind: 'packet'; readonly bytes: Uint8Array }
  | { readonly kind: 'impossible'; readonly message: string }

/** What a packet is between: filled from the notation, or from the packet it relates to. */
interface Frame {
  readonly protocol: number
  readonly source: Endpoint
  readonly destination: Endpoint
  /** The earlier packet that this one answers; null when it stands alone. */
  readonly answered: Packet | null
}

const impossible = (message: string): Crafted => ({ kind: 'impossible', message })

/** `earlier(n)` gives packet #n's bytes as they left the host, or as they reached it when they did not leave. */
export function craft(notation: PacketNotation, earlier: (number: number) => Uint8Array): Crafted {
  const { relation } = notation
  if (!relation)
    return build(notation, {
      protocol: notation.protocol!,
      source: notation.source!,
      destination: notation.destination!,
      answered: null,
    })
  const other = packetOf(earlier(relation.to))
  if (other.family === 0) return impossible(`packet #${relation.to} is no IP packet that could be related to`)
  if (relation.kind === 'again') return { kind: 'packet', bytes: earlier(relation.to) }
  if (relation.kind === 'about') return buildError(notation, other)
  if (other.fragmentOffset > 0)
    return impossible(`packet #${relation.to} is a later fragment: there is nothing to reply to`)
  const ports = portsOf(other)
  const frame = {
    protocol: other.protocol,
    source: notation.source ?? { address: destinationOf(other), port: ports?.destination ?? null },
    destination: notation.destination ?? { address: sourceOf(other), port: ports?.source ?? null },
    answered: other,
  }
  return build(notation, frame)
}

const sourceOf = (packet: Packet): string => printAddress(packet.bytes, sourceAt(packet), addressLength(packet))
const destinationOf = (packet: Packet): string =>
  printAddress(packet.bytes, destinationAt(packet), addressLength(packet))

function portsOf(packet: Packet): { source: number; destination: number } | null {
  if (packet.transport < 0 || packet.transport + 4 > packet.end) return null
  return {
    source: readUint16(packet.bytes, packet.transport),
    destination: readUint16(packet.bytes, packet.transport + 2),
  }
}

/** An ICMP error from the party that got the other packet, to the one that sent it, quoting as much as RFC 1812 and RFC 4443 allow. */
function buildError(notation: PacketNotation, other: Packet): Crafted {
  const family = other.family === 6 ? 6 : 4
  const numbers = notation.icmp?.[family]
  if (!numbers)
    return impossible(
      `expected an ICMP${family === 6 ? 'v6' : ''} error for packet #${notation.relation?.to}, which is IPv${family}; the word is of the other family`,
    )
  const limit = notation.settings.quote ?? (family === 4 ? 548 : 1232)
  const mtu = notation.settings.mtu ?? 0
  const bytes = buildIcmp({
    ...ipFields(notation),
    from: notation.source?.address ?? destinationOf(other),
    to: notation.destination?.address ?? sourceOf(other),
    ...numbers,
    identifier: family === 6 ? mtu >>> 16 : 0,
    sequence: mtu & 0xffff,
    payload: other.bytes.subarray(other.start, Math.min(other.end, other.start + limit)),
    ...badChecksum(notation),
  })
  return { kind: 'packet', bytes }
}

function build(notation: PacketNotation, frame: Frame): Crafted {
  const ends = {
    ...ipFields(notation),
    from: frame.source.address,
    to: frame.destination.address,
    ...badChecksum(notation),
  }
  const ports = { fromPort: frame.source.port ?? 0, toPort: frame.destination.port ?? 0 }
  const payload = dataOf(notation)
  switch (frame.protocol) {
    case Protocol.tcp:
      return { kind: 'packet', bytes: buildTcp({ ...ends, ...ports, payload, ...tcpFields(notation, frame.answered) }) }
    case Protocol.udp:
      return { kind: 'packet', bytes: buildUdp({ ...ends, ...ports, payload }) }
    case Protocol.icmp:
    case Protocol.icmpv6:
      return buildQuery(notation, frame, ends, payload)
    case Protocol.udplite:
      return { kind: 'packet', bytes: buildUdpLite({ ...ends, ...ports, payload }) }
    case Protocol.sctp:
      if (frame.answered)
        return impossible(
          'there is no `reply to` for SCTP; packets that open an association can be written: sctp A:1 > B:2',
        )
      return { kind: 'packet', bytes: buildSctpInit({ ...ends, ...ports }) }
    default:
      return { kind: 'packet', bytes: buildIp(ends, frame.protocol, payload) }
  }
}

function dataOf(notation: PacketNotation): Uint8Array {
  return notation.data ?? new Uint8Array(notation.settings.length ?? 0).fill(0x78)
}

function ipFields(notation: PacketNotation): { ttl?: number; tos?: number; dontFragment?: boolean } {
  const { ttl, tos } = notation.settings
  return {
    ...(ttl === undefined ? {} : { ttl }),
    ...(tos === undefined ? {} : { tos }),
    ...(notation.dontFragment === null ? {} : { dontFragment: notation.dontFragment }),
  }
}

/** A checksum that is wrong whatever the bytes: the builders write it as it is. */
const badChecksum = (notation: PacketNotation): { checksum?: number } =>
  notation.hasBadChecksum ? { checksum: 0xbad } : {}

const replyTypes: Readonly<Record<number, number>> = { 8: 0, 13: 14, 15: 16, 17: 18, 128: 129, 139: 140 }

function buildQuery(
  notation: PacketNotation,
  frame: Frame,
  ends: { from: string; to: string },
  payload: Uint8Array,
): Crafted {
  const family = ends.from.includes(':') ? 6 : 4
  const { answered } = frame
  const asked = answered && answered.transport + 8 <= answered.end ? answered : null
  const numbers = notation.icmp ? notation.icmp[family] : defaultQuery(asked, family)
  if (!numbers) return impossible(`there is no reply to this ICMP type; name one, as in \`echo-reply\` or \`type=0\``)
  const bytes = buildIcmp({
    ...ends,
    ...numbers,
    identifier: notation.settings.id ?? (asked ? readUint16(asked.bytes, asked.transport + 4) : 1),
    sequence: notation.settings.seq ?? (asked ? readUint16(asked.bytes, asked.transport + 6) : 1),
    payload,
  })
  return { kind: 'packet', bytes }
}

function defaultQuery(asked: Packet | null, family: 4 | 6): { type: number; code: number } | null {
  if (!asked) return { type: family === 4 ? 8 : 128, code: 0 }
  const type = replyTypes[asked.bytes[asked.transport]!]
  return type === undefined ? null : { type, code: 0 }
}

interface TcpSettings {
  readonly flags: string
  readonly sequence: number
  readonly acknowledgment: number
  readonly window?: number
  readonly tcpOptions?: Uint8Array
}

/** A reply continues where the answered segment's numbers leave off; alone, a segment is a SYN with sequence 1000. */
function tcpFields(notation: PacketNotation, answered: Packet | null): TcpSettings {
  const { seq, ack, win } = notation.settings
  const follow = answered ? followUp(answered) : { flags: TcpFlag.syn, sequence: 1000, acknowledgment: 0 }
  const hasData = dataOf(notation).length > 0
  const flags = notation.flags ?? follow.flags | (hasData && follow.flags === TcpFlag.ack ? TcpFlag.psh : 0)
  return {
    flags: letters(flags),
    sequence: seq ?? follow.sequence,
    acknowledgment: ack ?? (flags & TcpFlag.ack ? follow.acknowledgment : 0),
    ...(win === undefined ? {} : { window: win }),
    ...tcpOptions(notation),
  }
}

function followUp(answered: Packet): { flags: number; sequence: number; acknowledgment: number } {
  const { bytes, transport, end } = answered
  if (transport < 0 || transport + tcpHeaderLength > end)
    return { flags: TcpFlag.ack, sequence: 1000, acknowledgment: 0 }
  const flags = bytes[transport + 13]!
  const dataLength = Math.max(0, end - transport - ((bytes[transport + 12]! >>> 4) << 2))
  const length = dataLength + (flags & TcpFlag.syn ? 1 : 0) + (flags & TcpFlag.fin ? 1 : 0)
  const isOpening = (flags & (TcpFlag.syn | TcpFlag.ack)) === TcpFlag.syn
  return {
    flags: isOpening ? TcpFlag.syn | TcpFlag.ack : TcpFlag.ack,
    sequence: flags & TcpFlag.ack ? readUint32(bytes, transport + 8) : 5000,
    acknowledgment: (readUint32(bytes, transport + 4) + length) >>> 0,
  }
}

const letters = (flags: number): string => [...'FSRPAUEC'].filter((_, bit) => (flags >>> bit) & 1).join('')

function tcpOptions(notation: PacketNotation): { tcpOptions?: Uint8Array } {
  const { mss, wscale } = notation.settings
  const options: number[] = []
  if (mss !== undefined) options.push(2, 4, mss >>> 8, mss & 255)
  if (wscale !== undefined) options.push(1, 3, 3, wscale)
  return options.length === 0 ? {} : { tcpOptions: Uint8Array.from(options) }
}
