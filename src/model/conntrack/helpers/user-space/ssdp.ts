/**
 * Simple Service Discovery Protocol (UPnP Device Architecture 1.1, sections 1.3 and 4.1): a search in the group is answered from
 * anywhere, an answer names where its device is described, and who subscribes names where it wants to be told; as conntrackd's
 * helper reads it. A description may be anywhere at all.
 */

import { parseAddress } from '../../../bytes/index.ts'
import { Protocol } from '../../../packet/index.ts'
import type { ExpectationTranslation } from '../../expectation.ts'
import { State, Status } from '../../status.ts'
import { isSameAddress, printWords, readAddress } from '../address-words.ts'
import type { AddressWords, ExpectationRequest, Helper, HelperVerdict, HelperWork } from '../helper.ts'
import { bytesOf, startsWith } from '../payload-words.ts'
import { expectAtOnce, expectWithVerdict, userSpace } from './conntrackd.ts'
import { findHeader, readUrl, type Url } from './ssdp-url.ts'

const name = 'ssdp'
const udpHeaderLength = 8

const group = (text: string): AddressWords => {
  const bytes = parseAddress(text) ?? new Uint8Array(16)
  return readAddress(bytes, 0, bytes.length === 4 ? 4 : 6)
}
const groups = { 4: [group('239.255.255.250')], 6: [group('ff02::c'), group('ff05::c')] } as const

const search = 'M-SEARCH'
const notify = 'NOTIFY '
const subscribe = 'SUBSCRIBE '

function read(work: HelperWork): HelperVerdict {
  if (work.state === State.new) return readSearch(work)
  if (work.protocol === Protocol.udp) return readAnswer(work)
  return work.state === State.established && work.direction === 0 ? readRequest(work) : null
}

const follow = (direction: 0 | 1, port: number): ExpectationTranslation => ({
  name: 'nat-follow-master',
  direction,
  savedAddress: null,
  savedPort: port,
})

/** Where the connection is translated the helper does not wait for the verdict to expect what it wants. */
function expect(work: HelperWork, request: ExpectationRequest, status: number, what: string): HelperVerdict {
  if ((work.status & status) === 0) return expectWithVerdict(work, { ...request, childHelper: name })
  const direction = status === Status.destinationNat ? work.direction : work.direction === 0 ? 1 : 0
  return expectAtOnce(work, { ...request, translation: follow(direction, request.destinationPort) }, what)
}

function readSearch(work: HelperWork): HelperVerdict {
  const wanted = work.address(0, 1)
  if (!groups[work.family].some((address) => isSameAddress(address, wanted))) return null
  const from = work.transport + udpHeaderLength
  if (from >= work.packet.end || !startsWithin(work, from, search)) return null
  const request = {
    class: 0,
    protocol: Protocol.udp,
    source: null,
    destination: work.address(0, 0),
    destinationPort: work.port(0, 0),
    isPermanent: true,
    payloadFrom: from,
    payloadTo: from + search.length,
  }
  return expect(work, request, Status.sourceNat, 'the answer to a search for devices')
}

const startsWithin = (work: HelperWork, from: number, words: string): boolean =>
  from + words.length <= work.packet.end && startsWith(work.bytes, from, words)

function readAnswer(work: HelperWork): HelperVerdict {
  const from = work.transport + udpHeaderLength
  const header = findHeader(work.bytes, from, work.packet.end, 'LOCATION: ')
  const url = header && readUrl(header, work.family)
  if (!url) return null
  const request = { ...toUrl(url), source: null, destination: url.address, isPermanent: true }
  return expect(work, request, Status.sourceNat, 'the connection to a description of a device')
}

const toUrl = (
  url: Url,
): Pick<ExpectationRequest, 'class' | 'protocol' | 'destinationPort' | 'payloadFrom' | 'payloadTo'> => ({
  class: 0,
  protocol: Protocol.tcp,
  destinationPort: url.port,
  payloadFrom: url.from,
  payloadTo: url.to,
})

function readRequest(work: HelperWork): HelperVerdict {
  if (startsWithin(work, work.from, notify)) return renew(work)
  return startsWithin(work, work.from, subscribe) ? readSubscription(work) : null
}

/** The next one will come the same way. */
function renew(work: HelperWork): HelperVerdict {
  const request = {
    class: 0,
    protocol: Protocol.tcp,
    source: work.address(0, 0),
    destination: work.address(0, 1),
    destinationPort: work.port(0, 1),
    payloadFrom: work.from,
    payloadTo: work.from + notify.length,
  }
  return expect(work, request, Status.destinationNat, 'the next notice of a device')
}

function readSubscription(work: HelperWork): HelperVerdict {
  const header = findHeader(work.bytes, work.from, work.packet.end, 'CALLBACK: <')
  const url = header && readUrl(header, work.family)
  if (!url || !isSameAddress(url.address, work.address(0, 0))) return null
  const what = 'the notices of a device'
  const request = { ...toUrl(url), source: work.address(1, 0), destination: work.address(1, 1) }
  const refusal = expect(work, request, Status.sourceNat, what)
  if (refusal !== null || (work.status & Status.sourceNat) === 0) return refusal
  const text = bytesOf(`${printWords(work.address(1, 1), 4)}:${url.port}`)
  return work.replace(url.from, url.to, text) ? null : `${what} cannot be announced: the packet would become too long`
}

const ssdp = (protocol: number): Helper =>
  userSpace({ name, protocol, families: [4, 6], memoryWords: 0, maximum: 8, timeoutSeconds: 300, read })

export const ssdpTcp: Helper = ssdp(Protocol.tcp)
export const ssdpUdp: Helper = ssdp(Protocol.udp)
