/**
 * Masks for what the kernel chooses at random or by its clock, so that no two of its own runs agree on it: IPv4 ids of
 * packets that the box makes, IPv6 fragment ids, handles and remaining times in nft's JSON.
 */
import type { Json, Outcome, PacketRecord } from './format.ts'

const TCP = 6
const ICMP = 1
const FRAGMENT = 44
/** Extension headers that may precede a fragment header: hop-by-hop, routing, destination options. */
const EXTENSIONS: readonly number[] = [0, 43, 60]

/** The box's own IPv4 addresses in hexadecimal digits, as they stand in a packet. */
export function localAddresses(local: readonly string[]): ReadonlySet<string> {
  const ipv4 = local.filter((address) => !address.includes(':'))
  return new Set(
    ipv4.map((address) =>
      address
        .split('.')
        .map((part) => digits(Number(part), 2))
        .join(''),
    ),
  )
}

/** Whether the box made one of the packets in this record: something passed the output hook. */
export function hasMadePacket(record: PacketRecord): boolean {
  return record.ct?.some((at) => at.hook === 'out') ?? false
}

/** A packet with zeros for its random parts; `local` from localAddresses, `isMade` when the box may have made it. */
export function maskPacket(hex: string, local: ReadonlySet<string>, isMade: boolean): string {
  if (hex[0] === '4' && hex.length >= 40) {
    const isOwn = local.has(hex.slice(24, 32)) && [ICMP, TCP].includes(byteAt(hex, 9))
    return isMade || isOwn ? zero(zero(hex, 4, 2), 10, 2) : hex
  }
  return hex[0] === '6' && hex.length >= 80 ? maskFragmentId(hex) : hex
}

/** An nft listing without handles and clocks, set elements in a fixed order given by `sort`. */
export function maskListing(listing: Outcome['ruleset'], sort: (list: readonly Json[]) => Json[]): Json | undefined {
  if (listing === undefined) return undefined
  return maskJson(listing, sort)
}

const unstableKeys: ReadonlySet<string> = new Set(['handle', 'expires', 'used'])
const unorderedKeys: ReadonlySet<string> = new Set(['elem', 'set'])

function maskJson(value: Json, sort: (list: readonly Json[]) => Json[]): Json {
  if (typeof value !== 'object' || value === null) return value
  if (isList(value)) return value.map((element) => maskJson(element, sort))
  const members = Object.entries(value).filter(([key]) => !unstableKeys.has(key))
  return Object.fromEntries(
    members.map(([key, member]) => {
      const masked = maskJson(member, sort)
      return [key, unorderedKeys.has(key) && isList(masked) ? sort(masked) : masked]
    }),
  )
}

function isList(value: Json): value is readonly Json[] {
  return Array.isArray(value)
}

/** A packet that was fragmented anew carries a fresh random id. */
function maskFragmentId(hex: string): string {
  let next = byteAt(hex, 6)
  let at = 40
  while (EXTENSIONS.includes(next) && hex.length >= 2 * (at + 8)) {
    next = byteAt(hex, at)
    at += 8 * (byteAt(hex, at + 1) + 1)
  }
  return next === FRAGMENT && hex.length >= 2 * (at + 8) ? zero(hex, at + 4, 4) : hex
}

function byteAt(hex: string, at: number): number {
  return Number.parseInt(hex.slice(2 * at, 2 * at + 2), 16)
}

function zero(hex: string, at: number, count: number): string {
  return hex.slice(0, 2 * at) + '0'.repeat(2 * count) + hex.slice(2 * (at + count))
}

function digits(value: number, count: number): string {
  return value.toString(16).padStart(count, '0')
}
