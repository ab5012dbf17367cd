/**
 * What the rule has said so far about the packet's protocols. Each field of a header asks for its protocol: what the rule has not
 * said yet is compared first (as nft does), what contradicts it is refused.
 */

import type { CompareStatement, Source, Statement } from '../../../model/rules/index.ts'
import { refuse } from '../refusal.ts'
import { headers } from '../symbols/headers.ts'

export type NetworkName = 'ip' | 'ip6'

interface Known<T> {
  readonly is: T
  /** Where the rule said so; null: the table's family. */
  readonly span: Source | null
}

const names: ReadonlyMap<number, string> = new Map(
  Object.entries(headers).flatMap(([name, header]) =>
    header.transport === null ? [] : [[header.transport, name] as const],
  ),
)

export class Protocols {
  network: Known<NetworkName> | null
  transport: Known<number> | null = null
  isEthernet = false
  /** Whether the rule has come down to some transport protocols, be they several or without ports: what `dnat to :80` asks for. */
  isTransportKnown = false
  /** Types of ICMP or ICMPv6 message that the rule has come down to; null: any. */
  messageTypes: readonly number[] | null = null
  readonly #emit: (statement: Statement) => void

  constructor(family: 'ip' | 'ip6' | 'inet', emit: (statement: Statement) => void) {
    this.network = family === 'inet' ? null : { is: family, span: null }
    this.#emit = emit
  }

  needEthernet(span: Source): void {
    if (!this.isEthernet) this.#imply('meta iiftype ether', 'iiftype', 16, 1, span)
    this.isEthernet = true
  }

  needNetwork(name: NetworkName, span: Source): void {
    if (this.network === null) {
      const isIpv4 = name === 'ip'
      this.#imply(`meta nfproto ${isIpv4 ? 'ipv4' : 'ipv6'}`, 'nfproto', 8, isIpv4 ? 2 : 10, span)
      this.network = { is: name, span }
    } else if (this.network.is !== name) this.#conflict(this.network, this.network.is, name, span)
  }

  /** What stands for one network protocol without asking the packet for it: `ct original ip saddr`. */
  refuseOther(name: NetworkName, span: Source): void {
    if (this.network !== null && this.network.is !== name) this.#conflict(this.network, this.network.is, name, span)
  }

  needTransport(number: number, span: Source): void {
    this.isTransportKnown = true
    const name = names.get(number) ?? String(number)
    if (this.transport === null) {
      this.#imply(`meta l4proto ${name}`, 'l4proto', 8, number, span)
      this.transport = { is: number, span }
    } else if (this.transport.is !== number) {
      this.#conflict(this.transport, names.get(this.transport.is) ?? String(this.transport.is), name, span)
    }
  }

  /** The rule compared the network protocol itself. */
  setNetwork(is: NetworkName, span: Source): void {
    this.network = { is, span }
  }

  /** The rule compared the transport protocol itself; protocols without a header of their own say nothing. */
  setTransport(is: number, span: Source): void {
    this.isTransportKnown = true
    if (names.has(is)) this.transport = { is, span }
  }

  /** The rule compared the transport protocol with a set that it has in braces. */
  setTransports(): void {
    this.isTransportKnown = true
  }

  /**
   * The rule compared the connection's transport protocol. Once the network protocol is known, nft takes it for the packet's, though
   * an ICMP error may belong to the connection.
   */
  setConnectionTransport(is: number, span: Source): void {
    if (this.network !== null) this.setTransport(is, span)
  }

  #imply(text: string, key: 'nfproto' | 'l4proto' | 'iiftype', width: number, value: number, source: Source): void {
    const statement: CompareStatement = {
      kind: 'compare',
      operator: '==',
      left: { kind: 'meta', key, width },
      right: [value],
      interfaceName: null,
      prefixBits: null,
    }
    this.#emit({ ...statement, text: `implied: ${text}`, source })
  }

  #conflict(known: Known<unknown>, before: string, now: string, span: Source): never {
    const related =
      known.span === null ? [] : [{ span: known.span, message: `the rule already matches ${before} here` }]
    const hint = known.span === null ? `the table is of family ${before}; a table of family inet sees both` : null
    return refuse('nft-conflicting-protocols', span, `conflicting protocols: ${before} and ${now}`, { related, hint })
  }
}
