/** Interfaces, addresses and routes of the calling thread's network namespace, by rtnetlink. */
import type { Prefix } from '../../model/bytes/index.ts'
import { parsePrefix } from '../../model/bytes/index.ts'
import type { Libc } from '../native/index.ts'
import { addressBytes, LiveError, netlinkProtocol, SystemCallError } from '../native/index.ts'
import type { Route } from '../netlink/index.ts'
import {
  decodeRouteType,
  encodeAddress,
  encodeLinkDown,
  encodeLinkUp,
  encodeRoute,
  encodeRouteQuery,
  NEW,
  NetlinkSocket,
  routeMessage,
  routeType,
} from '../netlink/index.ts'

const LOCAL_ATTEMPTS = 2000
const LOCAL_PAUSE_MS = 0.2

/** A handle on the namespace in which it was made. */
export class Network {
  readonly #libc: Libc
  readonly #socket: NetlinkSocket

  constructor(libc: Libc) {
    this.#libc = libc
    this.#socket = new NetlinkSocket(libc, netlinkProtocol.route)
  }

  /** Sets the MTU and takes multicast off, before the interface goes up. */
  prepare(name: string, mtu: number): void {
    this.#socket.call(`mtu ${mtu} of ${name}`, routeMessage.newLink, encodeLinkDown(this.#index(name), mtu))
  }

  setUp(name: string): void {
    this.#socket.call(`set ${name} up`, routeMessage.newLink, encodeLinkUp(this.#index(name)))
  }

  /** Adds an address such as `203.0.113.1/24`, with its broadcast address if it is to have one. */
  addAddress(name: string, text: string, broadcast?: string): void {
    const brd = broadcast === undefined ? undefined : addressBytes(broadcast)
    const body = encodeAddress(this.#index(name), readPrefix(text), brd)
    this.#socket.call(`address ${text} on ${name}`, routeMessage.newAddress, body, NEW)
  }

  /** Adds a route; `device` is an interface's name. */
  addRoute(destination: string, gateway?: string, device?: string, type?: number): void {
    const index = device === undefined ? undefined : this.#index(device)
    const route: Route = {
      destination: readPrefix(destination),
      gateway: gateway === undefined ? undefined : addressBytes(gateway),
      device: index,
      type,
    }
    this.#socket.call(`route to ${destination}`, routeMessage.newRoute, encodeRoute(route), NEW)
  }

  /** Waits until an address is local: an IPv6 one becomes so in a work queue of the kernel, a little after its answer. */
  waitUntilLocal(address: string): void {
    const query = encodeRouteQuery(addressBytes(address))
    for (let attempt = 0; attempt < LOCAL_ATTEMPTS; attempt++) {
      if (this.#isLocal(query)) return
      sleep(LOCAL_PAUSE_MS)
    }
    throw new LiveError(`the address ${address} did not become local`)
  }

  #isLocal(query: Uint8Array): boolean {
    try {
      const answer = this.#socket.get('route', routeMessage.getRoute, query)
      return answer.type === routeMessage.newRoute && decodeRouteType(answer.body) === routeType.local
    } catch (cause) {
      // "No route" is what the kernel says as long as the address is not there.
      if (cause instanceof SystemCallError) return false
      throw cause
    }
  }

  close(): void {
    this.#socket.close()
  }

  #index(name: string): number {
    const index = this.#libc.interfaceIndex(name)
    if (index === 0) throw new LiveError(`there is no interface ${name}`)
    return index
  }
}

function readPrefix(text: string): Prefix {
  const prefix = parsePrefix(text)
  if (prefix === null) throw new LiveError(`expected an address with a prefix length, found "${text}"`)
  return prefix
}

/** Blocks the calling thread; `milliseconds` may be a fraction. */
export function sleep(milliseconds: number): void {
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, milliseconds)
}
