/** What a host is told to be: data that comes from a file, a scenario or a guess about a capture. */

import type { Prefix } from '../bytes/index.ts'

/** An address with the length of its network's prefix. */
export interface InterfaceAddress extends Prefix {
  /** IPv4: its broadcast address, as set when it was added (`brd`). Without one, answers to broadcasts are not expected. */
  readonly broadcast?: Uint8Array
}

export interface InterfaceConfiguration {
  readonly name: string
  readonly addresses: readonly InterfaceAddress[]
  /** Largest IP packet in bytes. */
  readonly mtu: number
  /** Link-layer address as text, or null. */
  readonly mac: string | null
  /** Number that `iifgroup` and `oifgroup` compare; 0 is the kernel's default group. */
  readonly group: number
}

/** `throw` ends the lookup of a table; with one table it is the same as no route. */
export type RouteKind =
  | 'unicast'
  | 'local'
  | 'broadcast'
  | 'anycast'
  | 'multicast'
  | 'blackhole'
  | 'unreachable'
  | 'prohibit'
  | 'throw'

export interface RouteConfiguration {
  readonly to: Prefix
  /** Next hop; null: the destination is on the link. */
  readonly via: Uint8Array | null
  /** Interface; null: the one through which `via` is reached. */
  readonly device: string | null
  readonly type: RouteKind
}

export interface ListeningSocket {
  /** Transport protocol number. */
  readonly protocol: number
  readonly port: number
  /** Null: any address of the host; 0.0.0.0: any IPv4 address; `::`: any, too. */
  readonly address: Uint8Array | null
}

export interface HostConfiguration {
  readonly interfaces: readonly InterfaceConfiguration[]
  readonly routes: readonly RouteConfiguration[]
  readonly isForwarding: { readonly 4: boolean; readonly 6: boolean }
  /** Dotted names (`net.ipv4.conf.all.rp_filter`) and their values; they win over what is said elsewhere. */
  readonly sysctls: Readonly<Record<string, string | number>>
  readonly listening: readonly ListeningSocket[]
  /** Names of the helpers that conntrackd runs here (rpc, tns, ...): rules may name them. None when absent. */
  readonly userSpaceHelpers?: readonly string[]
  /** Version of its Linux, major and minor; absent: the newest that is modelled. */
  readonly kernel?: readonly [major: number, minor: number]
  /** Parameters of kernel modules by module and name. */
  readonly modules?: Readonly<Record<string, Readonly<Record<string, number | boolean | string | readonly number[]>>>>
}
