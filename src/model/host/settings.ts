/** The sysctls that decide what a host does with packets around netfilter; `Documentation/networking/ip-sysctl`. */

export interface InterfaceSettings {
  /** 0 off, 1 strict, 2 loose: the largest of `all` and the interface's own counts. */
  readonly reversePathFilter: number
  readonly isAcceptingLocalSources: boolean
  readonly isRoutingLoopbackNet: boolean
  /** Hop limit of packets that leave here; `all` has no say in it. */
  readonly hopLimit: number
  readonly isForwarding: { readonly 4: boolean; readonly 6: boolean }
}

export interface HostSettings {
  /** IPv6 looks at `all`, IPv4 at each interface. */
  readonly isForwarding6: boolean
  readonly timeToLive: number
  readonly isIgnoringEcho: boolean
  readonly isIgnoringBroadcastEcho: boolean
  readonly isIgnoringEcho6: boolean
  readonly isIgnoringMulticastEcho6: boolean
  readonly isIgnoringAnycastEcho6: boolean
  readonly isUsingInboundAddressForErrors: boolean
  /** Seconds that fragments wait for the rest, and bytes that all of them may take. */
  readonly fragmentSeconds: { readonly 4: number; readonly 6: number }
  readonly fragmentMemory: { readonly 4: number; readonly 6: number }
  /** How many fragments of an IPv4 source may pass between two of one packet; 0: any number. */
  readonly fragmentDistance: number
  /** Seconds for reassembly in local delivery, where conntrack did not do it before. */
  readonly localFragmentSeconds6: number
}

type Sysctls = Readonly<Record<string, string | number>>

/** Names without effect in the model, by pattern: they say how the real kernel limits, logs or learns, or belong to another room. */
const withoutEffect: readonly RegExp[] = [
  /^net\.netfilter\./,
  /^net\.ipv4\.icmp_(ratelimit|ratemask|msgs_per_sec|msgs_burst|ignore_bogus_error_responses)$/,
  /^net\.ipv6\.icmp\.(ratelimit|ratemask)$/,
  /^net\.ipv4\.(tcp_|udp_|igmp_|neigh\.|ip_local_)/,
  /^net\.ipv6\.(auto_flowlabels|neigh\.)/,
  /^net\.ipv4\.ipfrag_(low_thresh|secret_interval)$/,
  /^net\.ipv6\.ip6frag_(low_thresh|high_thresh|secret_interval)$/,
  /^net\.ipv4\.conf\.[^.]+\.(send_redirects|secure_redirects|accept_redirects|shared_media|log_martians|arp_\w+|proxy_arp)$/,
  /^net\.ipv6\.conf\.[^.]+\.(accept_dad|accept_ra\w*|accept_redirects|router_solicitations|addr_gen_mode|use_tempaddr|autoconf|dad_transmits)$/,
]

/** Names that {@link readSettings} and {@link readInterfaceSettings} read. */
const known: readonly RegExp[] = [
  /^net\.ipv4\.(ip_forward|ip_default_ttl|icmp_echo_ignore_all|icmp_echo_ignore_broadcasts|icmp_errors_use_inbound_ifaddr|ipfrag_time|ipfrag_high_thresh|ipfrag_max_dist)$/,
  /^net\.ipv4\.conf\.[^.]+\.(forwarding|rp_filter|accept_local|route_localnet)$/,
  /^net\.ipv6\.icmp\.(echo_ignore_all|echo_ignore_multicast|echo_ignore_anycast)$/,
  /^net\.ipv6\.ip6frag_time$/,
  /^net\.ipv6\.conf\.[^.]+\.(forwarding|hop_limit)$/,
]

/** Names that nobody here knows: the caller reports them. */
export const unknownSysctls = (sysctls: Sysctls): string[] =>
  Object.keys(sysctls).filter(
    (name) =>
      !isRefusedSourceRoute(sysctls, name) && ![...withoutEffect, ...known].some((pattern) => pattern.test(name)),
  )

/** Source routing is always refused: switching it off says nothing new. */
const isRefusedSourceRoute = (sysctls: Sysctls, name: string): boolean =>
  /^net\.ipv[46]\.conf\.[^.]+\.accept_source_route$/.test(name) && Number(sysctls[name]) <= 0

const numberOf = (sysctls: Sysctls, name: string, fallback: number): number => {
  const value = sysctls[name]
  if (value === undefined) return fallback
  const number = Number(value)
  return Number.isFinite(number) ? number : fallback
}

const isOn = (sysctls: Sysctls, name: string, fallback: boolean): boolean =>
  numberOf(sysctls, name, fallback ? 1 : 0) !== 0

export const readSettings = (sysctls: Sysctls, isForwarding6: boolean): HostSettings => ({
  isForwarding6: isOn(sysctls, 'net.ipv6.conf.all.forwarding', isForwarding6),
  timeToLive: numberOf(sysctls, 'net.ipv4.ip_default_ttl', 64),
  isIgnoringEcho: isOn(sysctls, 'net.ipv4.icmp_echo_ignore_all', false),
  isIgnoringBroadcastEcho: isOn(sysctls, 'net.ipv4.icmp_echo_ignore_broadcasts', true),
  isIgnoringEcho6: isOn(sysctls, 'net.ipv6.icmp.echo_ignore_all', false),
  isIgnoringMulticastEcho6: isOn(sysctls, 'net.ipv6.icmp.echo_ignore_multicast', false),
  isIgnoringAnycastEcho6: isOn(sysctls, 'net.ipv6.icmp.echo_ignore_anycast', false),
  isUsingInboundAddressForErrors: isOn(sysctls, 'net.ipv4.icmp_errors_use_inbound_ifaddr', false),
  fragmentSeconds: {
    4: numberOf(sysctls, 'net.ipv4.ipfrag_time', 30),
    6: numberOf(sysctls, 'net.netfilter.nf_conntrack_frag6_timeout', 60),
  },
  fragmentMemory: {
    4: numberOf(sysctls, 'net.ipv4.ipfrag_high_thresh', 4194304),
    6: numberOf(sysctls, 'net.netfilter.nf_conntrack_frag6_high_thresh', 4194304),
  },
  fragmentDistance: numberOf(sysctls, 'net.ipv4.ipfrag_max_dist', 64),
  localFragmentSeconds6: numberOf(sysctls, 'net.ipv6.ip6frag_time', 60),
})

/** Settings of one interface. A value under `default` counts where the interface has none of its own. */
export function readInterfaceSettings(
  sysctls: Sysctls,
  name: string,
  isForwarding: { readonly 4: boolean; readonly 6: boolean },
): InterfaceSettings {
  const own = (key: string, fallback: number): number =>
    numberOf(sysctls, `net.ipv4.conf.${name}.${key}`, numberOf(sysctls, `net.ipv4.conf.default.${key}`, fallback))
  const all = (key: string, fallback: number): number => numberOf(sysctls, `net.ipv4.conf.all.${key}`, fallback)
  const forwarding4 = isOn(
    sysctls,
    'net.ipv4.conf.all.forwarding',
    isOn(sysctls, 'net.ipv4.ip_forward', isForwarding[4]),
  )
  const forwarding6 = isOn(sysctls, 'net.ipv6.conf.all.forwarding', isForwarding[6])
  return {
    reversePathFilter: Math.max(own('rp_filter', 0), all('rp_filter', 0)),
    isAcceptingLocalSources: own('accept_local', 0) !== 0 || all('accept_local', 0) !== 0,
    isRoutingLoopbackNet: own('route_localnet', 0) !== 0 || all('route_localnet', 0) !== 0,
    hopLimit: numberOf(
      sysctls,
      `net.ipv6.conf.${name}.hop_limit`,
      numberOf(sysctls, 'net.ipv6.conf.default.hop_limit', 64),
    ),
    isForwarding: {
      4: isOn(sysctls, `net.ipv4.conf.${name}.forwarding`, forwarding4),
      6: isOn(sysctls, `net.ipv6.conf.${name}.forwarding`, forwarding6),
    },
  }
}
