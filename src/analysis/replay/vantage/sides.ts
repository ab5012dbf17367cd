/** The sides of a firewall that is put between them: named address blocks, one interface each. */

import { BlockSearch, isInPrefix, type Prefix, parsePrefix, prefixText, readInt32 } from '../../../model/bytes/index.ts'

/** A side; its name is also the name of the firewall's interface towards it. */
export interface Side {
  readonly name: string
  readonly prefixes: readonly Prefix[]
}

/** The side of every address that no prefix holds. */
export const outsideName = 'outside'

const everything: readonly Prefix[] = [
  { address: new Uint8Array(4), length: 0 },
  { address: new Uint8Array(16), length: 0 },
]

/**
 * Reads `inside=10.0.0.0/8,dmz=192.0.2.0/24+2001:db8::/32,wan=any`. A name may come several times or list blocks with `+`;
 * `any` is all that no longer block holds. Answers a message when it cannot.
 */
export function parseSides(text: string): readonly Side[] | string {
  const sides = new Map<string, Prefix[]>()
  /** Which side has a block already, by its text. */
  const owners = new Map<string, string>()
  for (const part of text.split(',')) {
    const found = /^([^=]+)=(.+)$/.exec(part.trim())
    if (!found) return `expected NAME=ADDRESS/LENGTH, found "${part}"`
    const [, name = '', blocks = ''] = found
    if (!/^[^\s/]{1,15}$/.test(name)) return `expected an interface name of 1 to 15 characters, found "${name}"`
    if (name === 'lo') return 'expected the name of an interface towards a side, found "lo", which leads nowhere'
    for (const block of blocks.split('+')) {
      const prefix = block === 'any' ? null : parsePrefix(block)
      if (block !== 'any' && !prefix) return `expected an address block such as 10.0.0.0/8, or "any", found "${block}"`
      const blockText = prefix ? prefixText(prefix) : block
      const owner = owners.get(blockText) ?? name
      if (owner !== name) return `expected each block on one side, found ${blockText} on ${owner} and ${name}`
      owners.set(blockText, name)
      sides.set(name, [...(sides.get(name) ?? []), ...(prefix ? [prefix] : everything)])
    }
  }
  const whole = completeSides([...sides].map(([name, prefixes]) => ({ name, prefixes })))
  return whole.length > 1 ? whole : `expected at least two sides, found only ${whole[0]?.name ?? 'nothing'}`
}

/** Adds the outside where no side is the rest of the world. */
export function completeSides(sides: readonly Side[]): readonly Side[] {
  const hasRest = (family: 4 | 16): boolean =>
    sides.some((side) => side.prefixes.some((prefix) => prefix.length === 0 && prefix.address.length === family))
  const missing = everything.filter((prefix) => !hasRest(prefix.address.length === 4 ? 4 : 16))
  if (missing.length === 0) return sides
  const outside = sides.find((side) => side.name === outsideName)
  if (!outside) return [...sides, { name: outsideName, prefixes: missing }]
  const completed = { name: outsideName, prefixes: [...outside.prefixes, ...missing] }
  return sides.map((side) => (side === outside ? completed : side))
}

/** As `--between` takes it. The rest is not written. */
export function sidesText(sides: readonly Side[]): string {
  const blocks = (side: Side): readonly Prefix[] => side.prefixes.filter((prefix) => prefix.length > 0)
  return sides
    .filter((side) => blocks(side).length > 0)
    .map((side) => `${side.name}=${blocks(side).map(prefixText).join('+')}`)
    .join(',')
}

interface Row {
  readonly side: number
  readonly prefix: Prefix
}

/** Finds the side of an address: the longest block that holds it. */
export class SideFinder {
  /** Sides of the blocks in the search. */
  readonly #sides4: Int32Array
  readonly #search4: BlockSearch
  readonly #ipv6: readonly Row[]

  constructor(sides: readonly Side[]) {
    const rows: Row[] = sides.flatMap((side, index) => side.prefixes.map((prefix) => ({ side: index, prefix })))
    rows.sort((a, b) => b.prefix.length - a.prefix.length)
    const ipv4 = rows.filter((row) => row.prefix.address.length === 4)
    this.#sides4 = Int32Array.from(ipv4, ({ side }) => side)
    this.#search4 = new BlockSearch(
      ipv4.map(({ prefix: { address, length } }) => ({ word: readInt32(address, 0), length })),
    )
    this.#ipv6 = rows.filter((row) => row.prefix.address.length === 16)
  }

  /** Index into the sides, or -1. */
  find(bytes: Uint8Array, at: number, family: number): number {
    return family === 4 ? this.find4(readInt32(bytes, at)) : this.#findIpv6(bytes, at)
  }

  /** The same for an IPv4 address as a word. */
  find4(word: number): number {
    const index = this.#search4.find(word)
    return index < 0 ? -1 : this.#sides4[index]!
  }

  #findIpv6(bytes: Uint8Array, at: number): number {
    for (const row of this.#ipv6) if (isInPrefix(bytes, at, row.prefix)) return row.side
    return -1
  }
}
