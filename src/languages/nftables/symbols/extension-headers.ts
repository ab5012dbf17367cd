/** IPv6 extension headers, TCP and IPv4 options and SCTP chunks by nft's names: offsets and widths in bits. Data only. */

import { integerType, dataTypes as t } from './datatypes.ts'
import type { Field } from './headers.ts'

const number = (offset: number, width: number): Field => [offset, width, integerType(width)]

export interface Extension {
  /** Protocol number, option kind, or chunk type. */
  readonly number: number
  readonly fields: Readonly<Record<string, Field>>
}

const next = { nexthdr: [0, 8, t.inet_proto], hdrlength: number(8, 8) } as const
const routing = { ...next, type: number(16, 8), 'seg-left': number(24, 8) } as const

export const extensionHeaders: Readonly<Record<string, Extension>> = {
  hbh: { number: 0, fields: next },
  rt: { number: 43, fields: routing },
  rt0: { number: 43, fields: { ...routing, 'addr[]': [64, 128, t.ipv6_addr] } },
  rt2: { number: 43, fields: { ...routing, addr: [64, 128, t.ipv6_addr] } },
  srh: {
    number: 43,
    fields: {
      ...routing,
      'last-entry': number(32, 8),
      flags: number(40, 8),
      tag: number(48, 16),
      'sid[]': [64, 128, t.ipv6_addr],
    },
  },
  frag: {
    number: 44,
    fields: {
      nexthdr: [0, 8, t.inet_proto],
      reserved: number(8, 8),
      'frag-off': number(16, 13),
      reserved2: number(29, 2),
      'more-fragments': number(31, 1),
      id: number(32, 32),
    },
  },
  dst: { number: 60, fields: next },
  mh: {
    number: 135,
    fields: { ...next, type: [16, 8, t.mh_type], reserved: number(24, 8), checksum: number(32, 16) },
  },
  ah: { number: 51, fields: {} },
}

const option = { kind: number(0, 8), length: number(8, 8) } as const
const sackBlock = (index: number): Readonly<Record<string, Field>> => ({
  ...option,
  left: number(16 + 64 * index, 32),
  right: number(48 + 64 * index, 32),
})

export const tcpOptions: Readonly<Record<string, Extension>> = {
  eol: { number: 0, fields: { kind: number(0, 8) } },
  nop: { number: 1, fields: { kind: number(0, 8) } },
  maxseg: { number: 2, fields: { ...option, size: number(16, 16) } },
  mss: { number: 2, fields: { ...option, size: number(16, 16) } },
  window: { number: 3, fields: { ...option, count: number(16, 8) } },
  'sack-perm': { number: 4, fields: option },
  'sack-permitted': { number: 4, fields: option },
  sack: { number: 5, fields: sackBlock(0) },
  sack0: { number: 5, fields: sackBlock(0) },
  sack1: { number: 5, fields: sackBlock(1) },
  sack2: { number: 5, fields: sackBlock(2) },
  sack3: { number: 5, fields: sackBlock(3) },
  echo: { number: 8, fields: option },
  timestamp: { number: 8, fields: { ...option, tsval: number(16, 32), tsecr: number(48, 32) } },
  md5sig: { number: 19, fields: option },
  mptcp: { number: 30, fields: { ...option, subtype: [16, 4, t.mptcp_subtype] } },
  fastopen: { number: 34, fields: option },
}

export const ipOptions: Readonly<Record<string, Extension>> = {
  rr: {
    number: 7,
    fields: { type: number(0, 8), length: number(8, 8), ptr: number(16, 8), addr: [24, 32, t.ipv4_addr] },
  },
  lsrr: {
    number: 131,
    fields: { type: number(0, 8), length: number(8, 8), ptr: number(16, 8), addr: [24, 32, t.ipv4_addr] },
  },
  ssrr: {
    number: 137,
    fields: { type: number(0, 8), length: number(8, 8), ptr: number(16, 8), addr: [24, 32, t.ipv4_addr] },
  },
  ra: { number: 148, fields: { type: number(0, 8), length: number(8, 8), value: number(16, 16) } },
}

const chunk = { type: number(0, 8), flags: number(8, 8), length: number(16, 16) } as const
const init = {
  ...chunk,
  'init-tag': number(32, 32),
  'a-rwnd': number(64, 32),
  'num-outbound-streams': number(96, 16),
  'num-inbound-streams': number(112, 16),
  'initial-tsn': number(128, 32),
} as const

export const sctpChunks: Readonly<Record<string, Extension>> = {
  data: {
    number: 0,
    fields: { ...chunk, tsn: number(32, 32), stream: number(64, 16), ssn: number(80, 16), ppid: number(96, 32) },
  },
  init: { number: 1, fields: init },
  'init-ack': { number: 2, fields: init },
  sack: {
    number: 3,
    fields: {
      ...chunk,
      'cum-tsn-ack': number(32, 32),
      'a-rwnd': number(64, 32),
      'num-gap-ack-blocks': number(96, 16),
      'num-dup-tsns': number(112, 16),
    },
  },
  heartbeat: { number: 4, fields: chunk },
  'heartbeat-ack': { number: 5, fields: chunk },
  abort: { number: 6, fields: chunk },
  shutdown: { number: 7, fields: { ...chunk, 'cum-tsn-ack': number(32, 32) } },
  'shutdown-ack': { number: 8, fields: chunk },
  error: { number: 9, fields: chunk },
  'cookie-echo': { number: 10, fields: chunk },
  'cookie-ack': { number: 11, fields: chunk },
  ecne: { number: 12, fields: { ...chunk, 'lowest-tsn': number(32, 32) } },
  cwr: { number: 13, fields: { ...chunk, 'lowest-tsn': number(32, 32) } },
  'shutdown-complete': { number: 14, fields: chunk },
  'asconf-ack': { number: 128, fields: { ...chunk, seqno: number(32, 32) } },
  'forward-tsn': { number: 192, fields: { ...chunk, 'new-cum-tsn': number(32, 32) } },
  asconf: { number: 193, fields: { ...chunk, seqno: number(32, 32) } },
}
