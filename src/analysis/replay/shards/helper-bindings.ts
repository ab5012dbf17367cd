/** Which helpers stay between the two hosts of a connection, and which foresee connections of others. */

const thirdParties = 'foresees connections of other hosts than the two that speak'

/**
 * By name, for every helper that the model has; null: what it expects is between the same two hosts (one that is told to expect
 * others all the same is met by `ShardWatch`).
 */
export const helperBindings: Readonly<Record<string, string | null>> = {
  amanda: null,
  ftp: null,
  // Its keys belong to two hosts, but its calls end when the table is swept, which no two workers do at the same moment.
  pptp: 'ends calls whenever the table is swept',
  sane: null,
  snmp: null,
  snmp_trap: null,
  tftp: null,
  // A broadcast of the box's own is answered by any host: ShardWatch sees it.
  'netbios-ns': null,
  irc: thirdParties,
  sip: thirdParties,
  RAS: thirdParties,
  'Q.931': thirdParties,
  'H.245': thirdParties,
  dhcpv6: thirdParties,
  mdns: thirdParties,
  rpc: thirdParties,
  slp: thirdParties,
  ssdp: thirdParties,
  tns: thirdParties,
}
