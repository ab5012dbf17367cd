/** Names of ICMP and ICMPv6 types and codes, for people: nft's words where it has them, else those of the RFCs. */

interface IcmpName {
  readonly type: string
  /** By code; a code without a name prints as its number. */
  readonly codes: readonly string[]
}

const noCodes: readonly string[] = []

export const icmpNames: Readonly<Record<number, IcmpName>> = {
  0: { type: 'echo-reply', codes: noCodes },
  3: {
    type: 'destination-unreachable',
    codes: [
      'net-unreachable',
      'host-unreachable',
      'prot-unreachable',
      'port-unreachable',
      'frag-needed',
      'source-route-failed',
      'net-unknown',
      'host-unknown',
      'source-isolated',
      'net-prohibited',
      'host-prohibited',
      'net-tos-unreachable',
      'host-tos-unreachable',
      'admin-prohibited',
      'host-precedence-violation',
      'precedence-cutoff',
    ],
  },
  4: { type: 'source-quench', codes: noCodes },
  5: { type: 'redirect', codes: ['net', 'host', 'tos-net', 'tos-host'] },
  8: { type: 'echo-request', codes: noCodes },
  9: { type: 'router-advertisement', codes: noCodes },
  10: { type: 'router-solicitation', codes: noCodes },
  11: { type: 'time-exceeded', codes: ['ttl-exceeded', 'reassembly-time-exceeded'] },
  12: { type: 'parameter-problem', codes: ['bad-pointer', 'missing-option', 'bad-length'] },
  13: { type: 'timestamp-request', codes: noCodes },
  14: { type: 'timestamp-reply', codes: noCodes },
  15: { type: 'info-request', codes: noCodes },
  16: { type: 'info-reply', codes: noCodes },
  17: { type: 'address-mask-request', codes: noCodes },
  18: { type: 'address-mask-reply', codes: noCodes },
}

export const icmpv6Names: Readonly<Record<number, IcmpName>> = {
  1: {
    type: 'destination-unreachable',
    codes: [
      'no-route',
      'admin-prohibited',
      'beyond-scope',
      'addr-unreachable',
      'port-unreachable',
      'policy-fail',
      'reject-route',
    ],
  },
  2: { type: 'packet-too-big', codes: noCodes },
  3: { type: 'time-exceeded', codes: ['hop-limit-exceeded', 'reassembly-time-exceeded'] },
  4: { type: 'parameter-problem', codes: ['bad-header', 'unknown-next-header', 'unknown-option'] },
  128: { type: 'echo-request', codes: noCodes },
  129: { type: 'echo-reply', codes: noCodes },
  130: { type: 'mld-listener-query', codes: noCodes },
  131: { type: 'mld-listener-report', codes: noCodes },
  132: { type: 'mld-listener-done', codes: noCodes },
  133: { type: 'nd-router-solicit', codes: noCodes },
  134: { type: 'nd-router-advert', codes: noCodes },
  135: { type: 'nd-neighbor-solicit', codes: noCodes },
  136: { type: 'nd-neighbor-advert', codes: noCodes },
  137: { type: 'nd-redirect', codes: noCodes },
  139: { type: 'node-information-query', codes: noCodes },
  140: { type: 'node-information-reply', codes: noCodes },
  143: { type: 'mld2-listener-report', codes: noCodes },
}

/** `destination-unreachable/port-unreachable`, `echo-request`, `type-42/1`. */
export function icmpText(family: 4 | 6, type: number, code: number): string {
  const name = (family === 4 ? icmpNames : icmpv6Names)[type]
  if (!name) return `type-${type}/${code}`
  if (name.codes.length === 0 && code === 0) return name.type
  return `${name.type}/${name.codes[code] ?? code}`
}

/** Whether packets of this type quote the packet that they are about, as conntrack reads them. */
export const quotesPacket = (family: 4 | 6, type: number): boolean =>
  family === 4 ? type === 3 || type === 4 || type === 5 || type === 11 || type === 12 : type < 128
