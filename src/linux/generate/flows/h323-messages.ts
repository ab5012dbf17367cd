/** Messages of H.323: RAS and call signalling (H.225.0, in Q.931 and TPKT), control of media (H.245); as small as they can be. */

import { addressText, readUint16 } from '../../../model/bytes/index.ts'
import { PerWriter, type TransportAddress, type Written } from '../packets/per-writer.ts'

/** H.225.0 version 4: {itu-t recommendation h 2250 version 4}. */
const protocolIdentifier = [6, 0, 8, 0x91, 0x4a, 0, 4]
const nobody = new Uint8Array(16)
/** H.225.0 TransportAddress: ipAddress or ip6Address. */
const kindOf = ({ host }: TransportAddress): string => (host.includes(':') ? '0 011 0' : '0 000')
/** H.245 TransportAddress: unicast, iPAddress or iP6Address. */
const mediaKindOf = ({ host }: TransportAddress): string => (host.includes(':') ? '0 0 0 011 0' : '0 0 0 000 0')

function transport(writer: PerWriter, name: string, address: TransportAddress): PerWriter {
  return writer.bits(kindOf(address)).address(name, address)
}

/** EndpointType without any part: extension, six absent parts, mc, undefinedNode. */
const NO_ENDPOINT = '0 000000 0 0'

/** A list of one transport address. */
function addresses(writer: PerWriter, name: string, address: TransportAddress): PerWriter {
  return transport(writer.octets([1]), name, address)
}

/** BMPString of one character in a length of one byte. */
const identifier = (writer: PerWriter): PerWriter => writer.octets([0, 0, 0x61])

export function registrationRequest(
  sequence: number,
  signal: TransportAddress,
  ras: TransportAddress,
  seconds: number,
): Written {
  const writer = new PerWriter()
    .bits(`0 00011 ${seconds > 0 ? 1 : 0} 0 0 0`)
    .word(sequence)
    .octets(protocolIdentifier)
  writer.bits('1')
  addresses(writer, 'signal', signal)
  addresses(writer, 'ras', ras)
  writer.bits(NO_ENDPOINT)
  vendor(writer)
  if (seconds > 0) timeToLive(writer, seconds)
  return writer.written
}

export function registrationConfirm(sequence: number, signal: TransportAddress, seconds: number): Written {
  const writer = new PerWriter()
    .bits(`0 00100 ${seconds > 0 ? 1 : 0} 0 0 0`)
    .word(sequence)
    .octets(protocolIdentifier)
  addresses(writer, 'signal', signal)
  identifier(writer)
  if (seconds > 0) timeToLive(writer, seconds)
  return writer.written
}

/** Of the extensions (alternates, timeToLive, tokens, and more) only timeToLive: a length of bytes, then the number less one. */
function timeToLive(writer: PerWriter, seconds: number): void {
  const content = new PerWriter()
    .bits('01')
    .octets([])
    .word(seconds - 1).written
  writer.bits('0000010 010').open(content)
}

/** H.221 vendor without product and version. */
const vendor = (writer: PerWriter): PerWriter => writer.bits('0 00 0').octets([0xb5, 0]).word(0x4c00)

export function gatekeeperRequest(sequence: number, ras: TransportAddress): Written {
  const writer = new PerWriter().bits('0 00000 0 0 0 0 0').word(sequence).octets(protocolIdentifier)
  return transport(writer, 'ras', ras).bits(NO_ENDPOINT).written
}

export function gatekeeperConfirm(sequence: number, ras: TransportAddress): Written {
  const writer = new PerWriter().bits('0 00001 0 0 0').word(sequence).octets(protocolIdentifier)
  return transport(writer, 'ras', ras).written
}

export function unregistrationRequest(sequence: number, signal: TransportAddress): Written {
  return addresses(new PerWriter().bits('0 00110 0 0 0 0').word(sequence), 'signal', signal).written
}

export const unregistrationConfirm = (sequence: number): Written =>
  new PerWriter().bits('0 00111 0 0').word(sequence).written

export function admissionRequest(
  sequence: number,
  destination: TransportAddress | null,
  source: TransportAddress | null,
): Written {
  // callModel, destinationInfo, destCallSignalAddress, destExtraCallInfo, srcCallSignalAddress, nonStandardData, callServices
  const bits = `0 0 ${destination ? 1 : 0} 0 ${source ? 1 : 0} 0 0`
  const writer = new PerWriter().bits(`0 01001 0 ${bits}`).word(sequence)
  writer.bits('0 00')
  identifier(writer)
  if (destination) transport(writer, 'destination', destination)
  // srcInfo: one dialled digit.
  writer.octets([1]).bits('0 0').octets([0, 0x40])
  if (source) transport(writer, 'source', source)
  return writer.octets([1, 0x64]).octets(nobody).word(1).octets([0]).octets(nobody).written
}

export function admissionConfirm(sequence: number, destination: TransportAddress): Written {
  const writer = new PerWriter().bits('0 01010 0 0 0').word(sequence)
  writer.bits('00').octets([0x64]).bits('0 0')
  return transport(writer, 'destination', destination).written
}

export function locationConfirm(sequence: number, signal: TransportAddress, ras: TransportAddress): Written {
  const writer = new PerWriter().bits('0 10011 0 0').word(sequence)
  return transport(transport(writer, 'signal', signal), 'ras', ras).written
}

export type CallMessage = 'setup' | 'callProceeding' | 'connect' | 'alerting' | 'facility' | 'releaseComplete'

const messageNumber: Readonly<Record<CallMessage, { readonly choice: string; readonly q931: number }>> = {
  setup: { choice: '000', q931: 5 },
  callProceeding: { choice: '001', q931: 2 },
  connect: { choice: '010', q931: 7 },
  alerting: { choice: '011', q931: 1 },
  releaseComplete: { choice: '101', q931: 0x5a },
  facility: { choice: '110', q931: 0x62 },
}

export interface CallParts {
  readonly h245?: TransportAddress | undefined
  /** Of Setup: whom it is for and whom it is from. Of Facility: where else to call. */
  readonly destination?: TransportAddress | undefined
  readonly source?: TransportAddress | undefined
  /** Channels opened at once. */
  readonly fastStart?: readonly Written[] | undefined
  /** Messages of H.245 within the call signalling. */
  readonly tunnelled?: readonly Written[] | undefined
}

/** A call signalling message in Q.931 in TPKT. */
export function callMessage(message: CallMessage, parts: CallParts): Written {
  const writer = new PerWriter().bits(`0 0 ${parts.tunnelled ? 1 : 0} 0 0 ${messageNumber[message].choice}`)
  if (message === 'setup') setup(writer, parts)
  else if (message === 'facility') facility(writer, parts)
  else if (message === 'releaseComplete') writer.bits('0 0').octets(protocolIdentifier)
  else progress(writer, parts, message === 'connect')
  // h4501SupplementaryService, h245Tunneling, h245Control
  if (parts.tunnelled) writer.bits('0000010 011').octets([1, 0x80]).open(list(parts.tunnelled))
  return tpkt(q931(messageNumber[message].q931, writer.written))
}

function setup(writer: PerWriter, { h245, destination, source, fastStart }: CallParts): void {
  const hasMore = source !== undefined || fastStart !== undefined
  writer.bits(`${hasMore ? 1 : 0} ${h245 ? 1 : 0} 0 0 ${destination ? 1 : 0} 0 0 0`).octets(protocolIdentifier)
  if (h245) transport(writer, 'h245', h245)
  writer.bits(NO_ENDPOINT)
  if (destination) transport(writer, 'destination', destination)
  // activeMC, conferenceID, conferenceGoal create, callType pointToPoint
  writer.bits('0').octets(nobody).bits('0 00 0 00')
  if (!hasMore) return
  // sourceCallSignalAddress, five others, fastStart
  writer.bits(`0000110 ${source ? 1 : 0} 00000 ${fastStart ? 1 : 0}`)
  if (source) writer.open(transport(new PerWriter(), 'source', source).written)
  if (fastStart) writer.open(list(fastStart))
}

function progress(writer: PerWriter, { h245, fastStart }: CallParts, isConnect: boolean): void {
  writer.bits(`${fastStart ? 1 : 0} ${h245 ? 1 : 0}`).octets(protocolIdentifier)
  if (!isConnect) writer.bits(NO_ENDPOINT)
  if (h245) transport(writer, 'h245', h245)
  if (isConnect) writer.bits(NO_ENDPOINT).octets(nobody)
  // callIdentifier, h245SecurityMode, tokens, cryptoTokens, fastStart
  if (fastStart) writer.bits('0000100 00001').open(list(fastStart))
}

function facility(writer: PerWriter, { h245, destination }: CallParts): void {
  writer.bits(`${h245 ? 1 : 0} ${destination ? 1 : 0} 0 0`).octets(protocolIdentifier)
  if (destination) transport(writer, 'destination', destination)
  // reason: callForwarded, or undefined
  writer.bits(destination ? '0 01' : '0 11')
  if (h245) writer.bits('0000110 0000001').open(transport(new PerWriter(), 'h245', h245).written)
}

function list(items: readonly Written[]): Written {
  const writer = new PerWriter().octets([items.length])
  for (const item of items) writer.open(item)
  return writer.written
}

/** Protocol discriminator, call reference, message type, and the user-user element. */
function q931(type: number, content: Written): Written {
  const length = content.bytes.length + 1
  const head = [8, 2, 0x12, 0x34, type, 0x7e, length >>> 8, length & 255, 5]
  return behind(head, content)
}

export function tpkt(content: Written): Written {
  const length = content.bytes.length + 4
  return behind([3, 0, length >>> 8, length & 255], content)
}

function behind(head: readonly number[], { bytes, places }: Written): Written {
  return {
    bytes: Uint8Array.from([...head, ...bytes]),
    places: new Map([...places].map(([name, at]) => [name, at + head.length])),
  }
}

/** H.245 OpenLogicalChannel for G.711; `isBare` as it stands in fastStart, without the request around it. */
export function openLogicalChannel(
  channel: number,
  media: TransportAddress | null,
  control: TransportAddress | null,
  isBare: boolean = false,
): Written {
  const writer = new PerWriter()
    .bits(isBare ? '' : '0 00 0 0011')
    .bits('0 0')
    .word(channel - 1)
  // portNumber absent; audioData, g711Ulaw64k, 30 frames
  writer.bits('0 0 0 011 0 0011').octets([29])
  // h2250LogicalChannelParameters among mediaChannel, mediaGuaranteedDelivery, mediaControlChannel
  const parameters = new PerWriter().bits(`0 0 0 ${media ? 1 : 0} 0 ${control ? 1 : 0} 00000`).octets([1])
  if (media) parameters.bits(mediaKindOf(media)).address(`media ${channel}`, media)
  if (control) parameters.bits(mediaKindOf(control)).address(`control ${channel}`, control)
  return writer.bits('1 0 000000').open(parameters.written).written
}

export function openLogicalChannelAck(
  channel: number,
  media: TransportAddress | null,
  control: TransportAddress | null,
): Written {
  const writer = new PerWriter().bits('0 01 0 00101 1 0').word(channel - 1)
  const parameters = new PerWriter().bits(`0 0 0 1 ${media ? 1 : 0} ${control ? 1 : 0} 0`).octets([1])
  if (media) parameters.bits(mediaKindOf(media)).address(`media ${channel}`, media)
  if (control) parameters.bits(mediaKindOf(control)).address(`control ${channel}`, control)
  // separateStack, forwardMultiplexAckParameters
  return writer.bits('0000001 01').open(parameters.written).written
}

/** An address as it stands in what arrived; null where that is too short. */
export function readAddress(arrived: Uint8Array, at: number | undefined, isVersion6: boolean): TransportAddress | null {
  const length = isVersion6 ? 16 : 4
  if (at === undefined || at + length + 2 > arrived.length) return null
  return { host: addressText(arrived.slice(at, at + length)), port: readUint16(arrived, at + length) }
}
