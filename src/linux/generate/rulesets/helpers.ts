/** Helpers as rules assign them: the kernel's name, the protocol and the port on which its control connection usually runs. */

export interface AssignedHelper {
  /** The kernel's name, as `type` in nft. */
  readonly name: string
  readonly protocol: 'tcp' | 'udp'
  readonly port: number
  readonly isIpv4Only?: boolean
}

export const assignedHelpers: readonly AssignedHelper[] = [
  { name: 'ftp', protocol: 'tcp', port: 21 },
  { name: 'tftp', protocol: 'udp', port: 69 },
  { name: 'irc', protocol: 'tcp', port: 6667, isIpv4Only: true },
  { name: 'sip', protocol: 'udp', port: 5060 },
  { name: 'sip', protocol: 'tcp', port: 5060 },
  { name: 'amanda', protocol: 'udp', port: 10_080 },
  { name: 'sane', protocol: 'tcp', port: 6566 },
  { name: 'pptp', protocol: 'tcp', port: 1723, isIpv4Only: true },
  { name: 'netbios-ns', protocol: 'udp', port: 137, isIpv4Only: true },
  { name: 'snmp', protocol: 'udp', port: 161, isIpv4Only: true },
  { name: 'RAS', protocol: 'udp', port: 1719 },
  { name: 'Q.931', protocol: 'tcp', port: 1720 },
]

/** The name of the nft object for a helper. */
export const objectName = ({ name, protocol }: AssignedHelper): string =>
  `h_${name.toLowerCase().replace(/\W/g, '')}_${protocol}`

export const declareHelper = (table: string, helper: AssignedHelper, family: string): string => {
  const layer3 = family === 'inet' && helper.isIpv4Only ? ' l3proto ip;' : ''
  return `add ct helper ${table} ${objectName(helper)} { type "${helper.name}" protocol ${helper.protocol};${layer3} }`
}
