/** Names of conntrack's states, status bits, directions and events, with their bits as nft's keys give them. */

export const conntrackStates = { invalid: 1, established: 2, related: 4, new: 8, untracked: 64 } as const

export const conntrackStatus = {
  expected: 0x1,
  'seen-reply': 0x2,
  assured: 0x4,
  confirmed: 0x8,
  snat: 0x10,
  dnat: 0x20,
  dying: 0x200,
} as const

export const conntrackDirections = { original: 0, reply: 1 } as const

export const conntrackEvents = {
  new: 0x1,
  related: 0x2,
  destroy: 0x4,
  reply: 0x8,
  assured: 0x10,
  protoinfo: 0x20,
  helper: 0x40,
  mark: 0x80,
  seqadj: 0x100,
  secmark: 0x200,
  label: 0x400,
} as const

/** Helpers of the kernel with the transport protocols that they take. `families` 4: not for IPv6. */
export const conntrackHelpers: Readonly<
  Record<string, { readonly protocols: readonly number[]; readonly families: 4 | 46 }>
> = {
  amanda: { protocols: [17], families: 46 },
  ftp: { protocols: [6], families: 46 },
  'H.245': { protocols: [17], families: 46 },
  irc: { protocols: [6], families: 4 },
  'netbios-ns': { protocols: [17], families: 4 },
  pptp: { protocols: [6], families: 4 },
  'Q.931': { protocols: [6], families: 46 },
  RAS: { protocols: [17], families: 46 },
  sane: { protocols: [6], families: 46 },
  sip: { protocols: [6, 17], families: 46 },
  snmp: { protocols: [17], families: 4 },
  snmp_trap: { protocols: [17], families: 4 },
  tftp: { protocols: [17], families: 46 },
}

/** States that a `ct timeout` object may give a lifetime to. */
export const timeoutStates: Readonly<Record<'tcp' | 'udp', readonly string[]>> = {
  tcp: [
    'syn_sent',
    'syn_recv',
    'established',
    'fin_wait',
    'close_wait',
    'last_ack',
    'time_wait',
    'close',
    'syn_sent2',
    'retrans',
    'unack',
  ],
  udp: ['unreplied', 'replied'],
}
