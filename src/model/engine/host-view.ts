/** What conntrack's helpers may ask of the host around them. */

import { readInt32, writeUint32 } from '../bytes/index.ts'
import type { HostView } from '../conntrack/index.ts'
import { broadcastMask, type Host, isUsable, loopbackIndex, type Route, RouteType } from '../host/index.ts'
import type { Packet } from '../packet/index.ts'

/** `isFromSocket`: whether a local socket sent this very packet. */
export function makeHostView(host: Host, isFromSocket: (packet: Packet) => boolean): HostView {
  const wayTo = (family: 4 | 6, words: Int32Array): Way | null => findWay(host, family, words)
  return {
    broadcastMask: (packet) => (isFromSocket(packet) ? maskOf(host, packet) : null),
    isSameWay(family, one, other) {
      const a = wayTo(family, one)
      const b = wayTo(family, other)
      return a !== null && b !== null && a.output === b.output && a.next.every((word, i) => word === b.next[i])
    },
    isSameInterface(family, one, other) {
      const a = wayTo(family, one)
      return a !== null && a.output === wayTo(family, other)?.output
    },
  }
}

function maskOf(host: Host, packet: Packet): Int32Array | null {
  const { bytes, start, output } = packet
  if (packet.family !== 4 || !host.isBroadcast(bytes, start + 16, output)) return null
  const mask = broadcastMask(host, output, bytes, start + 16)
  return mask && Int32Array.of(readInt32(mask, 0), 0, 0, 0)
}

interface Way {
  readonly output: number
  /** The next router, or the address itself where it is on the link. */
  readonly next: Int32Array
}

/** The way that a packet of this host would take; null: there is none. */
function findWay(host: Host, family: 4 | 6, words: Int32Array): Way | null {
  // A host of no address, in IPv4, is this one.
  if (family === 4 && words[0] === 0) return { output: loopbackIndex, next: words.slice(0, 1) }
  const bytes = new Uint8Array(family === 4 ? 4 : 16)
  for (let at = 0; at < bytes.length; at += 4) writeUint32(bytes, at, words[at / 4]!)
  const route = host.route(family, bytes, 0)
  if (!isUsable(route.type)) return null
  return { output: outputOf(route), next: route.via ? wordsOf(route.via) : words.slice(0, bytes.length / 4) }
}

const wordsOf = (address: Uint8Array): Int32Array =>
  Int32Array.from({ length: address.length / 4 }, (_, i) => readInt32(address, 4 * i))

/** The host's own addresses are reached through the loopback. */
const outputOf = (route: Route): number =>
  route.type === RouteType.local || route.type === RouteType.anycast ? loopbackIndex : route.output
