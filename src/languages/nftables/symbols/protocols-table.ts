/** Numbers by name: transport protocols, EtherTypes, netfilter protocols, hardware types (IANA, linux/if_arp.h). */

export const protocolNumbers = {
  ip: 0,
  icmp: 1,
  igmp: 2,
  ggp: 3,
  ipencap: 4,
  st: 5,
  tcp: 6,
  egp: 8,
  igp: 9,
  pup: 12,
  udp: 17,
  hmp: 20,
  'xns-idp': 22,
  rdp: 27,
  'iso-tp4': 29,
  dccp: 33,
  xtp: 36,
  ddp: 37,
  'idpr-cmtp': 38,
  ipv6: 41,
  'ipv6-route': 43,
  'ipv6-frag': 44,
  idrp: 45,
  rsvp: 46,
  gre: 47,
  esp: 50,
  ah: 51,
  skip: 57,
  'ipv6-icmp': 58,
  icmpv6: 58,
  'ipv6-nonxt': 59,
  'ipv6-opts': 60,
  rspf: 73,
  vmtp: 81,
  eigrp: 88,
  ospf: 89,
  ospfigp: 89,
  'ax.25': 93,
  ipip: 94,
  etherip: 97,
  encap: 98,
  pim: 103,
  comp: 108,
  ipcomp: 108,
  vrrp: 112,
  l2tp: 115,
  isis: 124,
  sctp: 132,
  fc: 133,
  'mobility-header': 135,
  udplite: 136,
  'mpls-in-ip': 137,
  manet: 138,
  hip: 139,
  shim6: 140,
  wesp: 141,
  rohc: 142,
} as const

export const etherTypes = {
  ip: 0x0800,
  arp: 0x0806,
  ip6: 0x86dd,
  vlan: 0x8100,
  '8021q': 0x8100,
  '8021ad': 0x88a8,
} as const

export const netfilterProtocols = { ipv4: 2, ipv6: 10 } as const

export const hardwareTypes = {
  ether: 1,
  ppp: 512,
  ipip: 768,
  ipip6: 769,
  sit: 776,
  ipgre: 778,
  ip6gre: 823,
  loopback: 772,
} as const

export const packetTypes = { host: 0, unicast: 0, broadcast: 1, multicast: 2, other: 3 } as const

/** Address types of `fib`; the kernel's RTN_*. */
export const fibAddressTypes = {
  unspec: 0,
  unicast: 1,
  local: 2,
  broadcast: 3,
  anycast: 4,
  multicast: 5,
  blackhole: 6,
  unreachable: 7,
  prohibit: 8,
  throw: 9,
  nat: 10,
  xresolve: 11,
} as const

export const realms = { cosmos: 0 } as const
export const deviceGroups = { default: 0 } as const
export const days = { Sunday: 0, Monday: 1, Tuesday: 2, Wednesday: 3, Thursday: 4, Friday: 5, Saturday: 6 } as const
