/** Timeouts by protocol and state, in ticks of the entries' clock, and the `ct timeout` policies that replace them for one entry. */

import { Protocol } from '../packet/index.ts'
import type { ConntrackSettings } from './settings.ts'

/** Milliseconds of one tick: Linux's jiffy where HZ is 250, as most distributions build it. Its 32 bits tell 99 days from the past. */
export const tick = 4

/** Of a time in milliseconds, modulo 2^32. */
export const ticksOf = (milliseconds: number): number => Math.floor(milliseconds / tick) | 0

/** The largest that a sysctl takes, in seconds. */
const longest = Math.floor(0x7fffffff / (1000 / tick))

/** Index 0 is the timeout of an entry that nothing has confirmed yet; the others are the tracker's states. */
export type Timeouts = Int32Array

/** Behind the TCP states 0 to 9. */
export const TcpTimeout = { maximumRetransmissions: 10, unacknowledged: 11 } as const

export interface TimeoutTables {
  readonly tcp: Timeouts
  readonly udp: Timeouts
  readonly gre: Timeouts
  readonly sctp: Timeouts
  readonly icmp: Timeouts
  readonly icmpv6: Timeouts
  readonly generic: Timeouts
}

const ticks = (seconds: readonly number[]): Timeouts =>
  Int32Array.from(seconds, (value) => ticksOf(Math.min(longest, Math.max(0, value)) * 1000))

export const makeTimeouts = ({ tcp, udp, gre, sctp, icmp, icmpv6, generic }: ConntrackSettings): TimeoutTables => ({
  tcp: ticks([
    tcp.synSent,
    tcp.synSent,
    tcp.synReceived,
    tcp.established,
    tcp.finWait,
    tcp.closeWait,
    tcp.lastAck,
    tcp.timeWait,
    tcp.close,
    tcp.synSent2,
    tcp.maximumRetransmissions,
    tcp.unacknowledged,
  ]),
  udp: ticks([udp.unreplied, udp.replied]),
  gre: ticks([gre.unreplied, gre.replied]),
  sctp: ticks([
    sctp.closed,
    sctp.closed,
    sctp.cookieWait,
    sctp.cookieEchoed,
    sctp.established,
    sctp.shutdownSent,
    sctp.shutdownReceived,
    sctp.shutdownAckSent,
    sctp.heartbeatSent,
  ]),
  icmp: ticks([icmp]),
  icmpv6: ticks([icmpv6]),
  generic: ticks([generic]),
})

export function timeoutsOf(tables: TimeoutTables, protocol: number): Timeouts {
  switch (protocol) {
    case Protocol.tcp:
      return tables.tcp
    case Protocol.udp:
    case Protocol.udplite:
      return tables.udp
    case Protocol.gre:
      return tables.gre
    case Protocol.sctp:
      return tables.sctp
    case Protocol.icmp:
      return tables.icmp
    case Protocol.icmpv6:
      return tables.icmpv6
    default:
      return tables.generic
  }
}

/** State names as `ct timeout` writes them, by index in {@link Timeouts}. nft knows them for TCP and UDP. */
const policyNames: Readonly<Record<number, Readonly<Record<string, number>>>> = {
  [Protocol.tcp]: {
    syn_sent: 1,
    syn_recv: 2,
    established: 3,
    fin_wait: 4,
    close_wait: 5,
    last_ack: 6,
    time_wait: 7,
    close: 8,
    syn_sent2: 9,
    retrans: TcpTimeout.maximumRetransmissions,
    unack: TcpTimeout.unacknowledged,
  },
  [Protocol.udp]: { unreplied: 0, replied: 1 },
}

/** A policy: `seconds` by state name over the defaults in `base`. Names that the protocol does not have change nothing. */
export function policyTimeouts(base: Timeouts, protocol: number, seconds: Readonly<Record<string, number>>): Timeouts {
  const policy = Int32Array.from(base)
  for (const [name, value] of Object.entries(seconds)) {
    const index = policyNames[protocol]?.[name]
    // A policy may say more than the clock can hold: that wraps, to the past or to something short.
    if (index !== undefined) policy[index] = ticksOf(value * 1000)
  }
  // What a not yet confirmed TCP entry gets is what syn_sent says.
  if (protocol === Protocol.tcp) policy[0] = policy[1]!
  return policy
}
