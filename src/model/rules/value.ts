/**
 * Values that a rule computes from a packet, as a tree. How each is computed is one file in `machine/expressions/`.
 *
 * A value is `width` bits and lies in registers of 32 bits, most significant first: bytes are taken in network order in groups
 * of four, the last group as many bytes as remain. So 48 bits are two words, the second below 2^16; unsigned comparison word by
 * word is numeric order. Strings (interface names) are their bytes, padded with zeros to 16.
 * A value that the packet does not have (no such header, no conntrack entry) fails to load, and the rule does not match.
 */

import type { SetDefinition } from './set.ts'
import type { Direction } from './statement.ts'

export type Value =
  | PayloadValue
  | MetaValue
  | ConntrackValue
  | FibValue
  | RouteValue
  | ExtensionHeaderValue
  | TcpOptionValue
  | IpOptionValue
  | SctpChunkValue
  | BitwiseValue
  | ConcatenationValue
  | MappedValue
  | ConstantValue
  | NumberGeneratorValue
  | HashValue

/** Bits of the packet. `transport` needs a first (or whole) packet with a known transport header; `inner` is behind it. */
export interface PayloadValue {
  readonly kind: 'payload'
  readonly base: 'link' | 'network' | 'transport' | 'inner'
  /** From the base, in bits. */
  readonly offset: number
  readonly width: number
  /** What it is called, for people: `tcp dport`, `ip saddr`, `@th,0,16`. */
  readonly name: string
}

export type MetaKey =
  | 'length'
  | 'protocol'
  | 'nfproto'
  | 'l4proto'
  | 'mark'
  | 'priority'
  | 'iif'
  | 'oif'
  | 'iifname'
  | 'oifname'
  | 'iiftype'
  | 'oiftype'
  | 'iifgroup'
  | 'oifgroup'
  | 'iifkind'
  | 'oifkind'
  | 'sdif'
  | 'sdifname'
  | 'skuid'
  | 'skgid'
  | 'cgroup'
  | 'rtclassid'
  | 'nftrace'
  | 'pkttype'
  | 'cpu'
  | 'random'
  | 'secpath'
  | 'secmark'
  | 'time'
  | 'day'
  | 'hour'

export interface MetaValue {
  readonly kind: 'meta'
  readonly key: MetaKey
  readonly width: number
}

export type ConntrackKey =
  | 'state'
  | 'direction'
  | 'status'
  | 'mark'
  | 'secmark'
  | 'expiration'
  | 'helper'
  | 'label'
  | 'id'
  | 'zone'
  | 'l3proto'
  | 'protocol'
  | 'saddr'
  | 'daddr'
  | 'proto-src'
  | 'proto-dst'
  | 'bytes'
  | 'packets'
  | 'avgpkt'

/** `expiration` is in milliseconds. `helper` is 16 bytes. `label` is 128 bits, bit 0 the lowest of the last word. `bytes`, `packets` and `avgpkt` are 64 bits. */
export interface ConntrackValue {
  readonly kind: 'ct'
  readonly key: ConntrackKey
  readonly direction: Direction | null
  /** For saddr and daddr: which family they are of; a packet of the other family fails to load. */
  readonly family: 4 | 6 | null
  readonly width: number
}

export interface FibValue {
  readonly kind: 'fib'
  readonly address: 'saddr' | 'daddr'
  /** Further keys of the lookup. */
  readonly with: readonly ('mark' | 'iif' | 'oif')[]
  /** `oif`, `oifname`: interface of the route (0 or empty when none); `type`: the kernel's RTN_* number (host `RouteType`); `exists`: 1 or 0 (`fib ... oif missing`). */
  readonly result: 'oif' | 'oifname' | 'type' | 'exists'
  readonly width: number
}

export interface RouteValue {
  readonly kind: 'rt'
  readonly key: 'classid' | 'nexthop4' | 'nexthop6' | 'mtu' | 'ipsec'
  readonly width: number
}

/** Bits of an IPv6 extension header, or whether it is there (`exists`: width 8, value 0 or 1, never fails to load). */
export interface ExtensionHeaderValue {
  readonly kind: 'exthdr'
  /** Protocol number of the header: 0 hop-by-hop, 43 routing, 44 fragment, 51 authentication, 60 destination, 135 mobility. */
  readonly header: number
  readonly offset: number
  readonly width: number
  readonly exists: boolean
  readonly name: string
}

/** Bits of a TCP option, counted from its kind byte, or whether it is there. */
export interface TcpOptionValue {
  readonly kind: 'tcp-option'
  readonly option: number
  readonly offset: number
  readonly width: number
  readonly exists: boolean
  readonly name: string
}

export interface IpOptionValue {
  readonly kind: 'ip-option'
  readonly option: number
  readonly offset: number
  readonly width: number
  readonly exists: boolean
  readonly name: string
}

export interface SctpChunkValue {
  readonly kind: 'sctp-chunk'
  readonly chunk: number
  readonly offset: number
  readonly width: number
  readonly exists: boolean
  readonly name: string
}

/** (value & and) ^ xor, then shifted; all words of the value's width. `| x` is and ~x, xor x. Positive shifts go left. */
export interface BitwiseValue {
  readonly kind: 'bitwise'
  readonly of: Value
  readonly and: readonly number[]
  readonly xor: readonly number[]
  readonly shift: number
  readonly width: number
}

/** Parts side by side, each filled up to whole words. */
export interface ConcatenationValue {
  readonly kind: 'concatenation'
  readonly parts: readonly Value[]
  readonly width: number
}

/** The value that a map has for a key; a key that is not in the map fails to load. */
export interface MappedValue {
  readonly kind: 'map'
  readonly key: Value
  readonly map: SetDefinition
  readonly width: number
}

export interface ConstantValue {
  readonly kind: 'constant'
  readonly words: readonly number[]
  readonly width: number
}

export interface NumberGeneratorValue {
  readonly kind: 'numgen'
  readonly mode: 'inc' | 'random'
  readonly modulus: number
  readonly offset: number
  readonly width: number
}

export interface HashValue {
  readonly kind: 'hash'
  readonly type: 'jhash' | 'symhash'
  readonly of: Value | null
  readonly modulus: number
  readonly seed: number | null
  readonly offset: number
  readonly width: number
}

/** Words that hold `width` bits, filled up. */
export const wordsOf = (width: number): number => (width + 31) >>> 5

/** Words of a value in registers: a concatenation fills each part up to whole words. */
export const registersOf = (value: Value): number =>
  value.kind === 'concatenation' ? value.parts.reduce((sum, part) => sum + registersOf(part), 0) : wordsOf(value.width)
