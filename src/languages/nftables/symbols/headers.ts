/** Fields of every header that a payload match can name: offset and width in bits, and the type of the value. Data only. */

import type { PayloadValue } from '../../../model/rules/index.ts'
import type { DataType } from './datatype.ts'
import { integerType, dataTypes as t } from './datatypes.ts'

/** Offset in bits, width in bits, type. */
export type Field = readonly [offset: number, width: number, type: DataType]

export interface Header {
  readonly base: PayloadValue['base']
  /** What the packet must be for the header to be there; null: nothing is asked. */
  readonly network: 'ip' | 'ip6' | null
  /** Transport protocol number; null: any. */
  readonly transport: number | null
  readonly fields: Readonly<Record<string, Field>>
  /** Fields that exist only for some types of the message: the field's name to the values of `type`. */
  readonly onlyForTypes?: Readonly<Record<string, readonly number[]>>
}

const number = (offset: number, width: number): Field => [offset, width, integerType(width)]
const port = (offset: number): Field => [offset, 16, t.inet_service]
const ports = { sport: port(0), dport: port(16) }
const transport = (protocol: number, fields: Record<string, Field>): Header => ({
  base: 'transport',
  network: null,
  transport: protocol,
  fields,
})

export const headers = {
  ether: {
    base: 'link',
    network: null,
    transport: null,
    fields: { daddr: [0, 48, t.ether_addr], saddr: [48, 48, t.ether_addr], type: [96, 16, t.ether_type] },
  },
  ip: {
    base: 'network',
    network: 'ip',
    transport: null,
    fields: {
      version: number(0, 4),
      hdrlength: number(4, 4),
      dscp: [8, 6, t.dscp],
      ecn: [14, 2, t.ecn],
      length: number(16, 16),
      id: number(32, 16),
      'frag-off': number(48, 16),
      ttl: number(64, 8),
      protocol: [72, 8, t.inet_proto],
      checksum: number(80, 16),
      saddr: [96, 32, t.ipv4_addr],
      daddr: [128, 32, t.ipv4_addr],
    },
  },
  ip6: {
    base: 'network',
    network: 'ip6',
    transport: null,
    fields: {
      version: number(0, 4),
      dscp: [4, 6, t.dscp],
      ecn: [10, 2, t.ecn],
      flowlabel: number(12, 20),
      length: number(32, 16),
      nexthdr: [48, 8, t.inet_proto],
      hoplimit: number(56, 8),
      saddr: [64, 128, t.ipv6_addr],
      daddr: [192, 128, t.ipv6_addr],
    },
  },
  icmp: {
    base: 'transport',
    network: 'ip',
    transport: 1,
    fields: {
      type: [0, 8, t.icmp_type],
      code: [8, 8, t.icmp_code],
      checksum: number(16, 16),
      id: number(32, 16),
      sequence: number(48, 16),
      gateway: number(32, 32),
      mtu: number(48, 16),
    },
    onlyForTypes: { id: [8, 0], sequence: [8, 0], gateway: [5], mtu: [3] },
  },
  icmpv6: {
    base: 'transport',
    network: 'ip6',
    transport: 58,
    fields: {
      type: [0, 8, t.icmpv6_type],
      code: [8, 8, t.icmpv6_code],
      checksum: number(16, 16),
      'parameter-problem': number(32, 32),
      mtu: number(32, 32),
      id: number(32, 16),
      sequence: number(48, 16),
      'max-delay': number(32, 16),
      taddr: [64, 128, t.ipv6_addr],
      daddr: [192, 128, t.ipv6_addr],
    },
    onlyForTypes: {
      id: [128, 129],
      sequence: [128, 129],
      mtu: [2],
      'parameter-problem': [4],
      'max-delay': [130],
      taddr: [130, 131, 132, 135, 136, 137],
      daddr: [137],
    },
  },
  igmp: {
    base: 'transport',
    network: 'ip',
    transport: 2,
    fields: { type: [0, 8, t.igmp_type], mrt: number(8, 8), checksum: number(16, 16), group: [32, 32, t.ipv4_addr] },
  },
  tcp: transport(6, {
    ...ports,
    sequence: number(32, 32),
    ackseq: number(64, 32),
    doff: number(96, 4),
    reserved: number(100, 4),
    flags: [104, 8, t.tcp_flag],
    window: number(112, 16),
    checksum: number(128, 16),
    urgptr: number(144, 16),
  }),
  udp: transport(17, { ...ports, length: number(32, 16), checksum: number(48, 16) }),
  udplite: transport(136, { ...ports, csumcov: number(32, 16), checksum: number(48, 16) }),
  sctp: transport(132, { ...ports, vtag: number(32, 32), checksum: number(64, 32) }),
  dccp: transport(33, { ...ports, type: [67, 4, t.dccp_pkttype] }),
  ah: transport(51, {
    nexthdr: [0, 8, t.inet_proto],
    hdrlength: number(8, 8),
    reserved: number(16, 16),
    spi: number(32, 32),
    sequence: number(64, 32),
  }),
  esp: transport(50, { spi: number(0, 32), sequence: number(32, 32) }),
  comp: transport(108, { nexthdr: [0, 8, t.inet_proto], flags: number(8, 8), cpi: number(16, 16) }),
  th: { base: 'transport', network: null, transport: null, fields: ports },
} as const satisfies Record<string, Header>

export type HeaderName = keyof typeof headers

/** Other spellings of fields. */
export const fieldSpellings: Readonly<Record<string, string>> = { seq: 'sequence', 'header-length': 'hdrlength' }
