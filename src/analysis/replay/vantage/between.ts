/** The vantage of a capture that no firewall stood in: the firewall is put between the sides, and the source address says by which side a packet comes in. */

import { readUint16 } from '../../../model/bytes/index.ts'
import { type HostConfiguration, isLinkLocal6 } from '../../../model/host/index.ts'
import type { Frame, LinkLayer } from '../../capture/index.ts'
import type { IpView } from '../ip-view.ts'
import { makeRoomForAHop } from './hop.ts'
import { type Placement, setReceive, setSkip, type Vantage } from './placement.ts'
import { type Side, SideFinder } from './sides.ts'

/** Longer than any packet: what a network card merged must not be refused for its length. */
const unlimitedMtu = 65536

/**
 * The firewall as a host: one interface per side, forwarding, without a socket. Its own addresses are of blocks that nobody
 * uses (deprecated 6to4 relays, a unique local block), so that no packet of a capture is addressed to it.
 */
export function firewallBetween(sides: readonly Side[]): HostConfiguration {
  const interfaces = sides.map((side, index) => ({
    name: side.name,
    addresses: [
      { address: Uint8Array.of(192, 88, 99, index + 1), length: 32 },
      { address: Uint8Array.of(0xfd, 0x6b, 0x77, 0x61, 0x6c, 0x6c, 0, 0, 0, 0, 0, 0, 0, 0, 0, index + 1), length: 128 },
    ],
    mtu: unlimitedMtu,
    mac: null,
    group: 0,
  }))
  const routes = sides.flatMap((side) =>
    side.prefixes.map((to) => ({ to, via: null, device: side.name, type: 'unicast' as const })),
  )
  return { interfaces, routes, isForwarding: { 4: true, 6: true }, sysctls: {}, listening: [] }
}

/** Skips what does not go from one side to another. */
export class BetweenVantage implements Vantage {
  readonly assumptions: readonly string[]
  readonly #finder: SideFinder
  readonly #inputs: readonly number[]

  /** `inputs`: the host's interface index of each side. */
  constructor(sides: readonly Side[], inputs: readonly number[], assumptions: readonly string[]) {
    this.#finder = new SideFinder(sides)
    this.#inputs = inputs
    this.assumptions = assumptions
  }

  place(_frame: Frame, _link: LinkLayer, view: IpView, placement: Placement): void {
    const { bytes, family } = view
    if (family === 0) return setReceive(placement, this.#inputs[0] ?? 0)
    if (isNotForwarded(view)) return setSkip(placement, 'not-forwarded')
    const from = this.#finder.find(bytes, view.source, family)
    const to = this.#finder.find(bytes, view.destination, family)
    if (from === to) return setSkip(placement, 'same-side')
    makeRoomForAHop(view)
    setReceive(placement, this.#inputs[from] ?? 0)
  }

  /** The interface by which an everyday packet between these IPv4 addresses comes in; 0: it does not go from one side to another. */
  inputOf(source: number, destination: number): number {
    if (source >>> 16 === linkLocal4 || destination >>> 16 === linkLocal4) return 0
    const from = this.#finder.find4(source)
    return from === this.#finder.find4(destination) ? 0 : (this.#inputs[from] ?? 0)
  }
}

/** 169.254.0.0/16, in the upper half of a word. */
const linkLocal4 = 0xa9fe

const isLinkLocal4 = (bytes: Uint8Array, at: number): boolean => readUint16(bytes, at) === linkLocal4

/** Multicast, broadcast, unspecified and link-local addresses stay on their link. */
function isNotForwarded(view: IpView): boolean {
  const { bytes, source, destination } = view
  if (view.family === 6) {
    return (
      bytes[destination] === 0xff ||
      isLinkLocal6(bytes, source) ||
      isLinkLocal6(bytes, destination) ||
      isUnspecified(bytes, source, 16)
    )
  }
  if (bytes[destination]! >= 224 || isUnspecified(bytes, source, 4)) return true
  return isLinkLocal4(bytes, source) || isLinkLocal4(bytes, destination)
}

function isUnspecified(bytes: Uint8Array, at: number, length: number): boolean {
  if (bytes[at] !== 0) return false
  for (let i = 1; i < length; i++) if (bytes[at + i] !== 0) return false
  return true
}
