/** A box of conntrack and NAT alone, for tests: what goes in comes out translated, as text. */

import { InvariantError, parseAddress, readInt32 } from '../bytes/index.ts'
import { Conntrack, type ConntrackSettings, defaultSettings, statusNames } from '../conntrack/index.ts'
import { decode, Hook, type HookFunction, type HookNumber, HookVerdict, Packet, packetText } from '../packet/index.ts'
import { Translated } from './halves.ts'
import { Nat, NatRefusal } from './nat.ts'
import { makeRange, type NatRange } from './range.ts'

export function address(text: string): Int32Array {
  const bytes = parseAddress(text)
  if (!bytes) throw new InvariantError(`not an address: ${text}`)
  const words = new Int32Array(4)
  for (let i = 0; 4 * i < bytes.length; i++) words[i] = readInt32(bytes, 4 * i)
  return words
}

/** `10.0.0.1`, `10.0.0.1-10.0.0.9`, `10.0.0.1:80`, `:80-81`; IPv6 without ports. */
export function to(text: string, flags: Partial<NatRange> = {}): NatRange {
  const range = { ...makeRange(), ...flags }
  const isVersion6 = text.split(':').length > 2
  const [addresses = '', ports = ''] = isVersion6 ? [text] : text.split(':')
  if (addresses !== '') {
    const [least = '', most = least] = addresses.split('-')
    range.hasAddresses = true
    range.minimumAddress.set(address(least))
    range.maximumAddress.set(address(most))
  }
  if (ports !== '') {
    const [least = '', most = least] = ports.split('-')
    range.hasPorts = true
    range.minimumPort = Number(least)
    range.maximumPort = Number(most)
  }
  return range
}

const refusals = Object.keys(NatRefusal)

/** A chain of type nat: which half it translates is up to its function. */
export type TestChain = (nat: Nat) => HookFunction

export class TranslatedWire {
  readonly conntrack: Conntrack
  readonly nat: Nat
  packet = new Packet()
  /** What masquerading and redirecting find; null: no address. */
  own: string | null = '203.0.113.1'
  output = 2
  private readonly prerouting: HookFunction[]
  private readonly postrouting: HookFunction[]

  constructor(
    chains: { readonly prerouting?: readonly TestChain[]; readonly postrouting?: readonly TestChain[] },
    random: () => number = () => 0,
    settings: Partial<ConntrackSettings> = {},
  ) {
    this.conntrack = new Conntrack({ ...defaultSettings, ...settings })
    const find = (): Uint8Array | null => (this.own === null ? null : parseAddress(this.own))
    this.nat = new Nat({ conntrack: this.conntrack, addresses: { masquerade: find, redirect: find }, random })
    this.conntrack.translator = this.nat
    this.prerouting = (chains.prerouting ?? []).map((chain) => chain(this.nat))
    this.postrouting = (chains.postrouting ?? []).map((chain) => chain(this.nat))
  }

  /** The packet as it leaves, or where and why it was dropped: `dropped:rule`, `dropped:clash`. */
  send(bytes: Uint8Array, now = 1000): string {
    this.packet = new Packet()
    const { packet, conntrack } = this
    packet.bytes = bytes.slice()
    packet.hook = Hook.prerouting
    packet.output = 0
    conntrack.advance(now)
    decode(packet, bytes.length)
    if (conntrack.track(packet) !== HookVerdict.accept) return 'dropped:conntrack'
    const dropped = this.pass(Hook.prerouting) || this.pass(Hook.postrouting)
    if (dropped) return dropped
    if (conntrack.confirm(packet) !== HookVerdict.accept) return 'dropped:clash'
    return packetText(packet)
  }

  private pass(hook: HookNumber): string {
    const { packet } = this
    packet.hook = hook
    if (hook === Hook.postrouting) packet.output = this.output
    const isSource = hook === Hook.postrouting
    const chains = isSource ? this.postrouting : this.prerouting
    const verdict = this.nat.pass(packet, chains, isSource ? Translated.source : Translated.destination)
    return verdict === HookVerdict.accept ? '' : `dropped:${refusals[this.nat.refusal]}`
  }

  /** Status words of the packet's entry that are about NAT. */
  get status(): string {
    const status = this.conntrack.status(this.packet.entry)
    return statusNames.filter((name, bit) => /nat/.test(name) && (status >>> bit) & 1).join(',')
  }
}

export const source =
  (range: NatRange): TestChain =>
  (nat) =>
  (packet) =>
    nat.source(packet, range)

export const destination =
  (range: NatRange): TestChain =>
  (nat) =>
  (packet) =>
    nat.destination(packet, range)

export const masquerade =
  (range: NatRange = makeRange()): TestChain =>
  (nat) =>
  (packet) =>
    nat.masquerade(packet, range)

export const redirect =
  (range: NatRange = makeRange()): TestChain =>
  (nat) =>
  (packet) =>
    nat.redirect(packet, range)

/** Decides nothing about translation. */
export const verdict =
  (answer: 'accept' | 'drop'): TestChain =>
  () =>
  () =>
    HookVerdict[answer]
