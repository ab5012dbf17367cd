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

/** States that a `ct timeout` object may give a lifetime to, and the lifetime in seconds that nft takes for the usual one. */
export const timeoutStates: Readonly<Record<'tcp' | 'udp', Readonly<Record<string, number>>>> = {
  tcp: {
    syn_sent: 120,
    syn_recv: 60,
    established: 432_000,
    fin_wait: 120,
    close_wait: 60,
    last_ack: 30,
    time_wait: 120,
    close: 10,
    syn_sent2: 120,
    retrans: 300,
    unack: 300,
  },
  udp: { unreplied: 30, replied: 120 },
}
