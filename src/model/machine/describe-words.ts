/** Words of a value as text for people, by the name of nft's type: addresses, names, flags. */

import { printAddress, writeUint32 } from '../bytes/index.ts'
import { icmpNames, icmpv6Names, protocolNames } from '../packet/index.ts'
import { wordsOf, wordsString } from '../rules/index.ts'

/** Interfaces print by name. */
export interface InterfaceNames {
  interfaceName(index: number): string
}

type Names = Readonly<Record<number, string>>

const states: Names = { 1: 'invalid', 2: 'established', 4: 'related', 8: 'new', 64: 'untracked' }
const statusBits: Names = {
  1: 'expected',
  2: 'seen-reply',
  4: 'assured',
  8: 'confirmed',
  16: 'snat',
  32: 'dnat',
  64: 'seq-adjust',
  128: 'snat-done',
  256: 'dnat-done',
  512: 'dying',
}
const tcpFlags: Names = { 1: 'fin', 2: 'syn', 4: 'rst', 8: 'psh', 16: 'ack', 32: 'urg', 64: 'ecn', 128: 'cwr' }
const addressTypes: Names = {
  0: 'unspec',
  1: 'unicast',
  2: 'local',
  3: 'broadcast',
  4: 'anycast',
  5: 'multicast',
  6: 'blackhole',
  7: 'unreachable',
  8: 'prohibit',
}
const typeNames = (names: typeof icmpNames): Names =>
  Object.fromEntries(Object.entries(names).map(([type, name]) => [type, name.type]))

/** Types whose numbers have names; one number, one name. */
const named: Readonly<Record<string, Names>> = {
  inet_proto: protocolNames,
  ct_dir: { 0: 'original', 1: 'reply' },
  nf_proto: { 2: 'ipv4', 10: 'ipv6' },
  pkt_type: { 0: 'host', 1: 'broadcast', 2: 'multicast', 3: 'other' },
  fib_addrtype: addressTypes,
  icmp_type: typeNames(icmpNames),
  icmpv6_type: typeNames(icmpv6Names),
  ether_type: { 0x0800: 'ip', 0x0806: 'arp', 0x8100: 'vlan', 0x86dd: 'ip6' },
  boolean: { 0: 'missing', 1: 'exists' },
  day: { 0: 'Sunday', 1: 'Monday', 2: 'Tuesday', 3: 'Wednesday', 4: 'Thursday', 5: 'Friday', 6: 'Saturday' },
}

/** Types whose bits have names. */
const flagged: Readonly<Record<string, Names>> = { ct_state: states, ct_status: statusBits, tcp_flag: tcpFlags }

/** Text of `words` (value.ts) of a type by nft's name; numbers of an unknown type print in decimal, wide ones in hexadecimal. */
export function describeWords(type: string, words: ArrayLike<number>, width: number, host: InterfaceNames): string {
  const first = (words[0] ?? 0) >>> 0
  const names = named[type]
  if (names) return names[first] ?? String(first)
  const flags = flagged[type]
  if (flags) return flagText(flags, first)
  switch (type) {
    case 'ipv4_addr':
      return addressOf(words, 4)
    case 'ipv6_addr':
      return addressOf(words, 16)
    case 'ether_addr':
      return bytesOf(words, width).join(':')
    case 'ifname':
    case 'string':
      return `"${wordsString(words)}"`
    case 'iface_index':
      return `"${host.interfaceName(first)}"`
    case 'mark':
      return `0x${first.toString(16).padStart(8, '0')}`
    default:
      return width <= 32 ? String(first) : wideNumber(words, width)
  }
}

function flagText(flags: Names, value: number): string {
  const known = Object.entries(flags).filter(([bit]) => (value & Number(bit)) !== 0)
  const rest = known.reduce((left, [bit]) => left & ~Number(bit), value) >>> 0
  const texts = known.map(([, name]) => name)
  if (rest !== 0 || texts.length === 0) texts.push(`0x${rest.toString(16)}`)
  return texts.join(',')
}

function addressOf(words: ArrayLike<number>, length: 4 | 16): string {
  const bytes = new Uint8Array(16)
  for (let i = 0; i < length / 4; i++) writeUint32(bytes, 4 * i, words[i] ?? 0)
  return printAddress(bytes, 0, length)
}

/** Bytes of a value in order, as two hexadecimal digits each. */
function bytesOf(words: ArrayLike<number>, width: number): string[] {
  const count = wordsOf(width)
  const bytes: string[] = []
  for (let i = 0; i < count; i++) {
    const held = i === count - 1 && (width & 31) !== 0 ? ((width & 31) + 7) >>> 3 : 4
    for (let byte = held - 1; byte >= 0; byte--) {
      bytes.push((((words[i] ?? 0) >>> (8 * byte)) & 0xff).toString(16).padStart(2, '0'))
    }
  }
  return bytes
}

function wideNumber(words: ArrayLike<number>, width: number): string {
  if (width === 64) return String((BigInt((words[0] ?? 0) >>> 0) << 32n) | BigInt((words[1] ?? 0) >>> 0))
  return `0x${bytesOf(words, width).join('')}`
}
