/** ICMP types and codes in the words of nft, which are those of RFC 792, 1122, 1812 and 4443. */

const icmpTypes: Readonly<Record<number, string>> = {
  0: 'echo-reply',
  3: 'destination-unreachable',
  4: 'source-quench',
  5: 'redirect',
  8: 'echo-request',
  9: 'router-advertisement',
  10: 'router-solicitation',
  11: 'time-exceeded',
  12: 'parameter-problem',
  13: 'timestamp-request',
  14: 'timestamp-reply',
  15: 'info-request',
  16: 'info-reply',
  17: 'address-mask-request',
  18: 'address-mask-reply',
}

const icmpCodes: Readonly<Record<string, string>> = {
  '3/0': 'net-unreachable',
  '3/1': 'host-unreachable',
  '3/2': 'prot-unreachable',
  '3/3': 'port-unreachable',
  '3/4': 'frag-needed',
  '3/5': 'source-route-failed',
  '3/9': 'net-prohibited',
  '3/10': 'host-prohibited',
  '3/13': 'admin-prohibited',
  '5/0': 'net-redirect',
  '5/1': 'host-redirect',
  '11/0': 'ttl-zero-during-transit',
  '11/1': 'ttl-zero-during-reassembly',
}

const icmpv6Types: Readonly<Record<number, string>> = {
  1: 'destination-unreachable',
  2: 'packet-too-big',
  3: 'time-exceeded',
  4: 'parameter-problem',
  128: 'echo-request',
  129: 'echo-reply',
  130: 'mld-listener-query',
  131: 'mld-listener-report',
  132: 'mld-listener-done',
  133: 'nd-router-solicit',
  134: 'nd-router-advert',
  135: 'nd-neighbor-solicit',
  136: 'nd-neighbor-advert',
  137: 'nd-redirect',
  138: 'router-renumbering',
  141: 'ind-neighbor-solicit',
  142: 'ind-neighbor-advert',
  143: 'mld2-listener-report',
}

const icmpv6Codes: Readonly<Record<string, string>> = {
  '1/0': 'no-route',
  '1/1': 'admin-prohibited',
  '1/3': 'addr-unreachable',
  '1/4': 'port-unreachable',
  '1/5': 'policy-fail',
  '1/6': 'reject-route',
  '3/0': 'hop-limit',
  '3/1': 'reassembly',
}

function words(
  types: Readonly<Record<number, string>>,
  codes: Readonly<Record<string, string>>,
  type: number,
  code: number,
): string {
  const name = types[type] ?? `type ${type}`
  const detail = codes[`${type}/${code}`]
  if (detail !== undefined) return `${name}/${detail}`
  return code === 0 ? name : `${name}/code ${code}`
}

/** `destination-unreachable/port-unreachable`; numbers where there is no name. */
export const icmpWords = (type: number, code: number): string => words(icmpTypes, icmpCodes, type, code)

export const icmpv6Words = (type: number, code: number): string => words(icmpv6Types, icmpv6Codes, type, code)
