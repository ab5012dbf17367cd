/** The short text form of a packet: `lan udp 10.0.1.2:5000 > 10.0.2.2:53`, `reply to #1`, `icmp port-unreachable about #1`. Documented in docs/packet-notation.md. */

import { parseAddress } from '../../model/bytes/index.ts'
import { Protocol, TcpFlag } from '../../model/packet/index.ts'
import { icmpTypeOf } from './icmp-words.ts'
import type { NotationError } from './notation-error.ts'
import { splitWords, type Word } from './words.ts'

/** A packet as it was written. Numbers of other packets count from 1, in the order of writing. */
export interface PacketNotation {
  /** Interface it arrives by, `local` for one that the host sends; null: the host's routes tell. */
  readonly interfaceName: string | null
  readonly relation: { readonly kind: 'reply' | 'about' | 'again'; readonly to: number } | null
  readonly protocol: number | null
  readonly source: Endpoint | null
  readonly destination: Endpoint | null
  /** TCP flags that were written; null: none were. */
  readonly flags: number | null
  /** ICMP type and code; the same word may mean other numbers in IPv6, or nothing. */
  readonly icmp: { readonly 4: IcmpNumbers | null; readonly 6: IcmpNumbers | null } | null
  readonly settings: Readonly<Partial<Record<SettingName, number>>>
  readonly data: Uint8Array | null
  readonly hasBadChecksum: boolean
  /** Don't fragment; null: not said. */
  readonly dontFragment: boolean | null
  /** Milliseconds on the model's clock since the first packet; null: at once after the one before. */
  readonly atMilliseconds: number | null
}

export interface IcmpNumbers {
  readonly type: number
  readonly code: number
}

export interface Endpoint {
  readonly address: string
  readonly port: number | null
}

const settingLimits = {
  seq: 0xffffffff,
  ack: 0xffffffff,
  win: 0xffff,
  mss: 0xffff,
  wscale: 14,
  id: 0xffff,
  ttl: 255,
  tos: 255,
  mtu: 0xffffffff,
  length: 65000,
  quote: 65000,
  type: 255,
  code: 255,
  proto: 255,
} as const
export type SettingName = keyof typeof settingLimits

const protocolsByName: Readonly<Record<string, number>> = {
  tcp: Protocol.tcp,
  udp: Protocol.udp,
  udplite: Protocol.udplite,
  icmp: Protocol.icmp,
  icmpv6: Protocol.icmpv6,
  gre: Protocol.gre,
  esp: Protocol.esp,
  ah: Protocol.authentication,
  igmp: Protocol.igmp,
  sctp: Protocol.sctp,
}

const flagsByName: Readonly<Record<string, number>> = TcpFlag

/** Reads one packet. `count` packets were written before it, which it may name as #1 to #count. */
export function parseNotation(text: string, count: number): PacketNotation | NotationError {
  const words = splitWords(text)
  if ('kind' in words) return words
  try {
    return new Reader(words, text.length, count).read()
  } catch (error) {
    if (error instanceof Mistake) return { kind: 'notation-error', column: error.column, message: error.message }
    throw error
  }
}

class Mistake extends Error {
  readonly column: number
  constructor(column: number, message: string) {
    super(message)
    this.column = column
  }
}

type Draft = { -readonly [K in keyof PacketNotation]: PacketNotation[K] } & {
  settings: Partial<Record<SettingName, number>>
}

class Reader {
  readonly #words: readonly Word[]
  readonly #length: number
  readonly #count: number
  readonly #draft: Draft = {
    interfaceName: null,
    relation: null,
    protocol: null,
    source: null,
    destination: null,
    flags: null,
    icmp: null,
    settings: {},
    data: null,
    hasBadChecksum: false,
    dontFragment: null,
    atMilliseconds: null,
  }
  #at = 0

  constructor(words: readonly Word[], length: number, count: number) {
    this.#words = words
    this.#length = length
    this.#count = count
  }

  read(): PacketNotation {
    this.#readInterface()
    while (this.#at < this.#words.length) this.#readWord(this.#words[this.#at++]!)
    this.#settleTypes()
    this.#checkWhole()
    return this.#draft
  }

  /** A first word that begins nothing else is an interface. */
  #readInterface(): void {
    const first = this.#words[0]
    if (!first) throw new Mistake(1, 'expected a packet such as `udp 10.0.0.1:5000 > 10.0.0.2:53`, found nothing')
    if (
      Object.hasOwn(protocolsByName, first.text) ||
      first.text.includes('=') ||
      ['reply', 'about', 'again'].includes(first.text)
    )
      return
    if (parseEndpoint(first.text) || first.text === '>' || icmpTypeOf(first.text, 4) || icmpTypeOf(first.text, 6))
      return
    this.#draft.interfaceName = first.text
    this.#at = 1
  }

  #readWord(word: Word): void {
    const { text } = word
    const draft = this.#draft
    if (Object.hasOwn(protocolsByName, text) && draft.protocol === null) draft.protocol = protocolsByName[text]!
    else if (text === 'reply') this.#readRelation(word, 'reply', 'to')
    else if (text === 'about' || text === 'again') this.#readRelation(word, text, null)
    else if (Object.hasOwn(flagsByName, text)) draft.flags = (draft.flags ?? 0) | flagsByName[text]!
    else if (text === 'noflags') draft.flags = 0
    else if (text === 'df' || text === 'nodf') draft.dontFragment = text === 'df'
    else if (text === 'bad-checksum') draft.hasBadChecksum = true
    else if (text.includes('=')) this.#readSetting(word)
    else if (parseEndpoint(text)) this.#readEndpoints(word)
    else this.#readIcmpWord(word)
  }

  #readRelation(word: Word, kind: 'reply' | 'about' | 'again', behind: string | null): void {
    if (this.#draft.relation)
      throw new Mistake(word.column, `a packet relates to one other only; found a second \`${kind}\``)
    if (behind && this.#words[this.#at]?.text === behind) this.#at++
    const target = this.#words[this.#at++]
    const number = /^#(\d+)$/.exec(target?.text ?? '')?.[1]
    if (!target || !number) {
      throw new Mistake(
        target?.column ?? this.#length + 1,
        `expected the number of a packet such as #1 behind \`${kind}\`, found ${quoted(target)}`,
      )
    }
    if (Number(number) < 1 || Number(number) > this.#count) {
      const known =
        this.#count === 0
          ? 'there is no packet before this one'
          : `there are packets #1 to #${this.#count} before this one`
      throw new Mistake(target.column, `no packet ${target.text}: ${known}`)
    }
    this.#draft.relation = { kind, to: Number(number) }
  }

  #readEndpoints(word: Word): void {
    const draft = this.#draft
    if (draft.source)
      throw new Mistake(word.column, `expected one \`SOURCE > DESTINATION\`, found another address ${quoted(word)}`)
    const arrow = this.#words[this.#at]
    const target = this.#words[this.#at + 1]
    if (arrow?.text !== '>')
      throw new Mistake(arrow?.column ?? this.#length + 1, `expected \`>\` behind the source, found ${quoted(arrow)}`)
    const destination = parseEndpoint(target?.text ?? '')
    if (!destination) {
      throw new Mistake(
        target?.column ?? this.#length + 1,
        `expected an address, with a port where the protocol has one, found ${quoted(target)}`,
      )
    }
    draft.source = parseEndpoint(word.text)
    draft.destination = destination
    if (draft.source?.address.includes(':') !== destination.address.includes(':')) {
      throw new Mistake(target!.column, 'expected source and destination of one family, found IPv4 and IPv6')
    }
    this.#at += 2
  }

  #readSetting(word: Word): void {
    const equals = word.text.indexOf('=')
    const name = word.text.slice(0, equals)
    const value = word.text.slice(equals + 1)
    const column = word.column + equals + 1
    if (name === 'data') this.#draft.data = Uint8Array.from(value, (character) => character.charCodeAt(0))
    else if (name === 'at') this.#draft.atMilliseconds = parseTime(value, column)
    else if (name === 'flags') this.#draft.flags = parseFlagLetters(value, column)
    else if (isSettingName(name)) this.#draft.settings[name] = parseNumber(value, settingLimits[name], column)
    else
      throw new Mistake(
        word.column,
        `unknown setting \`${name}\`; known are ${[...Object.keys(settingLimits), 'data', 'at', 'flags'].join(', ')}`,
      )
  }

  #readIcmpWord(word: Word): void {
    const tooLarge = /^(.+):(\d+)$/.exec(word.text)
    if (tooLarge && parseEndpoint(tooLarge[1]!))
      throw new Mistake(word.column, `expected a port from 0 to 65535 behind the address, found "${tooLarge[2]}"`)
    const icmp = { 4: icmpTypeOf(word.text, 4), 6: icmpTypeOf(word.text, 6) }
    if (this.#draft.icmp || !(icmp[4] || icmp[6])) {
      throw new Mistake(word.column, `unknown word ${quoted(word)}: it is no protocol, TCP flag, setting or ICMP type`)
    }
    this.#draft.icmp = icmp
  }

  #settleTypes(): void {
    const draft = this.#draft
    if (draft.source?.address.includes(':') && draft.protocol === Protocol.icmp) draft.protocol = Protocol.icmpv6
    const { type, code, proto } = draft.settings
    if (proto !== undefined) draft.protocol = proto
    if (type !== undefined) {
      const numbers = { type, code: code ?? 0 }
      draft.icmp = { 4: numbers, 6: numbers }
    }
  }

  #checkWhole(): void {
    const { relation, source, destination, protocol, icmp } = this.#draft
    if (relation) {
      if (relation.kind === 'about' && !icmp)
        throw new Mistake(
          this.#length + 1,
          'expected an ICMP error such as `port-unreachable` or `type=3 code=3` beside `about`',
        )
      return
    }
    if (protocol === null)
      throw new Mistake(1, 'expected a protocol (tcp, udp, icmp, icmpv6, gre, ... or proto=NUMBER)')
    if (!source || !destination) throw new Mistake(this.#length + 1, 'expected `SOURCE > DESTINATION`')
    const needsPorts =
      protocol === Protocol.tcp ||
      protocol === Protocol.udp ||
      protocol === Protocol.udplite ||
      protocol === Protocol.sctp
    if (needsPorts && (source.port === null || destination.port === null)) {
      throw new Mistake(
        this.#length + 1,
        'expected ports, as in `10.0.0.1:5000 > 10.0.0.2:53` (IPv6: `[fd00::1]:5000`)',
      )
    }
  }
}

const isSettingName = (name: string): name is SettingName => Object.hasOwn(settingLimits, name)

const quoted = (word: Word | undefined): string => (word ? `"${word.text}"` : 'the end')

/** `10.0.0.1`, `10.0.0.1:80`, `fd00::1`, `[fd00::1]:80`; null when it is none of them. */
export function parseEndpoint(text: string): Endpoint | null {
  const match = /^\[([^\]]+)\](?::(\d{1,5}))?$/.exec(text) ?? /^(\d+\.\d+\.\d+\.\d+)(?::(\d{1,5}))?$/.exec(text)
  const address = match?.[1] ?? text
  if (!parseAddress(address)) return null
  const port = match?.[2] === undefined ? null : Number(match[2])
  return port !== null && port > 0xffff ? null : { address, port }
}

function parseNumber(text: string, limit: number, column: number): number {
  const value = /^(\d+|0x[0-9a-fA-F]+)$/.test(text) ? Number(text) : Number.NaN
  if (!(value <= limit)) throw new Mistake(column, `expected a number from 0 to ${limit}, found "${text}"`)
  return value
}

const unitMilliseconds: Readonly<Record<string, number>> = { ms: 1, s: 1000, m: 60_000, h: 3_600_000, d: 86_400_000 }

function parseTime(text: string, column: number): number {
  const match = /^(\d+(?:\.\d+)?)(ms|s|m|h|d)$/.exec(text)
  if (!match) throw new Mistake(column, `expected a time such as 500ms, 2.5s, 10m, 1h or 5d, found "${text}"`)
  return Number(match[1]) * unitMilliseconds[match[2]!]!
}

function parseFlagLetters(text: string, column: number): number {
  let flags = 0
  for (const letter of text.toUpperCase()) {
    const bit = 'FSRPAUEC'.indexOf(letter)
    if (bit < 0)
      throw new Mistake(
        column,
        `expected letters of FSRPAUEC (fin, syn, rst, psh, ack, urg, ecn, cwr), found "${letter}"`,
      )
    flags |= 1 << bit
  }
  return flags
}
