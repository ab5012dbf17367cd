/** The best guess of a vantage when nobody said one, in words that the report repeats and that say how to do better. */

import { isInPrefix, type Prefix, parseAddress, parsePrefix, prefixText } from '../../../model/bytes/index.ts'
import { completeSides, type Side, sidesText } from './sides.ts'
import type { AddressSeen, Survey } from './survey.ts'

/** between: put a firewall between these sides. host: the capture was taken on the box that has these addresses. */
export type Guess =
  | { readonly kind: 'between'; readonly sides: readonly Side[]; readonly words: readonly string[] }
  | { readonly kind: 'host'; readonly addresses: readonly string[]; readonly words: readonly string[] }

const privateBlocks: readonly Prefix[] = [
  '10.0.0.0/8',
  '172.16.0.0/12',
  '192.168.0.0/16',
  '100.64.0.0/10',
  'fc00::/7',
].flatMap((text) => parsePrefix(text) ?? [])
/** Loopback, link-local, multicast, broadcast, unspecified: no router passes these on, so they are on no side. */
const linkBlocks: readonly Prefix[] = [
  '127.0.0.0/8',
  '169.254.0.0/16',
  '224.0.0.0/3',
  '0.0.0.0/8',
  '::/127',
  'fe80::/10',
  'ff00::/8',
].flatMap((text) => parsePrefix(text) ?? [])

const loopbackBlocks: readonly Prefix[] = ['127.0.0.0/8', '::1/128'].flatMap((text) => parsePrefix(text) ?? [])
const groupBlocks: readonly Prefix[] = ['224.0.0.0/3', '0.0.0.0/8', '::/128', 'ff00::/8'].flatMap(
  (text) => parsePrefix(text) ?? [],
)

const blockOf = (address: string, blocks: readonly Prefix[]): Prefix | undefined => {
  const bytes = parseAddress(address)
  return bytes
    ? blocks.find((block) => block.address.length === bytes.length && isInPrefix(bytes, 0, block))
    : undefined
}

const ownSide = 'it was not said where the capture was taken; '
const better =
  'say --between NAME=ADDRESS/LENGTH,... to choose the sides, or --host HOST.yaml if it was taken on the box itself'

/** `sideNames`: what to call the first side and the rest, so that rules which name interfaces find them. */
export function guessVantage(survey: Survey, sideNames: { readonly inside: string; readonly outside: string }): Guess {
  const seen = [...survey.addresses.values()].filter((one) => blockOf(one.address, linkBlocks) === undefined)
  return (
    guessHost(survey, seen) ??
    guessOnLink(survey, seen) ??
    guessPrivate(seen, sideNames) ??
    guessOpeners(seen, sideNames)
  )
}

/** Where nothing could cross a router (loopback, link-local, multicast), it was taken by one of those who spoke. */
function guessOnLink(survey: Survey, routed: readonly AddressSeen[]): Guess | null {
  const names = new Set(routed.map((one) => one.address))
  if (routed.some((one) => [...one.peers].some((peer) => names.has(peer)))) return null
  const all = [...survey.addresses.values()].filter((one) => blockOf(one.address, groupBlocks) === undefined)
  const asked = [...all].sort((a, b) => b.asked - b.opened - (a.asked - a.opened))[0]
  if (!asked) return null
  const isLoopback = blockOf(asked.address, loopbackBlocks) !== undefined
  const what = isLoopback
    ? 'a machine to itself'
    : `the machine ${asked.address}, and what the others on its network sent to it or to all`
  const words = [
    `${ownSide}nothing in it crosses a router, so it is taken for packets of ${what}`,
    `if that is wrong, ${better}`,
  ]
  return { kind: 'host', addresses: isLoopback ? [] : [asked.address], words }
}

/** Directions in the capture tell the box's own addresses: they send out and receive in, and never the other way round. */
function guessHost(survey: Survey, seen: readonly AddressSeen[]): Guess | null {
  if (survey.directed * 2 < survey.packets || survey.directed === 0) return null
  const own = seen.filter((one) => one.sentOut + one.receivedIn > 0 && one.sentIn + one.receivedOut === 0)
  const packets = own.reduce((sum, one) => sum + one.sentOut + one.receivedIn, 0)
  if (own.length === 0 || own.length > 16 || packets * 2 < survey.directed) return null
  const addresses = own.map((one) => one.address)
  const words = [
    `${ownSide}its direction marks say that ${addresses.join(', ')} ${own.length === 1 ? 'is the address' : 'are the addresses'} of the box it was taken on`,
    `if that is wrong, ${better}`,
  ]
  return { kind: 'host', addresses, words }
}

function guessPrivate(
  seen: readonly AddressSeen[],
  names: { readonly inside: string; readonly outside: string },
): Guess | null {
  const blocks = new Map<string, Prefix>()
  let crossing = 0
  for (const one of seen) {
    const block = blockOf(one.address, privateBlocks)
    if (!block) continue
    const isCrossing = [...one.peers].some((peer) => !blockOf(peer, privateBlocks) && !blockOf(peer, linkBlocks))
    if (!isCrossing) continue
    crossing += 1
    blocks.set(prefixText(block), block)
  }
  const others = seen.filter(
    (one) => blockOf(one.address, privateBlocks) && ![...one.peers].some((peer) => !blockOf(peer, privateBlocks)),
  )
  if (crossing === 0 || others.length > 4 * crossing) return null
  return between([...blocks.values()], 'private addresses are taken for the inside', names)
}

/** Two colours: who opens the most flows is inside, its peers are outside, their peers inside, and so on. */
function guessOpeners(
  seen: readonly AddressSeen[],
  names: { readonly inside: string; readonly outside: string },
): Guess {
  const known = new Map(seen.map((one) => [one.address, one]))
  const isInside = new Map<string, boolean>()
  const openers = [...seen].sort((a, b) => b.opened - b.asked - (a.opened - a.asked))
  for (const opener of openers) {
    if (isInside.has(opener.address)) continue
    isInside.set(opener.address, true)
    const waiting = [opener]
    for (let one = waiting.pop(); one; one = waiting.pop()) {
      for (const peer of one.peers) {
        const other = known.get(peer)
        if (!other || isInside.has(peer)) continue
        isInside.set(peer, isInside.get(one.address) !== true)
        waiting.push(other)
      }
    }
  }
  const inside = seen.filter((one) => isInside.get(one.address) === true)
  const outside = seen.filter((one) => isInside.get(one.address) !== true)
  return between(
    blocksAround(inside, outside),
    'the addresses that open the most flows are taken for the inside',
    names,
  )
}

const mostBlocks = 64

/** Networks of 24 and 64 bits around the inside addresses where none of the others lies in them, else the addresses alone. */
function blocksAround(inside: readonly AddressSeen[], outside: readonly AddressSeen[]): readonly Prefix[] {
  const taken = new Set(outside.map((one) => networkOf(one.address)))
  const blocks = new Map<string, Prefix>()
  for (const one of inside) {
    const network = networkOf(one.address)
    const prefix = parsePrefix(taken.has(network) ? one.address : network)
    if (prefix && blocks.size < mostBlocks) blocks.set(prefixText(prefix), prefix)
  }
  return [...blocks.values()]
}

function networkOf(address: string): string {
  const bytes = parseAddress(address)
  if (!bytes) return address
  const length = bytes.length === 4 ? 24 : 64
  return prefixText({ address: bytes.map((byte, i) => (i < length / 8 ? byte : 0)), length })
}

function between(
  blocks: readonly Prefix[],
  why: string,
  names: { readonly inside: string; readonly outside: string },
): Guess {
  const written = [{ name: names.inside, prefixes: blocks }]
  const rest = names.outside === 'outside' ? [] : [{ name: names.outside, prefixes: anywhere }]
  const sides = completeSides([...written, ...rest])
  const where = blocks.length > 0 ? sidesText(written) : `nothing on the side of ${names.inside}`
  const shown = where.length > 200 ? `${where.slice(0, 200)}...` : where
  const words = [
    `${ownSide}the firewall is put between ${shown} and ${names.outside}: ${why}`,
    `if that is wrong, ${better}`,
  ]
  return { kind: 'between', sides, words }
}

const anywhere: readonly Prefix[] = [
  { address: new Uint8Array(4), length: 0 },
  { address: new Uint8Array(16), length: 0 },
]
