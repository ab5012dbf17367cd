/**
 * What the matches of a rule have said so far about the packet's headers, and which of them nft hides again.
 *
 * A match of a protocol (`meta l4proto tcp`) is hidden when a later match of a header above it implies it (`tcp dport 22`) and no
 * other statement than matches stands between them. The rules, oddities included, are those of nft 1.0.6.
 */

import type { Family } from '../../model/rules/index.ts'
import { type Header, type HeaderName, headers } from '../nftables/index.ts'
import type { FoundField } from './header-field.ts'

/** Layers in order: a match says which header the layer above it has. */
export const Layer = { none: 0, link: 1, network: 2, transport: 3, inner: 4 } as const
export type LayerNumber = (typeof Layer)[keyof typeof Layer]

export const layerOf = {
  link: Layer.link,
  network: Layer.network,
  transport: Layer.transport,
  inner: Layer.inner,
} as const

/** A match of a protocol that a later match may make superfluous. */
export interface Dependency {
  readonly from: 'meta' | 'ct' | 'payload'
  /** Key of `meta` or `ct`; null for a header's field. */
  readonly key: string | null
  /** Header of the field; null for keys. */
  readonly header: HeaderName | null
  readonly value: number
  /** Takes it out of the rule. */
  readonly hide: () => void
}

const ICMP = 1
const ICMPV6 = 58
const ETHERNET = 1
const networkOfNfproto: Readonly<Record<number, 'ip' | 'ip6'>> = { 2: 'ip', 10: 'ip6' }
const networkOfEtherType: Readonly<Record<number, 'ip' | 'ip6'>> = { 0x0800: 'ip', 0x86dd: 'ip6' }
const isKnown = (name: string): name is HeaderName => Object.hasOwn(headers, name)
const transports: ReadonlyMap<number, HeaderName> = new Map(
  Object.entries(headers).flatMap(([name, header]) =>
    header.transport === null || !isKnown(name) ? [] : [[header.transport, name] as const],
  ),
)

export class ProtocolContext {
  readonly family: Family
  /** Type that the rule asks of an ICMP message; 0: none, as nft cannot tell an echo reply from that. */
  icmpType = 0
  readonly #headers: [null, HeaderName | null, HeaderName | null, HeaderName | null, null]
  readonly #dependencies: (Dependency | null)[] = [null, null, null, null, null]
  #icmpDependency = 0

  constructor(family: Family) {
    this.family = family
    this.#headers = [null, null, family === 'ip' || family === 'ip6' ? family : null, null, null]
  }

  headerAt(layer: LayerNumber): { readonly name: HeaderName; readonly header: Header } | null {
    const name = this.#headers[layer]
    return name ? { name, header: headers[name] } : null
  }

  /** After a statement that is no match, nothing before it may be hidden any more. */
  forgetDependencies(): void {
    this.#dependencies.fill(null)
    this.#icmpDependency = 0
  }

  /** `meta KEY VALUE` or `ct KEY VALUE` was met as an equality. */
  keyEquals(from: 'meta' | 'ct', key: string, value: number, hide: () => void): void {
    if (from === 'meta') this.#learnFromMeta(key, value)
    else this.#learnFromConnection(key, value)
    const layer = keyLayers[`${from} ${key}`]
    if (layer === undefined) return
    this.#hideBelowKey(`${from} ${key}`, value, layer)
    this.#store(layer, { from, key, header: null, value, hide })
  }

  #learnFromMeta(key: string, value: number): void {
    if (key === 'l4proto') this.#headers[Layer.transport] = transports.get(value) ?? null
    if (key === 'iiftype') this.#headers[Layer.link] = value === ETHERNET ? 'ether' : null
    if (key === 'nfproto' && this.family === 'inet') this.#headers[Layer.network] = networkOfNfproto[value] ?? null
  }

  /** The connection's protocols count as the packet's where the layer below is known. */
  #learnFromConnection(key: string, value: number): void {
    const transport = transports.get(value)
    if (key === 'protocol' && transport && this.#headers[Layer.network]) this.#headers[Layer.transport] = transport
    const network = networkOfNfproto[value]
    if (key === 'l3proto' && network && this.family === 'inet') this.#headers[Layer.network] = network
  }

  /** A match of a lower layer is superfluous beside one that only fits it. */
  #hideBelowKey(key: string, value: number, layer: LayerNumber): void {
    if (this.#get(layer) === null) return
    const network = this.#get(Layer.network)
    if (network === null || this.#mayHideNetwork(network, key, value)) this.#release(layer)
  }

  #mayHideNetwork(dependency: Dependency, key: string, value: number): boolean {
    const network = networkSaidBy(dependency)
    if (network === undefined) return true
    if (this.family === 'ip' || this.family === 'ip6') return network === this.family
    if (key !== 'meta l4proto') return true
    if (value !== ICMP && value !== ICMPV6) return false
    return !((network === 'ip' && value === ICMPV6) || (network === 'ip6' && value === ICMP))
  }

  /** A field of a header was met. */
  fieldMet(field: FoundField): void {
    if (field.isRaw) return
    const layer = layerOf[field.base]
    const dependency = this.#get(layer)
    if (dependency && this.#mayHide(dependency, field)) this.#release(layer)
  }

  #mayHide(dependency: Dependency, field: FoundField): boolean {
    if (field.base !== 'transport') return true
    const isNetworkField = dependency.header === 'ip' || dependency.header === 'ip6'
    if (this.family === 'inet' && isNetworkField) return false
    if (dependency.header !== 'icmp' && dependency.header !== 'icmpv6') return true
    if (field.onlyForType === null || dependency.header !== field.header) return false
    return this.#icmpDependency === field.onlyForType
  }

  /** A field that names the protocol above it was compared for equality. */
  fieldEquals(field: FoundField, value: number, hide: () => void): void {
    if (!field.isProtocol) return
    if (field.base === 'network')
      this.#headers[Layer.transport] = transports.get(value) ?? this.#headers[Layer.transport]
    if (field.base === 'link') this.#headers[Layer.network] = networkOfEtherType[value] ?? null
    const isIcmp = field.header === 'icmp' || field.header === 'icmpv6'
    if (isIcmp) {
      this.icmpType = value
      this.#icmpDependency = field.header === 'icmp' && value === 0 ? 8 : value
      const echoes = field.header === 'icmp' ? [8] : [128, 129]
      if (echoes.includes(this.#icmpDependency)) return
    }
    this.#store(layerOf[field.base], { from: 'payload', key: null, header: field.header, value, hide })
  }

  /** A TCP option implies TCP, an extension header IPv6, an IPv4 option IPv4. */
  optionMet(layer: LayerNumber): void {
    this.#release(layer)
  }

  /** What `reject` implies for the network or transport header. */
  rejectMet(type: 'tcp reset' | 'icmp' | 'icmpv6' | 'icmpx'): void {
    if (this.family === 'ip' || this.family === 'ip6') {
      if (type === 'tcp reset') this.#release(Layer.transport)
    } else if (type !== 'icmpx') this.#release(Layer.network)
  }

  #store(layer: LayerNumber, dependency: Dependency): void {
    this.#dependencies[layer + 1] = dependency
  }

  #get(layer: LayerNumber): Dependency | null {
    return this.#dependencies[layer] ?? (layer === Layer.transport ? (this.#dependencies[Layer.inner] ?? null) : null)
  }

  #release(layer: LayerNumber): void {
    const at = this.#dependencies[layer] || layer !== Layer.transport ? layer : Layer.inner
    this.#dependencies[at]?.hide()
    this.#dependencies[at] = null
  }
}

/** Layer in which a key stands; it names what the layer above it is. */
const keyLayers: Readonly<Record<string, LayerNumber>> = {
  'meta iiftype': Layer.none,
  'meta nfproto': Layer.link,
  'meta protocol': Layer.link,
  'meta l4proto': Layer.network,
  'ct l3proto': Layer.link,
  'ct protocol': Layer.network,
}

/** Undefined: it says nothing of the network header; null: another one. */
function networkSaidBy({ from, key, header, value }: Dependency): 'ip' | 'ip6' | null | undefined {
  if (from === 'meta' && key === 'nfproto') return networkOfNfproto[value] ?? null
  if (from === 'meta' && key === 'protocol') return networkOfEtherType[value] ?? null
  if (from === 'payload' && header === 'ether') return networkOfEtherType[value] ?? null
  return undefined
}
