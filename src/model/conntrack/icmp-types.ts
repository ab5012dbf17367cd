/** Which ICMP types are requests, replies, errors or neighbour discovery to conntrack (RFC 792, RFC 950, RFC 4443, RFC 4620). */

import { IcmpType, Icmpv6Type } from '../packet/index.ts'

const pairs4: readonly (readonly [request: number, reply: number])[] = [
  [IcmpType.echoRequest, IcmpType.echoReply],
  [IcmpType.timestampRequest, IcmpType.timestampReply],
  [IcmpType.infoRequest, IcmpType.infoReply],
  [IcmpType.addressMaskRequest, IcmpType.addressMaskReply],
]

const pairs6: readonly (readonly [request: number, reply: number])[] = [
  [Icmpv6Type.echoRequest, Icmpv6Type.echoReply],
  [Icmpv6Type.nodeInformationQuery, Icmpv6Type.nodeInformationReply],
]

const errors4: readonly number[] = [
  IcmpType.destinationUnreachable,
  IcmpType.sourceQuench,
  IcmpType.redirect,
  IcmpType.timeExceeded,
  IcmpType.parameterProblem,
]

const untracked6: readonly number[] = [
  Icmpv6Type.listenerQuery,
  Icmpv6Type.listenerReport,
  Icmpv6Type.listenerDone,
  Icmpv6Type.routerSolicitation,
  Icmpv6Type.routerAdvertisement,
  Icmpv6Type.neighbourSolicitation,
  Icmpv6Type.neighbourAdvertisement,
  Icmpv6Type.listenerReportV2,
  Icmpv6Type.multicastRouterAdvertisement,
  Icmpv6Type.multicastRouterSolicitation,
]

/** Beyond this type an ICMPv4 message is INVALID whatever it is. */
export const lastIcmpType = 18

function inverses(pairs: readonly (readonly [number, number])[]): Int16Array {
  const table = new Int16Array(256).fill(-1)
  for (const [request, reply] of pairs) {
    table[request] = reply
    table[reply] = request
  }
  return table
}

function members(types: readonly number[]): Uint8Array {
  const table = new Uint8Array(256)
  for (const type of types) table[type] = 1
  return table
}

const inverse4 = inverses(pairs4)
const inverse6 = inverses(pairs6)
const request4 = members(pairs4.map(([request]) => request))
const request6 = members(pairs6.map(([request]) => request))
const error4 = members(errors4)
const untracked = members(untracked6)

/** The type that answers, or is answered by, `type`; -1 where none is. */
export const invertIcmpType = (type: number): number => inverse4[type]!
export const invertIcmpv6Type = (type: number): number => inverse6[type]!

/** Whether a message of this type may open an entry. */
export const isIcmpRequest = (type: number): boolean => request4[type] === 1
export const isIcmpv6Request = (type: number): boolean => request6[type] === 1

/** Whether it quotes a packet, to be looked up. In ICMPv6 every type below 128 counts, known or not. */
export const isIcmpError = (type: number): boolean => error4[type] === 1
export const isIcmpv6Error = (type: number): boolean => type < 128

/** Neighbour discovery and multicast listener discovery: never tracked. */
export const isIcmpv6Untracked = (type: number): boolean => untracked[type] === 1
