/** The nf_conntrack_* sysctls that decide something, under whole-word names, with Linux's defaults (6.18). Times are in seconds. */

import { defaultHelperParameters, type HelperParameters } from './helper-parameters.ts'
import { type ModuleParameters, readModuleParameters } from './module-parameters.ts'

/** TCP timeouts by state; `maximumRetransmissions` and `unacknowledged` shorten the others. */
export interface TcpTimeouts {
  readonly synSent: number
  readonly synReceived: number
  readonly established: number
  readonly finWait: number
  readonly closeWait: number
  readonly lastAck: number
  readonly timeWait: number
  readonly close: number
  readonly synSent2: number
  readonly maximumRetransmissions: number
  readonly unacknowledged: number
}

export interface SctpTimeouts {
  readonly closed: number
  readonly cookieWait: number
  readonly cookieEchoed: number
  readonly established: number
  readonly shutdownSent: number
  readonly shutdownReceived: number
  readonly shutdownAckSent: number
  readonly heartbeatSent: number
}

export interface ConntrackSettings {
  readonly isAccounting: boolean
  readonly isChecksumVerified: boolean
  /** nf_conntrack_events: false tells nobody of anything, but of entries that a rule excepts. 1 and 2 are the same where somebody listens. */
  readonly isTellingEvents: boolean
  /** Listings say how old an entry is. */
  readonly isTimestamping: boolean
  /** nf_conntrack_helper of kernels before 6.0: helpers are assigned by port. */
  readonly isHelperAutomatic: boolean
  /** Entries that the table may hold; 0: any number. */
  readonly maximumEntries: number
  /** Of the kernel's table, rounded up to a power of two: how far entries lie apart when room must be made. */
  readonly buckets: number
  readonly maximumExpectations: number
  readonly isTcpLoose: boolean
  readonly isTcpLiberal: boolean
  readonly isTcpInvalidResetIgnored: boolean
  readonly tcpMaximumRetransmissions: number
  readonly tcp: TcpTimeouts
  readonly udp: { readonly unreplied: number; readonly replied: number }
  readonly gre: { readonly unreplied: number; readonly replied: number }
  readonly sctp: SctpTimeouts
  readonly icmp: number
  readonly icmpv6: number
  readonly generic: number
  /** How long an incomplete packet waits for its fragments, and how many bytes of them may wait. */
  readonly fragmentTimeout4: number
  readonly fragmentTimeout6: number
  readonly fragmentHighThreshold6: number
  readonly fragmentLowThreshold6: number
  /** What the helpers' kernel modules were loaded with. */
  readonly parameters: HelperParameters
}

export const defaultSettings: ConntrackSettings = {
  isAccounting: false,
  isChecksumVerified: true,
  isTellingEvents: true,
  isTimestamping: false,
  isHelperAutomatic: false,
  maximumEntries: 262_144,
  buckets: 262_144,
  maximumExpectations: 4096,
  isTcpLoose: true,
  isTcpLiberal: false,
  isTcpInvalidResetIgnored: false,
  tcpMaximumRetransmissions: 3,
  tcp: {
    synSent: 120,
    synReceived: 60,
    established: 432_000,
    finWait: 120,
    closeWait: 60,
    lastAck: 30,
    timeWait: 120,
    close: 10,
    synSent2: 120,
    maximumRetransmissions: 300,
    unacknowledged: 300,
  },
  udp: { unreplied: 30, replied: 120 },
  gre: { unreplied: 30, replied: 180 },
  sctp: {
    closed: 10,
    cookieWait: 3,
    cookieEchoed: 3,
    established: 210,
    shutdownSent: 3,
    shutdownReceived: 3,
    shutdownAckSent: 3,
    heartbeatSent: 30,
  },
  icmp: 30,
  icmpv6: 30,
  generic: 600,
  fragmentTimeout4: 30,
  fragmentTimeout6: 60,
  fragmentHighThreshold6: 4_194_304,
  fragmentLowThreshold6: 3_145_728,
  parameters: defaultHelperParameters,
}

type Change = (settings: ConntrackSettings, value: number) => ConntrackSettings

/** Behind `net.netfilter.nf_conntrack_`. Those that decide nothing in the model change nothing. */
const sysctls: Readonly<Record<string, Change>> = {
  acct: (s, v) => ({ ...s, isAccounting: v !== 0 }),
  checksum: (s, v) => ({ ...s, isChecksumVerified: v !== 0 }),
  max: (s, v) => ({ ...s, maximumEntries: v }),
  expect_max: (s, v) => ({ ...s, maximumExpectations: v }),
  tcp_loose: (s, v) => ({ ...s, isTcpLoose: v !== 0 }),
  tcp_be_liberal: (s, v) => ({ ...s, isTcpLiberal: v !== 0 }),
  tcp_ignore_invalid_rst: (s, v) => ({ ...s, isTcpInvalidResetIgnored: v !== 0 }),
  tcp_max_retrans: (s, v) => ({ ...s, tcpMaximumRetransmissions: v & 255 }),
  tcp_timeout_syn_sent: (s, v) => ({ ...s, tcp: { ...s.tcp, synSent: v } }),
  tcp_timeout_syn_recv: (s, v) => ({ ...s, tcp: { ...s.tcp, synReceived: v } }),
  tcp_timeout_established: (s, v) => ({ ...s, tcp: { ...s.tcp, established: v } }),
  tcp_timeout_fin_wait: (s, v) => ({ ...s, tcp: { ...s.tcp, finWait: v } }),
  tcp_timeout_close_wait: (s, v) => ({ ...s, tcp: { ...s.tcp, closeWait: v } }),
  tcp_timeout_last_ack: (s, v) => ({ ...s, tcp: { ...s.tcp, lastAck: v } }),
  tcp_timeout_time_wait: (s, v) => ({ ...s, tcp: { ...s.tcp, timeWait: v } }),
  tcp_timeout_close: (s, v) => ({ ...s, tcp: { ...s.tcp, close: v } }),
  tcp_timeout_max_retrans: (s, v) => ({ ...s, tcp: { ...s.tcp, maximumRetransmissions: v } }),
  tcp_timeout_unacknowledged: (s, v) => ({ ...s, tcp: { ...s.tcp, unacknowledged: v } }),
  udp_timeout: (s, v) => ({ ...s, udp: { ...s.udp, unreplied: v } }),
  udp_timeout_stream: (s, v) => ({ ...s, udp: { ...s.udp, replied: v } }),
  gre_timeout: (s, v) => ({ ...s, gre: { ...s.gre, unreplied: v } }),
  gre_timeout_stream: (s, v) => ({ ...s, gre: { ...s.gre, replied: v } }),
  sctp_timeout_closed: (s, v) => ({ ...s, sctp: { ...s.sctp, closed: v } }),
  sctp_timeout_cookie_wait: (s, v) => ({ ...s, sctp: { ...s.sctp, cookieWait: v } }),
  sctp_timeout_cookie_echoed: (s, v) => ({ ...s, sctp: { ...s.sctp, cookieEchoed: v } }),
  sctp_timeout_established: (s, v) => ({ ...s, sctp: { ...s.sctp, established: v } }),
  sctp_timeout_shutdown_sent: (s, v) => ({ ...s, sctp: { ...s.sctp, shutdownSent: v } }),
  sctp_timeout_shutdown_recd: (s, v) => ({ ...s, sctp: { ...s.sctp, shutdownReceived: v } }),
  sctp_timeout_shutdown_ack_sent: (s, v) => ({ ...s, sctp: { ...s.sctp, shutdownAckSent: v } }),
  sctp_timeout_heartbeat_sent: (s, v) => ({ ...s, sctp: { ...s.sctp, heartbeatSent: v } }),
  icmp_timeout: (s, v) => ({ ...s, icmp: v }),
  icmpv6_timeout: (s, v) => ({ ...s, icmpv6: v }),
  generic_timeout: (s, v) => ({ ...s, generic: v }),
  frag6_timeout: (s, v) => ({ ...s, fragmentTimeout6: v }),
  frag6_high_thresh: (s, v) => ({ ...s, fragmentHighThreshold6: v }),
  frag6_low_thresh: (s, v) => ({ ...s, fragmentLowThreshold6: v }),
  buckets: (s, v) => ({ ...s, buckets: 2 ** Math.ceil(Math.log2(Math.min(2 ** 30, Math.max(1, v)))) }),
  count: (s) => s,
  events: (s, v) => ({ ...s, isTellingEvents: v !== 0 }),
  log_invalid: (s) => s,
  timestamp: (s, v) => ({ ...s, isTimestamping: v !== 0 }),
}

const prefix = 'net.netfilter.nf_conntrack_'

/** Major and minor number, as in 5.10. */
export type KernelVersion = readonly [major: number, minor: number]

const isBefore = ([major, minor]: KernelVersion, [otherMajor, otherMinor]: KernelVersion): boolean =>
  major < otherMajor || (major === otherMajor && minor < otherMinor)

/** nf_conntrack_helper went with 6.0, and was off by default from 4.7 on. */
const helperSysctl = 'net.netfilter.nf_conntrack_helper'
const withoutHelperSysctl: KernelVersion = [6, 0]
const automaticUntil: KernelVersion = [4, 7]

/** What of a host decides how it tracks. `kernel` absent: the newest that is modelled. */
export interface TrackingHost {
  readonly sysctls: Readonly<Record<string, string | number>>
  readonly kernel?: KernelVersion
  readonly modules?: ModuleParameters
}

/**
 * Settings over the defaults. Names outside `net.netfilter.nf_conntrack_*` (and `net.ipv4.ipfrag_time`) belong to others and are
 * passed over; `unknown` lists those inside that this kernel does not have, or whose value is no number. Wrong parameters of
 * modules change nothing ({@link readModuleParameters} tells them).
 */
export function settingsOfHost({ sysctls: record, kernel, modules }: TrackingHost): {
  settings: ConntrackSettings
  unknown: string[]
} {
  const isOld = kernel !== undefined && isBefore(kernel, withoutHelperSysctl)
  let settings: ConntrackSettings = {
    ...defaultSettings,
    isHelperAutomatic: kernel !== undefined && isBefore(kernel, automaticUntil),
    parameters: readModuleParameters(modules ?? {}).parameters,
  }
  const unknown: string[] = []
  for (const [name, text] of Object.entries(record)) {
    const value = Number(text)
    if (name === 'net.ipv4.ipfrag_time') settings = { ...settings, fragmentTimeout4: value }
    if (!name.startsWith(prefix)) continue
    const key = name.slice(prefix.length)
    const change = Object.hasOwn(sysctls, key) ? sysctls[key] : undefined
    if (change && Number.isFinite(value)) settings = change(settings, value)
    else if (isOld && name === helperSysctl && Number.isFinite(value))
      settings = { ...settings, isHelperAutomatic: value !== 0 }
    else unknown.push(name)
  }
  return { settings, unknown }
}

/** {@link settingsOfHost} for the newest kernel, its modules loaded without parameters. */
export const settingsFromSysctls = (
  record: Readonly<Record<string, string | number>>,
): { settings: ConntrackSettings; unknown: string[] } => settingsOfHost({ sysctls: record })
