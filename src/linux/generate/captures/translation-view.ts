/**
 * What peers in the wan see of recorded packets when the box translates: learned from what the kernel emits, applied to what
 * was recorded of the peers, so that they answer the addresses, ports and numbers that really reached them.
 */

import {
  addressText,
  complement,
  parseAddress,
  readUint16,
  readUint32,
  sumPseudoHeader,
  sumWords,
  writeUint16,
  writeUint32,
} from '../../../model/bytes/index.ts'
import { Protocol } from '../../../model/packet/index.ts'
import { mendHeaderChecksum } from '../abuse/damage.ts'

/** Where things lie in a whole, unfragmented packet without extension headers. */
interface Layout {
  readonly protocol: number
  readonly sourceAt: number
  readonly addressLength: 4 | 16
  readonly transport: number
  readonly end: number
}

interface End {
  readonly address: string
  readonly port: number
}

const SEGMENT_OPTIONS = 12
const checksumAt: Readonly<Record<number, number>> = { [Protocol.tcp]: 16, [Protocol.udp]: 6, [Protocol.icmpv6]: 2 }
const icmpErrors: Readonly<Record<number, readonly number[]>> = {
  [Protocol.icmp]: [3, 4, 5, 11, 12],
  [Protocol.icmpv6]: [1, 2, 3, 4],
}

export class TranslationView {
  readonly #lan: ReadonlySet<string>
  readonly #outside: { readonly 4: string; readonly 16: string }
  /** How a flow's own end in the lan is seen from the wan. */
  readonly #ends = new Map<string, End>()
  /** By sender and receiver as recorded: ends of segments as recorded, and as they were emitted. */
  readonly #shifts = new Map<string, { recorded: number; emitted: number }[]>()

  /** `outside`: the box's addresses in the wan, by the length of an address in bytes. */
  constructor(lan: ReadonlySet<string>, outside: { readonly 4: string; readonly 16: string }) {
    this.#lan = lan
    this.#outside = outside
  }

  /** Learns from a recorded packet and what the box made of it on the other side. */
  learn(recorded: Uint8Array, emitted: Uint8Array): void {
    const own = layoutOf(recorded)
    const other = layoutOf(emitted)
    if (!own || !other || own.protocol !== other.protocol) return
    const [from, to] = endsOf(recorded, own)
    this.#ends.set(`${own.protocol} ${from.address} ${from.port} ${peerKey(own, to)}`, endsOf(emitted, other)[0])
    if (own.protocol === Protocol.tcp) {
      const list = this.#shifts.get(flowKey(from, to)) ?? []
      list.push({ recorded: segmentEnd(recorded, own), emitted: segmentEnd(emitted, other) })
      this.#shifts.set(flowKey(from, to), list)
    }
  }

  /** A recorded packet as its sender sends it now. */
  apply(recorded: Uint8Array): Uint8Array {
    const layout = layoutOf(recorded)
    if (!layout) return this.#redirected(recorded, null)
    const bytes = recorded.slice()
    const [from, to] = endsOf(bytes, layout)
    const before = isIntact(bytes, layout)
    if (layout.protocol === Protocol.tcp) this.#shift(bytes, layout, from, to)
    const result = this.#redirected(bytes, layout)
    if (before) mendTransportChecksum(result, layout)
    return result
  }

  /** To the address and port behind which the wan knows the lan's end. */
  #redirected(recorded: Uint8Array, layout: Layout | null): Uint8Array {
    const bytes = recorded.slice()
    const place = layout ?? headerOf(bytes)
    if (!place) return bytes
    const length = place.addressLength
    const destinationAt = place.sourceAt + length
    const to = addressText(bytes.slice(destinationAt, destinationAt + length))
    const from = addressText(bytes.slice(place.sourceAt, destinationAt))
    if (!this.#lan.has(to) || this.#lan.has(from)) return bytes
    const known = layout === null ? undefined : this.#known(bytes, layout)
    bytes.set(parseAddress(known?.address ?? this.#outside[length]) ?? [], destinationAt)
    if (length === 4) mendHeaderChecksum(bytes)
    if (layout && known) writePort(bytes, layout, known.port)
    if (layout && icmpErrors[layout.protocol]?.includes(bytes[layout.transport] ?? 0))
      this.#redirectQuoted(bytes, layout)
    return bytes
  }

  #known(bytes: Uint8Array, layout: Layout): End | undefined {
    const [from, to] = endsOf(bytes, layout)
    return this.#ends.get(`${layout.protocol} ${to.address} ${to.port} ${peerKey(layout, from)}`)
  }

  /** An error quotes the packet as the wan saw it. */
  #redirectQuoted(bytes: Uint8Array, layout: Layout): void {
    const start = layout.transport + 8
    const inner = bytes.slice(start, layout.end)
    const quoted = layoutOf(inner, true)
    if (!quoted) return
    const [from, to] = endsOf(inner, quoted)
    const known = this.#ends.get(`${quoted.protocol} ${from.address} ${from.port} ${peerKey(quoted, to)}`)
    if (!known) return
    inner.set(parseAddress(known.address) ?? [], quoted.sourceAt)
    if (hasPorts(quoted.protocol)) writeUint16(inner, quoted.transport, known.port)
    if (quoted.addressLength === 4) mendHeaderChecksum(inner)
    bytes.set(inner, start)
    const outside = parseAddress(known.address)
    if (outside) bytes.set(outside, layout.sourceAt + layout.addressLength)
    if (layout.addressLength === 4) mendHeaderChecksum(bytes)
  }

  /** Acknowledges what was received instead of what was recorded. */
  #shift(bytes: Uint8Array, { transport }: Layout, from: End, to: End): void {
    const list = this.#shifts.get(flowKey(to, from))
    const acknowledged = readUint32(bytes, transport + 8)
    const exact = list?.findLast(({ recorded }) => recorded === acknowledged)
    const last = exact ?? list?.at(-1)
    if (last) writeUint32(bytes, transport + 8, acknowledged + last.emitted - last.recorded)
  }
}

const flowKey = (from: End, to: End): string => `${from.address} ${from.port} ${to.address} ${to.port}`
const hasPorts = (protocol: number): boolean => protocol === Protocol.tcp || protocol === Protocol.udp
/** ICMP questions have one number for both ends. */
const peerKey = ({ protocol }: Layout, peer: End): string =>
  hasPorts(protocol) ? `${peer.address} ${peer.port}` : peer.address

function headerOf(bytes: Uint8Array): Pick<Layout, 'sourceAt' | 'addressLength'> | null {
  const version = (bytes[0] ?? 0) >>> 4
  if (version === 4 && bytes.length >= 20) return { sourceAt: 12, addressLength: 4 }
  return version === 6 && bytes.length >= 40 ? { sourceAt: 8, addressLength: 16 } : null
}

/** Null for fragments, and for what has no transport header that is known here. A quoted packet may be cut. */
function layoutOf(bytes: Uint8Array, isQuoted: boolean = false): Layout | null {
  const header = headerOf(bytes)
  if (!header) return null
  const isVersion4 = header.addressLength === 4
  if (isVersion4 && (readUint16(bytes, 6) & 0x3fff) !== 0) return null
  const transport = isVersion4 ? (bytes[0]! & 15) << 2 : 40
  const protocol = isVersion4 ? bytes[9]! : bytes[6]!
  const length = isVersion4 ? readUint16(bytes, 2) : 40 + readUint16(bytes, 4)
  const end = Math.min(length, bytes.length)
  const least = isQuoted ? 8 : protocol === Protocol.tcp ? 20 : 8
  const isKnown = hasPorts(protocol) || protocol === Protocol.icmp || protocol === Protocol.icmpv6
  return isKnown && transport + least <= end ? { ...header, protocol, transport, end } : null
}

function endsOf(bytes: Uint8Array, { protocol, sourceAt, addressLength, transport }: Layout): [End, End] {
  const destinationAt = sourceAt + addressLength
  const identifier = readUint16(bytes, transport + 4)
  return [
    {
      address: addressText(bytes.slice(sourceAt, destinationAt)),
      port: hasPorts(protocol) ? readUint16(bytes, transport) : identifier,
    },
    {
      address: addressText(bytes.slice(destinationAt, destinationAt + addressLength)),
      port: hasPorts(protocol) ? readUint16(bytes, transport + 2) : identifier,
    },
  ]
}

function writePort(bytes: Uint8Array, { protocol, transport }: Layout, port: number): void {
  if (hasPorts(protocol)) writeUint16(bytes, transport + 2, port)
  else if (!icmpErrors[protocol]?.includes(bytes[transport]!)) writeUint16(bytes, transport + 4, port)
}

/** The number behind a segment's last byte. */
function segmentEnd(bytes: Uint8Array, { transport, end }: Layout): number {
  const header = (bytes[transport + SEGMENT_OPTIONS]! >>> 4) << 2
  const flags = bytes[transport + 13]!
  const payload = Math.max(0, end - transport - header)
  return (readUint32(bytes, transport + 4) + payload + (flags & 1) + ((flags >>> 1) & 1)) >>> 0
}

/** Whether the transport checksum was right as recorded: a wrong one must stay wrong. */
function isIntact(bytes: Uint8Array, layout: Layout): boolean {
  const at = layout.transport + (checksumAt[layout.protocol] ?? 2)
  if (layout.protocol === Protocol.udp && readUint16(bytes, at) === 0) return false
  return complement(sum(bytes, layout)) === 0
}

function mendTransportChecksum(bytes: Uint8Array, layout: Layout): void {
  const at = layout.transport + (checksumAt[layout.protocol] ?? 2)
  writeUint16(bytes, at, 0)
  const right = complement(sum(bytes, layout))
  writeUint16(bytes, at, layout.protocol === Protocol.udp && right === 0 ? 0xffff : right)
}

function sum(bytes: Uint8Array, { protocol, sourceAt, addressLength, transport, end }: Layout): number {
  const pseudo =
    protocol === Protocol.icmp
      ? 0
      : sumPseudoHeader(bytes, sourceAt, sourceAt + 2 * addressLength, end - transport, protocol)
  return sumWords(bytes, transport, end, pseudo)
}
