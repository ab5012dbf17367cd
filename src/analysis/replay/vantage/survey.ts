/** A look at the first frames of a capture before it is replayed: who speaks with whom, seen from where. Bounded, whatever the capture holds. */

import { printAddress, readUint16 } from '../../../model/bytes/index.ts'
import { Protocol, TcpFlag } from '../../../model/packet/index.ts'
import { createLinkLayer, decodeLink, type Frame, type LinkLayer, millisecondsSince } from '../../capture/index.ts'
import { findChecksum, IpView } from '../ip-view.ts'

const mostAddresses = 4096
const mostFlows = 16384
const mostPorts = 64
const mostSockets = 1024

/** A socket that took part in a flow which it did not open. */
export interface SocketSeen {
  readonly protocol: number
  readonly address: string
  readonly port: number
}

/** What was seen of one IP address. */
export interface AddressSeen {
  readonly address: string
  readonly family: 4 | 6
  /** Flows that it opened, and flows that others opened to it. */
  opened: number
  asked: number
  /** Packets from it and to it by the direction that the capture itself tells. */
  sentOut: number
  sentIn: number
  receivedIn: number
  receivedOut: number
  /** TCP and UDP segments of it with a right checksum, a wrong one, and one left to the network card. */
  good: number
  bad: number
  partial: number
  readonly peers: Set<string>
}

/** One place where frames were taken: an interface of a capture, or in a capture of several (cooked v2) the box's interface number. */
export interface PortSeen {
  readonly capture: number
  readonly interfaceIndex: number
  readonly interfaceNumber: number
  /** MAC addresses (as text) that sent from, or received for, an IP address here, with that address. */
  readonly sourceMacs: Map<string, string>
  readonly destinationMacs: Map<string, string>
  /** Sources of frames that came in or of unknown direction; destinations of frames that went out. */
  readonly neighbours: Map<string, number>
}

/** Names a {@link PortSeen}. */
export const portKey = (capture: number, interfaceIndex: number, interfaceNumber: number): string =>
  `${capture}/${interfaceIndex}/${interfaceNumber}`

const count = <K>(map: Map<K, number>, key: K): void => {
  if (map.has(key) || map.size < mostAddresses) map.set(key, (map.get(key) ?? 0) + 1)
}

const hexBytes: readonly string[] = Array.from({ length: 256 }, (_, byte) => byte.toString(16).padStart(2, '0'))

export function macText(bytes: Uint8Array, at: number): string {
  let text = hexBytes[bytes[at]!]!
  for (let i = 1; i < 6; i++) text += `:${hexBytes[bytes[at + i]!]}`
  return text
}

/** Feed it frames, then read what it found. */
export class Survey {
  readonly addresses: Map<string, AddressSeen> = new Map()
  readonly ports: Map<string, PortSeen> = new Map()
  frames = 0
  packets = 0
  /** Frames whose direction the capture tells. */
  directed = 0
  /** Earliest time of a first frame, in milliseconds since 1970 UTC; null when no frame has a time. */
  start: number | null = null
  /** Bytes of the longest IP packet. */
  longest = 0
  /** Sockets that answered: `6/10.0.0.1/22`, with protocol number, address and port. */
  readonly answering: Map<string, SocketSeen> = new Map()
  /** By key; true: seen from the side that opened it. */
  readonly #flows: Map<string, boolean> = new Map()
  readonly #link: LinkLayer = createLinkLayer()
  readonly #view: IpView = new IpView()

  feed(frame: Frame, capture: number): void {
    this.frames += 1
    if (frame.hasTime)
      this.start = Math.min(
        this.start ?? Number.POSITIVE_INFINITY,
        millisecondsSince(0, frame.timeSeconds, frame.timeNanoseconds),
      )
    const link = this.#link
    decodeLink(frame, link)
    if (link.kind !== 'ip') return
    const view = this.#view
    view.read(frame.bytes, link.networkStart, link.networkStart + link.networkLength)
    if (view.family === 0) return
    this.packets += 1
    this.longest = Math.max(this.longest, view.end - view.start)
    const length = view.family === 4 ? 4 : 16
    const source = this.#address(printAddress(view.bytes, view.source, length), view.family)
    const destination = this.#address(printAddress(view.bytes, view.destination, length), view.family)
    if (!source || !destination) return
    source.peers.add(destination.address)
    destination.peers.add(source.address)
    this.#noteDirection(link, source, destination)
    this.#notePort(frame, link, capture, source.address, destination.address)
    this.#noteFlow(view, source, destination)
    noteChecksum(view, source)
  }

  #address(address: string, family: 4 | 6): AddressSeen | undefined {
    const known = this.addresses.get(address)
    if (known || this.addresses.size >= mostAddresses) return known
    const seen: AddressSeen = {
      address,
      family,
      opened: 0,
      asked: 0,
      sentOut: 0,
      sentIn: 0,
      receivedIn: 0,
      receivedOut: 0,
      good: 0,
      bad: 0,
      partial: 0,
      peers: new Set(),
    }
    this.addresses.set(address, seen)
    return seen
  }

  #noteDirection(link: LinkLayer, source: AddressSeen, destination: AddressSeen): void {
    if (link.direction === 'unknown' || link.packetType === 'other') return
    this.directed += 1
    if (link.direction === 'outbound') {
      source.sentOut += 1
      destination.receivedOut += 1
    } else {
      source.sentIn += 1
      if (link.packetType !== 'broadcast' && link.packetType !== 'multicast') destination.receivedIn += 1
    }
  }

  #notePort(frame: Frame, link: LinkLayer, capture: number, source: string, destination: string): void {
    const key = portKey(capture, frame.interfaceIndex, link.interfaceNumber)
    let port = this.ports.get(key)
    if (!port) {
      if (this.ports.size >= mostPorts) return
      const place = { capture, interfaceIndex: frame.interfaceIndex, interfaceNumber: link.interfaceNumber }
      port = { ...place, sourceMacs: new Map(), destinationMacs: new Map(), neighbours: new Map() }
      this.ports.set(key, port)
    }
    if (link.sourceMac >= 0 && port.sourceMacs.size < mostAddresses)
      port.sourceMacs.set(source, macText(frame.bytes, link.sourceMac))
    if (link.destinationMac >= 0 && port.destinationMacs.size < mostAddresses) {
      port.destinationMacs.set(destination, macText(frame.bytes, link.destinationMac))
    }
    count(port.neighbours, link.direction === 'outbound' ? destination : source)
  }

  /** Whoever sends the first packet of a flow opened it, unless TCP says that it answers. */
  #noteFlow(view: IpView, source: AddressSeen, destination: AddressSeen): void {
    const { bytes, transport, protocol } = view
    const hasPorts = (protocol === Protocol.tcp || protocol === Protocol.udp) && transport >= 0
    const from = hasPorts ? readUint16(bytes, transport) : 0
    const to = hasPorts ? readUint16(bytes, transport + 2) : 0
    const key = `${protocol} ${source.address} ${from} ${destination.address} ${to}`
    const flags = protocol === Protocol.tcp && hasPorts && transport + 14 <= view.available ? bytes[transport + 13]! : 0
    const isAnswer = (flags & (TcpFlag.syn | TcpFlag.ack)) === (TcpFlag.syn | TcpFlag.ack)
    const isOpener = this.#flows.get(key) ?? !isAnswer
    if (hasPorts && !isOpener && (flags & TcpFlag.rst) === 0)
      this.#noteSocket({ protocol, address: source.address, port: from })
    if (this.#flows.has(key) || this.#flows.size >= mostFlows) return
    this.#flows.set(key, isOpener)
    this.#flows.set(`${protocol} ${destination.address} ${to} ${source.address} ${from}`, !isOpener)
    ;(isOpener ? source : destination).opened += 1
    ;(isOpener ? destination : source).asked += 1
  }

  #noteSocket(socket: SocketSeen): void {
    const key = `${socket.protocol}/${socket.address}/${socket.port}`
    if (this.answering.size < mostSockets) this.answering.set(key, socket)
  }
}

function noteChecksum(view: IpView, source: AddressSeen): void {
  const finding = findChecksum(view)
  if (finding !== 'none') source[finding] += 1
}
