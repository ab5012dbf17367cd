/** The sysctls of a lab box: forwarding, no limits, no chance; a scenario's own come after them. */

/** Dotted name and value, in the order in which they are set. */
export const quietSysctls: Readonly<Record<string, number>> = {
  'net.ipv4.ip_forward': 1,
  'net.ipv4.conf.all.rp_filter': 0,
  'net.ipv4.conf.default.rp_filter': 0,
  'net.ipv4.conf.all.send_redirects': 0,
  'net.ipv4.conf.default.send_redirects': 0,
  'net.ipv4.icmp_ratelimit': 0,
  'net.ipv4.icmp_ratemask': 0,
  'net.ipv4.icmp_msgs_per_sec': 1_000_000,
  'net.ipv4.icmp_msgs_burst': 1_000_000,
  'net.ipv6.icmp.ratelimit': 0,
  'net.ipv6.conf.all.accept_dad': 0,
  'net.ipv6.conf.default.accept_dad': 0,
  'net.ipv6.conf.default.router_solicitations': 0,
  'net.ipv6.conf.default.addr_gen_mode': 1,
  'net.ipv6.auto_flowlabels': 0,
  'net.ipv4.tcp_invalid_ratelimit': 0,
}

export const DEFAULT_MTU = 1500
