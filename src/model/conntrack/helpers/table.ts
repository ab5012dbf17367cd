/** All helpers: one line each. */

import { amanda } from './amanda.ts'
import { ftp } from './ftp.ts'
import { h245, q931, ras } from './h323/h323.ts'
import type { Helper } from './helper.ts'
import { irc } from './irc.ts'
import { netbiosNs } from './netbios-ns.ts'
import { pptp } from './pptp/pptp.ts'
import { sane } from './sane.ts'
import { sipOverTcp, sipOverUdp } from './sip/sip.ts'
import { snmp } from './snmp.ts'
import { snmpTrap } from './snmp-trap.ts'
import { tftp } from './tftp.ts'
import { dhcpv6 } from './user-space/dhcpv6.ts'
import { mdns } from './user-space/mdns.ts'
import { rpcTcp, rpcUdp } from './user-space/rpc.ts'
import { slp } from './user-space/slp.ts'
import { ssdpTcp, ssdpUdp } from './user-space/ssdp.ts'
import { tns } from './user-space/tns.ts'

/** A name may stand for several protocols (sip over UDP and TCP). */
export const helpers: readonly Helper[] = [
  amanda,
  ftp,
  h245,
  irc,
  netbiosNs,
  pptp,
  q931,
  ras,
  sane,
  sipOverTcp,
  sipOverUdp,
  snmp,
  snmpTrap,
  tftp,
  dhcpv6,
  mdns,
  rpcTcp,
  rpcUdp,
  slp,
  ssdpTcp,
  ssdpUdp,
  tns,
]

/** The helper of that name for the protocol and family, or null: then `ct helper` objects of it cannot be. */
export const findHelper = (name: string, protocol: number, family: 4 | 6): Helper | null =>
  helpers.find((helper) => helper.name === name && helper.protocol === protocol && helper.families.includes(family)) ??
  null

/** The helper that an expected connection gets: of its own protocol if there is one, else whatever bears the name. */
export const findChildHelper = (name: string, protocol: number): Helper | null =>
  helpers.find((helper) => helper.name === name && helper.protocol === protocol) ??
  helpers.find((helper) => helper.name === name) ??
  null

/** Ports that a helper's module was loaded for, by the helper's name; its own port where nothing is said. */
export type HelperPorts = Readonly<Record<string, readonly number[]>>

/** The helper that kernels before 6.0 gave to a connection whose answers come from `port`. */
export const findHelperByPort = (port: number, protocol: number, family: 4 | 6, ports: HelperPorts): Helper | null =>
  helpers.find(
    (helper) =>
      helper.protocol === protocol &&
      helper.families.includes(family) &&
      helper.isUserSpace !== true &&
      helper.port !== 0 &&
      (ports[helper.name] ?? [helper.port]).includes(port),
  ) ?? null
