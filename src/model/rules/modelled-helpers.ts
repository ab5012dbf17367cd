/**
 * Which helpers conntrack has, and for what: a language refuses to declare any other.
 *
 * Said here once more, so that reading a ruleset does not load them all; `test/modelled-helpers.test.ts` holds the two together.
 */

import { Protocol } from '../packet/index.ts'

/** A name may stand for several protocols. */
export interface ModelledHelper {
  readonly name: string
  readonly protocol: number
  readonly families: readonly (4 | 6)[]
  /** Runs in conntrackd: it is there only where it was added to the kernel. */
  readonly isUserSpace: boolean
}

const { tcp, udp } = Protocol

const inKernel = (name: string, protocol: number, ...families: (4 | 6)[]): ModelledHelper => ({
  name,
  protocol,
  families,
  isUserSpace: false,
})

const inUserSpace = (name: string, protocol: number, ...families: (4 | 6)[]): ModelledHelper => ({
  name,
  protocol,
  families,
  isUserSpace: true,
})

export const modelledHelpers: readonly ModelledHelper[] = [
  inKernel('amanda', udp, 4, 6),
  inKernel('ftp', tcp, 4, 6),
  inKernel('H.245', udp, 4, 6),
  inKernel('irc', tcp, 4),
  inKernel('netbios-ns', udp, 4),
  inKernel('pptp', tcp, 4),
  inKernel('Q.931', tcp, 4, 6),
  inKernel('RAS', udp, 4, 6),
  inKernel('sane', tcp, 4, 6),
  inKernel('sip', tcp, 4, 6),
  inKernel('sip', udp, 4, 6),
  inKernel('snmp', udp, 4),
  inKernel('snmp_trap', udp, 4),
  inKernel('tftp', udp, 4, 6),
  inUserSpace('dhcpv6', udp, 6),
  inUserSpace('mdns', udp, 4, 6),
  inUserSpace('rpc', tcp, 4, 6),
  inUserSpace('rpc', udp, 4, 6),
  inUserSpace('slp', udp, 4, 6),
  inUserSpace('ssdp', tcp, 4, 6),
  inUserSpace('ssdp', udp, 4, 6),
  inUserSpace('tns', tcp, 4),
]
