/** Session descriptions under NAT (nf_nat_sip): other addresses and ports in them, and the Content-Length that then fits. */

import type { ExpectationTranslation } from '../../expectation.ts'
import type { AddressWords, HelperWork } from '../helper.ts'
import { printAddressWords } from './addresses.ts'
import { contentLength, findHeader } from './headers.ts'
import type { Message } from './message.ts'
import { findSdpLine } from './sdp.ts'
import type { Span } from './text.ts'

/** What runs to the sender of the packet goes on to where it really listens. */
export const translation = (work: HelperWork, address: AddressWords, port: number): ExpectationTranslation => ({
  name: 'sip',
  direction: work.direction === 0 ? 1 : 0,
  savedAddress: address,
  savedPort: port,
})

/** False in all of these: a line that must be there is not, or the packet would be too long. */
function rewriteLength(message: Message): boolean {
  const version = findSdpLine(message, 'version', 0)
  const header = version && findHeader(message, contentLength)
  if (!version || !header || header.length === 0) return false
  return message.replace(header, String(message.length - version.from + 'v='.length))
}

/** `port` instead of the media's own. */
export const rewriteMediaPort = (message: Message, media: Span, port: number): boolean =>
  message.replace(media, String(port)) && rewriteLength(message)

/** The address of the stream whose `m=` line `at` is in. */
export function rewriteConnection(message: Message, at: number, address: AddressWords): boolean {
  const span = findSdpLine(message, 'connection', at, 'media')
  return span !== null && message.replace(span, printAddressWords(address, message.family)) && rewriteLength(message)
}

/** The addresses of owner and session; a session needs no address if each stream has one. */
export function rewriteSession(message: Message, at: number, address: AddressWords): boolean {
  const words = printAddressWords(address, message.family)
  const owner = findSdpLine(message, 'owner', at, 'media')
  if (!owner || !message.replace(owner, words)) return false
  const connection = findSdpLine(message, 'connection', at, 'media')
  return (!connection || message.replace(connection, words)) && rewriteLength(message)
}
