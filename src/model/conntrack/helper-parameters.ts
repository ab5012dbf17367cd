/** Parameters of the helpers' kernel modules, under whole-word names, with Linux's defaults. Times are in seconds. */

export interface HelperParameters {
  /**
   * Ports that a module was loaded for (`ports=`), by the name of its helper; its usual one where nothing is said. They only count
   * where helpers are assigned automatically.
   */
  readonly ports: Readonly<Record<string, readonly number[]>>
  /** nf_conntrack_ftp: whether PORT and 227 may name another host than their sender. */
  readonly ftp: { readonly isLoose: boolean }
  readonly irc: { readonly maximumChannels: number; readonly channelTimeout: number }
  readonly sip: {
    readonly timeout: number
    readonly isDirectSignalling: boolean
    readonly isDirectMedia: boolean
    readonly isExternalMedia: boolean
  }
  readonly h323: {
    readonly registrationTimeout: number
    readonly isGatekeeperRoutedOnly: boolean
    readonly isCallForwardFiltered: boolean
  }
  readonly amanda: { readonly masterTimeout: number }
  readonly netbiosNs: { readonly timeout: number }
  readonly snmp: { readonly timeout: number }
}

export const defaultHelperParameters: HelperParameters = {
  ports: {},
  ftp: { isLoose: false },
  irc: { maximumChannels: 8, channelTimeout: 300 },
  sip: { timeout: 3600, isDirectSignalling: true, isDirectMedia: true, isExternalMedia: false },
  h323: { registrationTimeout: 300, isGatekeeperRoutedOnly: true, isCallForwardFiltered: true },
  amanda: { masterTimeout: 300 },
  netbiosNs: { timeout: 3 },
  snmp: { timeout: 30 },
}
