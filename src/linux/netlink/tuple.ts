/** A conntrack tuple in ctnetlink's attributes (CTA_TUPLE_*), linux/netfilter/nfnetlink_conntrack.h. */
import type { Codec } from './attribute.ts'
import { address, attribute, be16, decodeAttributes, encodeAttributes, nested, u8 } from './attribute.ts'

/** One direction of a flow. Ports, or the three fields of ICMP and ICMPv6; what the protocol has not is absent. */
export interface Tuple {
  src?: string
  dst?: string
  proto?: number
  sport?: number
  dport?: number
  id?: number
  type?: number
  code?: number
  zone?: number
}

const addresses = {
  source4: attribute(1, address),
  destination4: attribute(2, address),
  source6: attribute(3, address),
  destination6: attribute(4, address),
}

const protocol = {
  proto: attribute(1, u8),
  sport: attribute(2, be16),
  dport: attribute(3, be16),
  id: attribute(4, be16),
  type: attribute(5, u8),
  code: attribute(6, u8),
  id6: attribute(7, be16),
  type6: attribute(8, u8),
  code6: attribute(9, u8),
}

const levels = {
  addresses: attribute(1, nested(addresses)),
  protocol: attribute(2, nested(protocol)),
  zone: attribute(3, be16),
}

/** A tuple inside an attribute. */
export const tuple: Codec<Tuple> = { leastBytes: 0, isNested: true, encode: encodeTuple, decode: decodeTuple }

function decodeTuple(bytes: Uint8Array): Tuple {
  const decoded = decodeAttributes(levels, bytes)
  const result: Tuple = {}
  const source = decoded.addresses?.source4 ?? decoded.addresses?.source6
  const destination = decoded.addresses?.destination4 ?? decoded.addresses?.destination6
  if (source !== undefined) result.src = source
  if (destination !== undefined) result.dst = destination
  const { id6, type6, code6, ...rest } = decoded.protocol ?? {}
  Object.assign(result, rest)
  if (id6 !== undefined) result.id = id6
  if (type6 !== undefined) result.type = type6
  if (code6 !== undefined) result.code = code6
  if (decoded.zone !== undefined) result.zone = decoded.zone
  return result
}

const ICMPV6 = 58

function encodeTuple(value: Tuple): Uint8Array {
  const { src, dst, zone, ...ports } = value
  const isIpv6 = src?.includes(':') ?? dst?.includes(':') ?? false
  const { id, type, code, ...plain } = ports
  const sixth = { ...plain, ...present({ id6: id, type6: type, code6: code }) }
  return encodeAttributes(levels, {
    addresses: isIpv6 ? present({ source6: src, destination6: dst }) : present({ source4: src, destination4: dst }),
    protocol: value.proto === ICMPV6 ? sixth : ports,
    ...present({ zone }),
  })
}

type Present<T> = { [K in keyof T]?: Exclude<T[K], undefined> }

function present<T extends object>(value: T): Present<T> {
  const kept = Object.entries(value).filter(([, part]) => part !== undefined)
  // Only the undefined ones went.
  return Object.fromEntries(kept) as Present<T>
}
