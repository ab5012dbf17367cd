/** Entries and expectations of ctnetlink, linux/netfilter/nfnetlink_conntrack.h, under the names of the lab's results. */
import { sctpStateNames, statusNames, tcpStateNames } from '../../model/conntrack/index.ts'
import type { Codec } from './attribute.ts'
import {
  attribute,
  be16,
  be32,
  be64,
  bytes,
  decodeAttributes,
  eachAttribute,
  encodeAttribute,
  flags,
  host32,
  nested,
  text,
  u8,
} from './attribute.ts'
import { NETFILTER_HEADER_BYTES } from './netfilter.ts'
import type { Tuple } from './tuple.ts'
import { tuple } from './tuple.ts'

export const conntrackCommand = { new: 0, get: 1, delete: 2 } as const

const expectationFlags = ['permanent', 'inactive', 'userspace']

/** An entry: `l3` is an NFPROTO number, `id` the kernel's salted hash, `timeout` in seconds, o and r the directions. */
export interface TrackedEntry {
  l3: number
  orig?: Tuple
  reply?: Tuple
  status?: string[]
  tcp?: { state: string; wscale_o?: number; wscale_r?: number; flags_o?: number; flags_r?: number }
  sctp?: { state: string; vtag_o: number; vtag_r: number }
  helper?: string
  timeout?: number
  mark?: number
  packets_o?: number
  bytes_o?: number
  packets_r?: number
  bytes_r?: number
  id?: number
  master?: Tuple
  /** Position in the stream, and the shifts before and after it. */
  seqadj_o?: number[]
  seqadj_r?: number[]
  zone?: number
  labels?: string
}

/** An expectation: `nat.dir` is 0 for original, `class` the helper's own number, `fn` what the kernel calls on a hit. */
export interface TrackedExpectation {
  l3: number
  master?: Tuple
  tuple?: Tuple
  mask?: Tuple
  timeout?: number
  helper?: string
  zone?: number
  flags?: string[]
  class?: number
  nat?: { dir: number; tuple: Tuple }
  fn?: string
}

function stateName(names: readonly string[]): Codec<string> {
  return {
    leastBytes: 1,
    encode: (value) => u8.encode(names.indexOf(value)),
    decode: (value) => names[u8.decode(value)] ?? String(u8.decode(value)),
  }
}

const tcp = {
  state: attribute(1, stateName(tcpStateNames)),
  wscale_o: attribute(2, u8),
  wscale_r: attribute(3, u8),
  // CTA_PROTOINFO_TCP_FLAGS_*: struct nf_ct_tcp_flags, the flags and then their mask.
  flags_o: attribute(4, u8),
  flags_r: attribute(5, u8),
}
const sctp = { state: attribute(1, stateName(sctpStateNames)), vtag_o: attribute(2, be32), vtag_r: attribute(3, be32) }
const protocolState = { tcp: attribute(1, nested(tcp)), sctp: attribute(3, nested(sctp)) }
const counters = { packets: attribute(1, be64), bytes: attribute(2, be64) }
const adjustment = { position: attribute(1, be32), before: attribute(2, be32), after: attribute(3, be32) }

const entryAttributes = {
  orig: attribute(1, tuple),
  reply: attribute(2, tuple),
  status: attribute(3, flags(statusNames)),
  protocolState: attribute(4, nested(protocolState)),
  helper: attribute(5, nested({ name: attribute(1, text) })),
  timeout: attribute(7, be32),
  mark: attribute(8, be32),
  countersOriginal: attribute(9, nested(counters)),
  countersReply: attribute(10, nested(counters)),
  // An opaque number: the kernel does not turn it round.
  id: attribute(12, host32),
  master: attribute(14, tuple),
  adjustmentOriginal: attribute(15, nested(adjustment)),
  adjustmentReply: attribute(16, nested(adjustment)),
  zone: attribute(18, be16),
  labels: attribute(22, bytes),
}

const expectationAttributes = {
  master: attribute(1, tuple),
  tuple: attribute(2, tuple),
  mask: attribute(3, tuple),
  timeout: attribute(4, be32),
  helper: attribute(6, text),
  zone: attribute(7, be16),
  flags: attribute(8, flags(expectationFlags)),
  class: attribute(9, be32),
  nat: attribute(10, nested({ dir: attribute(1, be32), tuple: attribute(2, tuple) })),
  fn: attribute(11, text),
}

/** Decodes the body of a conntrack message. */
export function decodeEntry(body: Uint8Array): TrackedEntry {
  const decoded = decodeAttributes(entryAttributes, body.subarray(NETFILTER_HEADER_BYTES))
  const {
    protocolState: state,
    helper,
    countersOriginal,
    countersReply,
    adjustmentOriginal,
    adjustmentReply,
    labels,
    ...rest
  } = decoded
  const entry: TrackedEntry = { l3: body[0] ?? 0, ...rest }
  if (state?.tcp?.state !== undefined) entry.tcp = { ...state.tcp, state: state.tcp.state }
  if (state?.sctp?.state !== undefined) {
    entry.sctp = { state: state.sctp.state, vtag_o: state.sctp.vtag_o ?? 0, vtag_r: state.sctp.vtag_r ?? 0 }
  }
  if (helper?.name !== undefined) entry.helper = helper.name
  if (countersOriginal?.packets !== undefined) entry.packets_o = countersOriginal.packets
  if (countersOriginal?.bytes !== undefined) entry.bytes_o = countersOriginal.bytes
  if (countersReply?.packets !== undefined) entry.packets_r = countersReply.packets
  if (countersReply?.bytes !== undefined) entry.bytes_r = countersReply.bytes
  if (adjustmentOriginal !== undefined) entry.seqadj_o = adjustmentValues(adjustmentOriginal)
  if (adjustmentReply !== undefined) entry.seqadj_r = adjustmentValues(adjustmentReply)
  if (labels !== undefined) entry.labels = Buffer.from(labels).toString('hex')
  return entry
}

/** Decodes the body of an expectation message. */
export function decodeExpectation(body: Uint8Array): TrackedExpectation {
  const { nat, ...rest } = decodeAttributes(expectationAttributes, body.subarray(NETFILTER_HEADER_BYTES))
  const expectation: TrackedExpectation = { l3: body[0] ?? 0, ...rest }
  if (nat?.dir !== undefined) expectation.nat = { dir: nat.dir, tuple: nat.tuple ?? {} }
  return expectation
}

/** A get request for the entry that an event or answer told of: its original tuple and its zone, byte for byte. */
export function encodeEntryQuery(body: Uint8Array): Uint8Array {
  const { orig, zone } = entryAttributes
  const key: Uint8Array[] = [Uint8Array.of(body[0] ?? 0, 0, 0, 0)]
  for (const [number, value] of eachAttribute(body.subarray(NETFILTER_HEADER_BYTES))) {
    if (number === orig.number || number === zone.number)
      key.push(encodeAttribute(number, value, number === orig.number))
  }
  return Buffer.concat(key)
}

function adjustmentValues(values: { position?: number; before?: number; after?: number }): number[] {
  return [values.position, values.before, values.after].filter((value) => value !== undefined)
}
