/** SIP requests and responses with SDP bodies (RFC 3261, RFC 4566): building them with what may vary, and reading them. */

import type { Random } from '../random.ts'
import type { Family } from '../topology.ts'

/** One media line; `address` where it has a connection of its own. */
export interface Media {
  readonly kind: string
  readonly port: number
  readonly address?: string
}

export interface Session {
  /** The session's connection; absent: only the media have one. */
  readonly address?: string
  readonly media: readonly Media[]
}

/** Parts of a message that go through all messages of a dialogue. */
export interface Dialogue {
  readonly family: Family
  readonly callId: string
  /** Header names in their one-letter form. */
  readonly isCompact: boolean
  readonly transport: 'UDP' | 'TCP'
}

export interface MessageParts {
  /** Request or status line. */
  readonly first: string
  readonly sequence: string
  readonly viaHost: string
  readonly viaPort: number | null
  readonly viaParameters?: string
  readonly from: string
  readonly to: string
  /** The whole value; absent: no Contact. */
  readonly contact?: string
  readonly headers?: readonly string[]
  readonly session?: Session
}

const long = {
  via: 'Via',
  from: 'From',
  to: 'To',
  call: 'Call-ID',
  contact: 'Contact',
  type: 'Content-Type',
  length: 'Content-Length',
}
const compact = { via: 'v', from: 'f', to: 't', call: 'i', contact: 'm', type: 'c', length: 'l' }

export const hostText = (host: string): string => (host.includes(':') ? `[${host}]` : host)

/** A SIP URI of a user at a host; the port is left out when null. */
export const uri = (user: string, host: string, port: number | null): string =>
  `sip:${user}@${hostText(host)}${port === null ? '' : `:${port}`}`

export function buildMessage(dialogue: Dialogue, parts: MessageParts): string {
  const names = dialogue.isCompact ? compact : long
  const body = parts.session === undefined ? '' : sdp(dialogue.family, parts.session)
  const via = `${hostText(parts.viaHost)}${parts.viaPort === null ? '' : `:${parts.viaPort}`}`
  return [
    parts.first,
    `${names.via}: SIP/2.0/${dialogue.transport} ${via};branch=z9hG4bK1${parts.viaParameters ?? ''}`,
    `${names.from}: <${parts.from}>;tag=1`,
    `${names.to}: <${parts.to}>`,
    `${names.call}: ${dialogue.callId}`,
    `CSeq: ${parts.sequence}`,
    ...(parts.contact === undefined ? [] : [`${names.contact}: ${parts.contact}`]),
    ...(parts.headers ?? []),
    ...(parts.session === undefined ? [] : [`${names.type}: application/sdp`]),
    `${names.length}: ${body.length}`,
    '',
    body,
  ].join('\r\n')
}

function sdp(family: Family, { address, media }: Session): string {
  const owner = address ?? media[0]?.address ?? '0.0.0.0'
  const connection = (host: string): string => `c=IN IP${family} ${host}\r\n`
  return [
    `v=0\r\no=- 1 1 IN IP${family} ${owner}\r\ns=-\r\n`,
    address === undefined ? '' : connection(address),
    't=0 0\r\n',
    ...media.map(
      ({ kind, port, address: own }) =>
        `m=${kind} ${port} RTP/AVP 0\r\n${own === undefined ? '' : connection(own)}a=sendrecv\r\n`,
    ),
  ].join('')
}

/** Where media are to go, as the reader of a message understands it. */
export function readMedia(text: string): { readonly host: string; readonly port: number }[] {
  const session = text.slice(Math.max(0, text.indexOf('v=0')))
  const parts = session.split(/^m=/m)
  const connectionOf = (part: string | undefined): string | undefined => /^c=IN IP\d (\S+)/m.exec(part ?? '')?.[1]
  const common = connectionOf(parts[0])
  return parts.slice(1).flatMap((part) => {
    const host = connectionOf(part) ?? common
    const port = Number(/^\w+ (\d+)/.exec(part)?.[1])
    return host !== undefined && port > 0 && port < 65_535 ? [{ host, port }] : []
  })
}

/** Host and port of the first Contact that the reader of a message finds. */
export function readContact(text: string): { readonly host: string; readonly port: number } | null {
  const found = /^(?:contact|m):.*?sips?:[^@>\s]*@\[?([0-9a-f.:]+?)\]?(?::(\d+))?[>;\s]/im.exec(text)
  return found?.[1] === undefined ? null : { host: found[1], port: Number(found[2] ?? 5060) }
}

/** Now and then a spelling that few programs use, or a mistake. */
export function misspelled(random: Random, text: string): string {
  if (!random.chance(0.12)) return text
  return random.pick([
    text.replace('Content-Length: ', 'content-length:'),
    text.replaceAll('\r\n', '\n'),
    text.replace('Via: ', 'Via:   '),
    text.replace('<sip:', '"Some One" <sip:'),
    text.replace('Contact: <', 'Contact: Some One <'),
    text.replace(/Content-Length: \d+/, 'Content-Length: 9999'),
    text.replace(/Content-Length: \d+\r\n/, ''),
    text.replace('Contact: ', 'Contact: <sip:x@192.0.2.9:5070>, '),
    text.replace('CSeq: ', 'CSeq:  0'),
    text.replace('c=IN', 'c=XX'),
    text.replace('m=audio ', 'm=audio 1'),
    text.replace('m=audio', 'm=audiofile'),
    text.replace(' SIP/2.0\r\n', ' SIP/3.0\r\n'),
    text.slice(0, random.integer(1, text.length)),
    `\r\n\r\n${text}`,
  ])
}
