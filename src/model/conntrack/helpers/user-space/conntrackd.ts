/**
 * What the helpers of conntrackd (conntrack-tools 1.4.7) have in common: how a packet reaches them, and their two ways to expect a
 * connection. The kernel lets a packet wait until conntrackd has answered, so they act as if they ran inside it.
 */

import { readUint32 } from '../../../bytes/index.ts'
import { Status } from '../../status.ts'
import type { ExpectationRequest, Helper, HelperVerdict, HelperWork } from '../helper.ts'
import { refusalWords } from '../refusal-words.ts'

export type UserSpaceHelper = Omit<Helper, 'isUserSpace' | 'port' | 'policies'> & {
  /** How many expectations it may have at once, and for how many seconds each. */
  readonly maximum: number
  readonly timeoutSeconds: number
}

/** Offset of the protocol in an IPv6 header. */
const nextHeaderOffset = 6

/** Rules name it only where it was added (`nfct helper add`); it has no port of its own. */
export function userSpace({ maximum, timeoutSeconds, ...helper }: UserSpaceHelper): Helper {
  return {
    ...helper,
    isUserSpace: true,
    port: 0,
    policies: () => [{ name: helper.name, maximum, timeoutSeconds }],
    read: (work) => (canBeRead(work) ? helper.read(work) : null),
  }
}

/** Behind extension headers conntrackd finds neither TCP nor UDP, and lets the packet pass. */
const canBeRead = ({ family, bytes, packet, protocol }: HelperWork): boolean =>
  family === 4 || bytes[packet.start + nextHeaderOffset] === protocol

/** As a part of the verdict: it is nobody's concern whether the kernel takes it. */
export function expectWithVerdict(work: HelperWork, request: ExpectationRequest): null {
  work.expect(request)
  return null
}

/**
 * By a message of its own, before the verdict: the kernel must know the connection already, and what it refuses costs the packet.
 * One that is translated keeps its port or fails.
 */
export function expectAtOnce(work: HelperWork, request: ExpectationRequest, what: string): HelperVerdict {
  if ((work.status & Status.confirmed) === 0)
    return `${what} cannot be expected: its connection is not in the table before its first packet has left`
  if (request.translation && request.destinationPort === 0)
    return `${what} cannot be expected: no port of a translated connection is 0`
  const refusal = work.expect({ ...request, childHelper: null })
  return refusal && refusalWords(what, refusal)
}

/** Bytes behind a packet's end are zeros to conntrackd. */
export const byteAt = ({ bytes, packet }: HelperWork, at: number): number => (at < packet.end ? bytes[at]! : 0)

export const wordAt = (work: HelperWork, at: number): number =>
  at + 4 <= work.packet.end ? readUint32(work.bytes, at) : 0
