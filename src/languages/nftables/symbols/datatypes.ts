/** All data types that the modelled tables can use, by nft's name. */

import { conntrackDirections, conntrackEvents, conntrackStates, conntrackStatus } from './conntrack-names.ts'
import type { DataType, Names, Notation } from './datatype.ts'
import { dscpNames, ecnNames, mptcpSubtypes, tcpFlags } from './header-names.ts'
import {
  dccpTypes,
  icmpCodes,
  icmpTypes,
  icmpv6Codes,
  icmpv6Types,
  icmpxCodes,
  igmpTypes,
  mobilityTypes,
} from './icmp-names.ts'
import {
  days,
  deviceGroups,
  etherTypes,
  fibAddressTypes,
  hardwareTypes,
  netfilterProtocols,
  packetTypes,
  protocolNumbers,
  realms,
} from './protocols-table.ts'
import { services } from './services.ts'

const type = (
  name: string,
  title: string,
  width: number,
  notation: Notation,
  names: Names | null = null,
): DataType => ({
  name,
  title,
  width,
  notation,
  names,
})

/** `integer` of some width, for fields that have no type of their own. */
export const integerType = (width: number): DataType => type('integer', `a number of ${width} bits`, width, 'integer')
export const stringType = (width = 128): DataType => type('string', 'a string', width, 'string')

export const dataTypes = {
  verdict: type('verdict', 'a verdict', 32, 'verdict'),
  boolean: type('boolean', 'exists or missing', 8, 'boolean', { exists: 1, missing: 0 }),
  ipv4_addr: type('ipv4_addr', 'an IPv4 address', 32, 'ipv4'),
  ipv6_addr: type('ipv6_addr', 'an IPv6 address', 128, 'ipv6'),
  ether_addr: type('ether_addr', 'an Ethernet address', 48, 'link'),
  ether_type: type('ether_type', 'an EtherType', 16, 'integer', etherTypes),
  inet_proto: type('inet_proto', 'a transport protocol', 8, 'integer', protocolNumbers),
  inet_service: type('inet_service', 'a port', 16, 'integer', services),
  icmp_type: type('icmp_type', 'an ICMP type', 8, 'integer', icmpTypes),
  icmp_code: type('icmp_code', 'an ICMP code', 8, 'integer', icmpCodes),
  icmpv6_type: type('icmpv6_type', 'an ICMPv6 type', 8, 'integer', icmpv6Types),
  icmpv6_code: type('icmpv6_code', 'an ICMPv6 code', 8, 'integer', icmpv6Codes),
  icmpx_code: type('icmpx_code', 'an abstract reject code', 8, 'integer', icmpxCodes),
  igmp_type: type('igmp_type', 'an IGMP type', 8, 'integer', igmpTypes),
  mh_type: type('mh_type', 'a mobility header type', 8, 'integer', mobilityTypes),
  dccp_pkttype: type('dccp_pkttype', 'a DCCP packet type', 4, 'integer', dccpTypes),
  tcp_flag: type('tcp_flag', 'TCP flags', 8, 'bitmask', tcpFlags),
  dscp: type('dscp', 'a DSCP', 6, 'integer', dscpNames),
  mptcp_subtype: type('mptcp_subtype', 'an MPTCP subtype', 4, 'integer', mptcpSubtypes),
  ecn: type('ecn', 'an ECN code point', 2, 'integer', ecnNames),
  mark: type('mark', 'a mark', 32, 'integer'),
  iface_index: type('iface_index', 'an interface', 32, 'interface'),
  ifname: type('ifname', 'an interface name', 128, 'string'),
  iface_type: type('iface_type', 'an interface type', 16, 'integer', hardwareTypes),
  devgroup: type('devgroup', 'an interface group', 32, 'integer', deviceGroups),
  ct_state: type('ct_state', 'conntrack states', 32, 'bitmask', conntrackStates),
  ct_status: type('ct_status', 'conntrack status bits', 32, 'bitmask', conntrackStatus),
  ct_dir: type('ct_dir', 'a conntrack direction', 8, 'integer', conntrackDirections),
  ct_label: type('ct_label', 'a conntrack label', 128, 'index'),
  ct_event: type('ct_event', 'conntrack events', 32, 'bitmask', conntrackEvents),
  ct_id: type('ct_id', 'a conntrack id', 32, 'integer'),
  nf_proto: type('nf_proto', 'ipv4 or ipv6', 8, 'integer', netfilterProtocols),
  pkt_type: type('pkt_type', 'a packet type', 8, 'integer', packetTypes),
  fib_addrtype: type('fib_addrtype', 'an address type', 32, 'integer', fibAddressTypes),
  realm: type('realm', 'a routing realm', 32, 'integer', realms),
  uid: type('uid', 'a user', 32, 'user'),
  gid: type('gid', 'a group', 32, 'user'),
  classid: type('classid', 'a traffic class', 32, 'class', { none: 0, root: 0xffffffff }),
  time: type('time', 'a time', 32, 'milliseconds'),
  instant: type('time', 'a date and time', 64, 'instant'),
  day: type('day', 'a day of the week', 8, 'integer', days),
  hour: type('hour', 'an hour of the day', 32, 'hour'),
  cgroupsv2: type('cgroupsv2', 'a control group', 64, 'integer'),
} as const satisfies Record<string, DataType>

/** The type that a set declaration names, or null. */
export function dataTypeNamed(name: string): DataType | null {
  if (name === 'string') return stringType()
  return Object.hasOwn(dataTypes, name) && name !== 'instant'
    ? (Object.entries(dataTypes).find(([key]) => key === name)?.[1] ?? null)
    : null
}

export const dataTypeNames = (): string[] => Object.keys(dataTypes).filter((name) => name !== 'instant')
