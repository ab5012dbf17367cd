/** Random NAT statements: dnat, snat, masquerade, redirect, with ports, ranges, maps, prefixes and flags. */

import { box, type Family, hosts } from '../topology.ts'
import type { RuleContext } from './context.ts'

/** A NAT statement that the chain's hook allows; `layer3` of the context is 4 or 6. */
export function pickTranslation({ random, contents, chain, layer3, layer4 }: RuleContext): string {
  const family: Family = layer3 ?? 4
  const hasPorts = layer4 === 'tcp' || layer4 === 'udp' || layer4 === 'sctp'
  const port = (): string => (hasPorts ? random.pick(['', '', `:${random.pick([80, 8080, 2121, 4000])}`]) : '')
  const prefix = contents.family === 'inet' ? `${family === 4 ? 'ip' : 'ip6'} ` : ''
  const bracketed = (address: string): string => (family === 6 ? `[${address}]` : address)
  const flags = random.pick(['', '', '', '', '', ' persistent'])
  const words = { family, hasPorts, port, prefix, bracketed, flags }
  const isDestination = chain.hook === 'prerouting' || chain.hook === 'output'
  return isDestination ? destination(random, layer4, words) : source(random, chain.hook === 'postrouting', words)
}

interface Words {
  readonly family: Family
  readonly hasPorts: boolean
  readonly port: () => string
  readonly prefix: string
  readonly bracketed: (address: string) => string
  readonly flags: string
}

function destination(
  random: RuleContext['random'],
  layer4: RuleContext['layer4'],
  { family, hasPorts, port, prefix, bracketed, flags }: Words,
): string {
  const { dmz, lan, wan } = hosts[family]
  const targets = [...dmz, ...lan.slice(0, 1), ...wan.slice(0, 1), box[family].wan]
  const plain = (): string => `dnat ${prefix}to ${bracketed(random.pick(targets))}${port()}`
  const ways: (readonly [number, () => string])[] = [
    [8, plain],
    [2, () => 'redirect'],
    [family === 4 ? 2 : 0, () => `dnat ${prefix}to 10.0.0.5-10.0.0.8${port()}${flags}`],
    [family === 4 ? 1 : 0, () => `dnat ${prefix}prefix to 10.0.0.0/24`],
    [hasPorts ? 2 : 0, () => `redirect to :${random.pick([2121, 8080])}`],
    [hasPorts ? 2 : 0, () => `dnat ${prefix}to ${layer4} dport map { 80 : ${targets[0]}, 21 : ${targets[1]} }`],
    [hasPorts ? 0.5 : 0, () => `dnat ${prefix}to ${bracketed(targets[0] ?? '')}:8000-8100`],
  ]
  return random.pickWeighted(ways)()
}

function source(
  random: RuleContext['random'],
  isPostrouting: boolean,
  { family, hasPorts, port, prefix, bracketed, flags }: Words,
): string {
  const targets = [box[family].wan, ...(family === 4 ? ['203.0.113.2', '10.0.0.1'] : ['2001:db8:1::42'])]
  const ways: (readonly [number, () => string])[] = [
    [isPostrouting ? 4 : 0, () => 'masquerade'],
    [4, () => `snat ${prefix}to ${bracketed(random.pick(targets))}${port()}`],
    [family === 4 ? 1 : 0, () => `snat ${prefix}to 203.0.113.1-203.0.113.2${flags}`],
    [family === 4 ? 0.5 : 0, () => `snat ${prefix}prefix to 203.0.113.0/24`],
    [
      hasPorts ? 1 : 0,
      () => `snat ${prefix}to ${bracketed(targets[0] ?? '')}:${random.pick(['1024-65535', '4000-4100'])}`,
    ],
    [hasPorts && isPostrouting ? 0.6 : 0, () => `masquerade to :${random.pick(['1024-65535', '3000'])}`],
  ]
  return random.pickWeighted(ways)()
}
