/** The vantage of a capture taken on the box itself: MAC addresses, direction marks, interface names and own addresses tell what it received and sent. */

import { isInPrefix, parsePrefix, readInt32, readUint16 } from '../../../model/bytes/index.ts'
import type { HostConfiguration } from '../../../model/host/index.ts'
import type { Frame, LinkLayer } from '../../capture/index.ts'
import type { IpView } from '../ip-view.ts'
import type { MadePackets, RecentPackets } from '../recent-packets.ts'
import { AddressList } from './address-list.ts'
import { makeRoomForAHop } from './hop.ts'
import { type Placement, setAct, setReceive, setSkip, type Vantage } from './placement.ts'
import { portKey, type Survey } from './survey.ts'

/** What the vantage asks of its surroundings. */
export interface HostSurroundings {
  readonly configuration: HostConfiguration
  readonly survey: Survey
  readonly recent: RecentPackets
  readonly made: MadePackets
  interfaceIndex(name: string): number
  /** Index of the interface by which the host would reach the address; 0: none. */
  interfaceTowards(bytes: Uint8Array, at: number, family: 4 | 6): number
  /** Name of an interface of a capture, where the capture says it. */
  captureInterfaceName(capture: number, interfaceIndex: number): string | undefined
}

type Motion = 'in' | 'out' | 'unknown' | 'other'

interface OwnMac {
  readonly high: number
  readonly low: number
  readonly interface: number
}

/** How the box's copies of packets compare with what the model did; see {@link HostVantage.comparison}. */
export interface Comparison {
  /** Frames that the box sent on, and that the model sent on too. */
  agreed: number
  /** Frames that the box sent on though the model refused the packet. */
  refused: number
  /** Frames that the box sent on, whose arrival is not in the capture (or was too long ago). */
  unexplained: number
  /** Copies of errors and resets that the model made as well. */
  made: number
}

export class HostVantage implements Vantage {
  readonly assumptions: readonly string[]
  readonly comparison: Comparison = { agreed: 0, refused: 0, unexplained: 0, made: 0 }
  /** The capture that is being read; set before {@link place}. */
  capture = 0
  readonly #around: HostSurroundings
  readonly #own: AddressList
  readonly #macs: readonly OwnMac[]
  readonly #covered: ReadonlySet<number>
  readonly #numbered: ReadonlyMap<string, number>
  readonly #byCapture: Map<number, number> = new Map()
  readonly #byVlan: Map<number, number> = new Map()
  readonly #first: number
  #macInterface = 0

  constructor(around: HostSurroundings, words: readonly string[]) {
    this.#around = around
    this.#own = new AddressList(
      around.configuration.interfaces.flatMap((one) => one.addresses.map((prefix) => prefix.address)),
    )
    this.#macs = ownMacs(around)
    this.#numbered = numberedPorts(around)
    this.#covered = this.#coveredInterfaces()
    this.#first = around.interfaceIndex(around.configuration.interfaces[0]?.name ?? 'lo')
    this.assumptions = [...words, ...this.#describe()]
  }

  place(frame: Frame, link: LinkLayer, view: IpView, placement: Placement): void {
    const named = this.#named(frame, link)
    const motion = this.#motion(frame, link)
    if (motion === 'other') return setSkip(placement, 'other-machines')
    const input = this.#tagged(named || this.#macInterface, link.vlan)
    if (view.family === 0)
      return motion === 'out' ? setAct(placement, 'result') : setReceive(placement, input || this.#first)
    const isOwnSource = this.#isOwn(view, view.source)
    if (motion !== 'in' && !isOwnSource && this.#around.made.take(view)) return this.#agree(placement)
    if (motion === 'out') return isOwnSource ? this.#placeSent(view, placement) : this.#placeSentOn(view, placement)
    if (isOwnSource) {
      if (motion === 'unknown') return this.#placeSent(view, placement)
      if (this.#isOwn(view, view.destination)) return this.#placeLooped(view, placement)
    }
    if (motion === 'unknown' && this.#isCopy(view)) return this.#compare(view, placement)
    setReceive(placement, input || this.#towardsSource(view) || this.#first)
  }

  /** From an own address: the model made it as well (then it is a result), or a program of the box did. */
  #placeSent(view: IpView, placement: Placement): void {
    if (!this.#around.made.take(view)) return setAct(placement, 'send')
    this.comparison.made += 1
    setAct(placement, 'result')
  }

  /** To oneself, as it came back in: the copy of what went out, unless only this one was captured. */
  #placeLooped(view: IpView, placement: Placement): void {
    if (this.#around.recent.find(view) === 0) setAct(placement, 'send')
    else setSkip(placement, 'loopback-copy')
  }

  /** From a foreign address: it was forwarded. Where its arrival was not captured, it is taken as it left. */
  #placeSentOn(view: IpView, placement: Placement): void {
    const input = this.#towardsSource(view)
    if (this.#covered.size === 0 || input === 0 || this.#covered.has(input)) return this.#compare(view, placement)
    makeRoomForAHop(view)
    setReceive(placement, input)
  }

  /** The model translated a packet to this very one. */
  #agree(placement: Placement): void {
    this.comparison.agreed += 1
    setAct(placement, 'result')
  }

  #compare(view: IpView, placement: Placement): void {
    const found = this.#around.recent.find(view)
    if (found === 0) this.comparison.unexplained += 1
    else if (this.#around.recent.hasFoundPassed) this.comparison.agreed += 1
    else this.comparison.refused += 1
    setAct(placement, 'result')
  }

  /** Without direction: the same packet again with one hop less is what the box sent on. */
  #isCopy(view: IpView): boolean {
    return this.#around.recent.find(view) !== 0 && this.#around.recent.foundTimeToLive === view.timeToLive + 1
  }

  #isOwn(view: IpView, at: number): boolean {
    return this.#own.has(view.bytes, at, view.family) || isLoopbackAddress(view, at)
  }

  #towardsSource(view: IpView): number {
    return view.family === 0 ? 0 : this.#around.interfaceTowards(view.bytes, view.source, view.family)
  }

  /** By direction mark if there is one, else by MAC addresses; sets the interface that these name. */
  #motion(frame: Frame, link: LinkLayer): Motion {
    this.#macInterface = 0
    const { bytes } = frame
    const to = link.destinationMac >= 0 ? this.#macAt(bytes, link.destinationMac) : 0
    const from = link.sourceMac >= 0 ? this.#macAt(bytes, link.sourceMac) : 0
    if (link.packetType === 'other' && to === 0) return 'other'
    if (link.direction === 'inbound') {
      this.#macInterface = to
      return 'in'
    }
    if (link.direction === 'outbound') return 'out'
    if (link.sourceMac < 0 || link.destinationMac < 0 || this.#macs.length === 0 || isLoopback(bytes, link))
      return 'unknown'
    if (from !== 0) return 'out'
    if (to !== 0) {
      this.#macInterface = to
      return 'in'
    }
    return (bytes[link.destinationMac]! & 1) === 1 ? 'in' : 'other'
  }

  #macAt(bytes: Uint8Array, at: number): number {
    const high = readUint16(bytes, at)
    const low = readInt32(bytes, at + 2)
    for (const mac of this.#macs) if (mac.low === low && mac.high === high) return mac.interface
    return 0
  }

  /** A frame with a VLAN tag comes in by `eth0.10`, where the host has such an interface. */
  #tagged(input: number, vlan: number): number {
    if (vlan < 0 || input === 0) return input
    const key = input * 4096 + vlan
    let index = this.#byVlan.get(key)
    if (index === undefined) {
      const parent = this.#around.configuration.interfaces.find(
        ({ name }) => this.#around.interfaceIndex(name) === input,
      )
      const child = this.#around.configuration.interfaces.find(({ name }) => name === `${parent?.name}.${vlan}`)
      index = child ? this.#around.interfaceIndex(child.name) : input
      this.#byVlan.set(key, index)
    }
    return index
  }

  /** The host's interface that the capture names: by pcapng's interface name, or learnt for cooked v2's number. */
  #named(frame: Frame, link: LinkLayer): number {
    if (link.interfaceNumber >= 0) {
      return this.#numbered.get(portKey(this.capture, frame.interfaceIndex, link.interfaceNumber)) ?? 0
    }
    const key = this.capture * 65536 + frame.interfaceIndex
    const known = this.#byCapture.get(key)
    if (known !== undefined) return known
    const name = this.#around.captureInterfaceName(this.capture, frame.interfaceIndex)
    const isOurs = this.#around.configuration.interfaces.some((one) => one.name === name)
    const index = name !== undefined && isOurs ? this.#around.interfaceIndex(name) : 0
    this.#byCapture.set(key, index)
    return index
  }

  /** Interfaces whose arrivals are in the capture; empty when all are (cooked) or nobody can tell. */
  #coveredInterfaces(): ReadonlySet<number> {
    const covered = new Set<number>()
    for (const port of this.#around.survey.ports.values()) {
      const name = this.#around.captureInterfaceName(port.capture, port.interfaceIndex)
      if (port.interfaceNumber >= 0 || name === 'any') return new Set()
      const named = this.#around.configuration.interfaces.find((one) => one.name === name)
      if (named) covered.add(this.#around.interfaceIndex(named.name))
      const macs = [...port.sourceMacs.values(), ...port.destinationMacs.values()]
      for (const mac of this.#macs) if (!named && macs.some((text) => isSameMac(mac, text))) covered.add(mac.interface)
      if (!named && port.destinationMacs.size === 0) return new Set()
    }
    return covered
  }

  #describe(): readonly string[] {
    const names = this.#around.configuration.interfaces.map((one) => one.name)
    const byMac = this.#macs.length > 0
    const directed = this.#around.survey.directed > 0
    const how = directed ? 'direction marks' : byMac ? 'MAC addresses' : 'own addresses and routes'
    const missing = names.filter(
      (name) => this.#covered.size > 0 && !this.#covered.has(this.#around.interfaceIndex(name)),
    )
    const first = `${how} tell what the box received and what it sent (interfaces ${names.join(', ')})`
    if (missing.length === 0 || directed) return [first]
    return [
      first,
      `arrivals on ${missing.join(', ')} are not in the capture: what came in there is taken as the box sent it on`,
    ]
  }
}

/** On the loopback both addresses are zero and tell nothing. */
function isLoopback(bytes: Uint8Array, link: LinkLayer): boolean {
  for (let i = 0; i < 6; i++) if (bytes[link.sourceMac + i] !== 0) return false
  return true
}

const isLoopbackAddress = (view: IpView, at: number): boolean => {
  const { bytes } = view
  if (view.family === 4) return bytes[at] === 127
  for (let i = 0; i < 15; i++) if (bytes[at + i] !== 0) return false
  return bytes[at + 15] === 1
}

const isSameMac = (mac: OwnMac, text: string): boolean => {
  const parsed = parseMac(text)
  return parsed.high === mac.high && parsed.low === mac.low
}

function parseMac(text: string): { readonly high: number; readonly low: number } {
  const bytes = Uint8Array.from(text.split(':'), (part) => Number.parseInt(part, 16))
  return { high: readUint16(bytes, 0), low: readInt32(bytes, 2) }
}

/** As configured; of interfaces without one, learnt from frames that carry their addresses. */
function ownMacs(around: HostSurroundings): readonly OwnMac[] {
  const macs = new Map<string, number>()
  for (const one of around.configuration.interfaces)
    if (one.mac) macs.set(one.mac.toLowerCase(), around.interfaceIndex(one.name))
  for (const one of around.configuration.interfaces) {
    if (one.mac) continue
    for (const { address } of one.addresses) learnMacs(around, address, around.interfaceIndex(one.name), macs)
  }
  return [...macs].map(([text, index]) => ({ ...parseMac(text), interface: index }))
}

function learnMacs(around: HostSurroundings, address: Uint8Array, index: number, macs: Map<string, number>): void {
  const own = [...around.survey.addresses.keys()].find((text) => isSameAddress(text, address))
  if (own === undefined) return
  for (const port of around.survey.ports.values()) {
    for (const text of [port.sourceMacs.get(own), port.destinationMacs.get(own)]) {
      if (text !== undefined && text !== '00:00:00:00:00:00' && !macs.has(text)) macs.set(text, index)
    }
  }
}

function isSameAddress(text: string, address: Uint8Array): boolean {
  const prefix = parsePrefix(text)
  return prefix !== null && prefix.address.length === address.length && isInPrefix(address, 0, prefix)
}

/** Cooked v2 numbers the box's interfaces; which is which, the routes to the neighbours that were seen there decide by majority. */
function numberedPorts(around: HostSurroundings): ReadonlyMap<string, number> {
  const found = new Map<string, number>()
  for (const [key, port] of around.survey.ports) {
    if (port.interfaceNumber < 0) continue
    const votes = new Map<number, number>()
    for (const [text, packets] of port.neighbours) {
      const prefix = parsePrefix(text)
      if (!prefix) continue
      const index = around.interfaceTowards(prefix.address, 0, prefix.address.length === 4 ? 4 : 6)
      if (index !== 0) votes.set(index, (votes.get(index) ?? 0) + packets)
    }
    const [winner] = [...votes].sort((a, b) => b[1] - a[1])
    if (winner) found.set(key, winner[0])
  }
  return found
}
