/** A PPTP call: the two GRE flows that it is made of are expected, of which one will do, and both end with the call. */

import { Protocol } from '../../../packet/index.ts'
import type { Expectation } from '../../expectation.ts'
import type { AddressWords, ExpectationRequest, HelperAftermath, HelperWork } from '../helper.ts'
import { Memory } from './memory.ts'

/** One way of a call, as the packets before translation say it. */
interface Way {
  readonly source: AddressWords
  readonly sourceKey: number
  readonly destination: AddressWords
  readonly destinationKey: number
}

const wayOf = (work: HelperAftermath, direction: 0 | 1, sourceKey: number, destinationKey: number): Way => ({
  source: work.address(direction, 0),
  sourceKey,
  destination: work.address(direction, 1),
  destinationKey,
})

/**
 * Expects GRE in both directions, each with both keys, and tells conntrack which sender's key belongs to which receiver's. The bytes
 * `from` to `to` announce it. If one cannot be, neither is; the message passes all the same.
 */
export function expectCall(work: HelperWork, from: number, to: number): void {
  const { memory } = work
  const client = memory[Memory.clientCallId]!
  const server = memory[Memory.serverCallId]!
  const original = work.isTranslated ? memory[Memory.originalClientCallId]! : client
  const ways = [wayOf(work, 0, original, server), wayOf(work, 1, server, client)] as const
  const requests = [requestOf(work, ways[0], 0, client), requestOf(work, ways[1], 1, original)] as const
  if (work.expect({ ...requests[0], payloadFrom: from, payloadTo: to })) return
  if (work.expect({ ...requests[1], payloadFrom: from, payloadTo: to })) return forgetNewest(work, 1)
  if (!addKey(work, 0, ways[0])) return forgetNewest(work, 2)
  if (addKey(work, 1, ways[1])) return
  work.greKeys.forget(work.entry)
  forgetNewest(work, 2)
}

const requestOf = (
  work: HelperWork,
  way: Way,
  direction: 0 | 1,
  savedPort: number,
): Omit<ExpectationRequest, 'payloadFrom' | 'payloadTo'> => ({
  class: 0,
  protocol: Protocol.gre,
  source: way.source,
  sourcePort: way.sourceKey,
  destination: way.destination,
  destinationPort: way.destinationKey,
  translation: work.isTranslated ? { name: 'pptp', direction, savedAddress: null, savedPort } : null,
})

const addKey = (work: HelperWork, direction: 0 | 1, way: Way): boolean =>
  work.greKeys.add(work.entry, direction, { ...way, source: way.source[0]!, destination: way.destination[0]! })

function forgetNewest(work: HelperWork, count: number): void {
  for (const one of work.expectations().slice(0, count)) work.forget(one)
}

/** The call is over, or its control connection is: ends its flows, or what is still expected of them. */
export function endCall(work: HelperAftermath): void {
  const { memory } = work
  const client = memory[Memory.clientCallId]!
  const server = memory[Memory.serverCallId]!
  work.greKeys.forget(work.entry)
  endWay(work, wayOf(work, 0, client, server))
  endWay(work, wayOf(work, 1, server, client))
}

function endWay(work: HelperAftermath, way: Way): void {
  const link = work.findEntry(Protocol.gre, way.source, way.sourceKey, way.destination, way.destinationKey)
  if (link === 0) unexpect(work, way)
  else work.destroyEntry(link)
}

/** One flow has come: what comes the other way will be its answer. */
export function unexpectOther(work: HelperAftermath, come: Expectation): void {
  unexpect(work, work.isTranslated ? otherWay(work, come) : inverse(come))
}

const inverse = (come: Expectation): Way => ({
  source: come.destination,
  sourceKey: come.destinationPort,
  destination: come.source,
  destinationKey: come.sourcePort,
})

/** Where the server's flow came first, the kernel looks the original ids up in the flow instead of its master: they are 0 there. */
const otherWay = (work: HelperAftermath, come: Expectation): Way =>
  come.translation?.direction === 0
    ? wayOf(work, 1, work.memory[Memory.serverCallId]!, work.memory[Memory.clientCallId]!)
    : wayOf(work, 0, 0, 0)

function unexpect(work: HelperAftermath, way: Way): void {
  const one = work.findExpectation(Protocol.gre, way.source, way.sourceKey, way.destination, way.destinationKey)
  if (one) work.forget(one)
}
