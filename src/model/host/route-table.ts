/** Longest-prefix lookup in the local and main table together, as Linux does while no policy rule was added. */

import type { Prefix } from '../bytes/index.ts'
import { BlockSearch, readInt32 } from '../bytes/index.ts'
import type { RouteTypeNumber } from './route-type.ts'
import { RouteType } from './route-type.ts'

/** Where a lookup leads. Shared by all lookups that end here: never written to after the table was built. */
export interface Route {
  readonly type: RouteTypeNumber
  /** Interface index; 0 for blackhole and its like, and when there is no route. */
  readonly output: number
  /** Next hop, or null when the destination is on the link (or there is no route). */
  readonly via: Uint8Array | null
  /** MTU of the interface. */
  readonly mtu: number
  readonly prefixLength: number
  /** Address that the host uses as source on this route, where the route itself says so. */
  readonly source: Uint8Array | null
}

/** What a lookup gives when nothing matches. */
export const noRoute: Route = {
  type: RouteType.unspecified,
  output: 0,
  via: null,
  mtu: 0,
  prefixLength: 0,
  source: null,
}

const cacheSize = 1024
const fewRoutes = 16

/** Routes of one family. Destinations are compared as 32-bit words: one of them in IPv4, four in IPv6. */
export class RouteTable {
  private readonly words: 1 | 4
  private routes: Route[] = []
  private networks = new Int32Array(0)
  private masks = new Int32Array(0)
  /** IPv4: the routes' blocks. */
  private search4 = new BlockSearch([])
  private readonly cachedWords: Int32Array
  private readonly cached: (Route | null)[] = new Array(cacheSize).fill(null)

  constructor(family: 4 | 6, routes: readonly { readonly to: Prefix; readonly route: Route }[]) {
    this.words = family === 4 ? 1 : 4
    this.cachedWords = new Int32Array(cacheSize * this.words)
    this.build(routes)
  }

  private build(routes: readonly { readonly to: Prefix; readonly route: Route }[]): void {
    const isLocal = (route: Route): number => (route.type === RouteType.unicast ? 1 : 0)
    const sorted = [...routes].sort((a, b) => b.to.length - a.to.length || isLocal(a.route) - isLocal(b.route))
    this.routes = sorted.map(({ route }) => route)
    this.networks = new Int32Array(sorted.length * this.words)
    this.masks = new Int32Array(sorted.length * this.words)
    for (const [i, { to }] of sorted.entries()) this.writePrefix(i, to)
    if (this.words === 1)
      this.search4 = new BlockSearch(sorted.map(({ to }) => ({ word: readInt32(to.address, 0), length: to.length })))
  }

  private writePrefix(i: number, to: Prefix): void {
    for (let word = 0; word < this.words; word++) {
      const bits = Math.min(32, Math.max(0, to.length - 32 * word))
      const mask = bits === 0 ? 0 : -1 << (32 - bits)
      this.masks[i * this.words + word] = mask
      this.networks[i * this.words + word] = readInt32(to.address, 4 * word) & mask
    }
  }

  /** The route for the address at `at`; with `device` not 0, only through that interface. */
  lookup(bytes: Uint8Array, at: number, device: number): Route {
    return this.words === 1 ? this.lookup4(readInt32(bytes, at), device) : this.lookup6(bytes, at, device)
  }

  /** IPv4: the same, through any interface. */
  lookupWord(word: number): Route {
    return this.lookup4(word, 0)
  }

  /** IPv4: {@link lookupSingle}. */
  lookupSingleWord(word: number): Route {
    return this.routeAt(this.search4.findSingle(word))
  }

  /** The route to this single address; {@link noRoute} where it is only part of a block. */
  lookupSingle(bytes: Uint8Array, at: number): Route {
    if (this.words === 1) return this.lookupSingleWord(readInt32(bytes, at))
    const route = this.lookup6(bytes, at, 0)
    return route.prefixLength === 128 ? route : noRoute
  }

  private lookup4(word: number, device: number): Route {
    const { length } = this.routes
    if (device !== 0) return this.scan4(word, device)
    // So few are searched sooner than they are found in the cache, which captures of many addresses wash out.
    if (length <= fewRoutes) return this.routeAt(this.search4.find(word))
    const slot = (Math.imul(word, 0x9e3779b1) >>> 16) & (cacheSize - 1)
    const cached = this.cached[slot]
    if (cached && this.cachedWords[slot] === word) return cached
    const route = this.routeAt(this.search4.find(word))
    this.cachedWords[slot] = word
    this.cached[slot] = route
    return route
  }

  private routeAt(index: number): Route {
    return index < 0 ? noRoute : this.routes[index]!
  }

  private scan4(word: number, device: number): Route {
    const { routes, networks, masks } = this
    for (let i = 0; i < routes.length; i++) {
      if ((word & masks[i]!) === networks[i]) {
        const route = routes[i]!
        if (route.output === device || route.output === 0) return route
      }
    }
    return noRoute
  }

  private lookup6(bytes: Uint8Array, at: number, device: number): Route {
    const a = readInt32(bytes, at)
    const b = readInt32(bytes, at + 4)
    const c = readInt32(bytes, at + 8)
    const d = readInt32(bytes, at + 12)
    if (device !== 0) return this.scan6(a, b, c, d, device)
    const slot = (Math.imul(a ^ (b << 1) ^ (c << 2) ^ d, 0x9e3779b1) >>> 16) & (cacheSize - 1)
    const words = this.cachedWords
    const base = slot * 4
    const cached = this.cached[slot]
    if (cached && words[base] === a && words[base + 1] === b && words[base + 2] === c && words[base + 3] === d)
      return cached
    const route = this.scan6(a, b, c, d, 0)
    words[base] = a
    words[base + 1] = b
    words[base + 2] = c
    words[base + 3] = d
    this.cached[slot] = route
    return route
  }

  private scan6(a: number, b: number, c: number, d: number, device: number): Route {
    const { routes, networks, masks } = this
    for (let i = 0, base = 0; i < routes.length; i++, base += 4) {
      if (
        (a & masks[base]!) === networks[base] &&
        (b & masks[base + 1]!) === networks[base + 1] &&
        (c & masks[base + 2]!) === networks[base + 2] &&
        (d & masks[base + 3]!) === networks[base + 3]
      ) {
        const route = routes[i]!
        if (device === 0 || route.output === device || route.output === 0) return route
      }
    }
    return noRoute
  }
}
