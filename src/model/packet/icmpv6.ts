/** ICMPv6 header, RFC 4443; neighbour discovery RFC 4861; multicast listener discovery RFC 2710 and 3810. */

import { u8, u16, u32 } from '../bytes/index.ts'

export const icmpv6 = {
  type: u8(0),
  code: u8(1),
  checksum: u16(2),
  mtu: u32(4),
  parameterPointer: u32(4),
  identifier: u16(4),
  sequence: u16(6),
  maximumDelay: u16(4),
} as const

export const Icmpv6Type = {
  destinationUnreachable: 1,
  packetTooBig: 2,
  timeExceeded: 3,
  parameterProblem: 4,
  echoRequest: 128,
  echoReply: 129,
  listenerQuery: 130,
  listenerReport: 131,
  listenerDone: 132,
  routerSolicitation: 133,
  routerAdvertisement: 134,
  neighbourSolicitation: 135,
  neighbourAdvertisement: 136,
  redirect: 137,
  nodeInformationQuery: 139,
  nodeInformationReply: 140,
  inverseSolicitation: 141,
  inverseAdvertisement: 142,
  listenerReportV2: 143,
  multicastRouterAdvertisement: 151,
  multicastRouterSolicitation: 152,
  multicastRouterTermination: 153,
} as const
