/** The box that every generated scenario has: three sides, hosts behind them, both families. */

import type { Scenario } from '../../analysis/lab/index.ts'
import type { Random } from './random.ts'

export type Side = 'lan' | 'wan' | 'dmz'
export type Family = 4 | 6

export const sides: readonly Side[] = ['lan', 'wan', 'dmz']

export const interfaces: Scenario['interfaces'] = {
  wan: { addr4: ['203.0.113.1/24', '203.0.113.2/24'], addr6: ['2001:db8:1::1/64'] },
  lan: { addr4: ['192.168.1.1/24'], broadcast: { '192.168.1.1/24': '192.168.1.255' }, addr6: ['fd00::1/64'] },
  dmz: { addr4: ['10.0.0.1/24'], addr6: ['fd01::1/64'] },
}

export const routes: NonNullable<Scenario['routes']> = [
  { dst: '0.0.0.0/0', via: '203.0.113.254', dev: 'wan' },
  { dst: '::/0', via: '2001:db8:1::fe', dev: 'wan' },
]

/** Hosts behind each side. */
export const hosts: Readonly<Record<Family, Readonly<Record<Side, readonly string[]>>>> = {
  4: {
    lan: ['192.168.1.10', '192.168.1.11', '192.168.1.200'],
    wan: ['198.51.100.5', '198.51.100.9', '203.0.113.77'],
    dmz: ['10.0.0.5', '10.0.0.80'],
  },
  6: {
    lan: ['fd00::10', 'fd00::11'],
    wan: ['2001:db8:2::5', '2001:db8:2::9', '2001:db8:1::77'],
    dmz: ['fd01::5', 'fd01::80'],
  },
}

/** The box's own address on each side. */
export const box: Readonly<Record<Family, Readonly<Record<Side, string>>>> = {
  4: { wan: '203.0.113.1', lan: '192.168.1.1', dmz: '10.0.0.1' },
  6: { wan: '2001:db8:1::1', lan: 'fd00::1', dmz: 'fd01::1' },
}

export const allHosts = (family: Family): string[] => sides.flatMap((side) => hosts[family][side])
export const boxAddresses = (family: Family): string[] => sides.map((side) => box[family][side])

/** Who talks to whom: a client on one side, a server on another, perhaps the box itself. */
export interface Path {
  readonly family: Family
  readonly clientSide: Side
  readonly client: string
  readonly serverSide: Side
  readonly server: string
}

const directions: readonly (readonly [weight: number, readonly [Side, Side]])[] = [
  [4, ['lan', 'wan']],
  [1, ['wan', 'lan']],
  [1, ['lan', 'dmz']],
  [1, ['wan', 'dmz']],
  [1, ['dmz', 'wan']],
]

/** Any path; now and then the server is the box. */
export function pickPath(random: Random, family: Family = random.pick([4, 4, 6])): Path {
  const [clientSide, serverSide] = random.pickWeighted(directions)
  const client = random.pick(hosts[family][clientSide])
  const server = random.chance(0.2)
    ? box[family][random.pick<Side>([clientSide, 'wan'])]
    : random.pick(hosts[family][serverSide])
  return { family, clientSide, client, serverSide, server }
}

/** Mostly from the lan to the internet over IPv4, where address translation happens; sometimes any path. */
export function pickUsualPath(random: Random, family: Family = random.pick([4, 4, 4, 4, 6])): Path {
  if (random.chance(0.2)) return pickPath(random, family)
  const inward = random.chance(0.15)
  const [clientSide, serverSide]: [Side, Side] = inward ? ['wan', 'lan'] : ['lan', 'wan']
  const server = inward && random.chance(0.5) ? box[family].wan : random.pick(hosts[family][serverSide])
  return { family, clientSide, client: random.pick(hosts[family][clientSide]), serverSide, server }
}

/** A client's port: a few that collide, or any. */
export const pickPort = (random: Random): number =>
  random.pick([4000, 4001, 4002, 1024, random.integer(1024, 65535), random.integer(1, 1023)])

export const tcpPorts: readonly number[] = [21, 22, 80, 443, 2121, 6667, 8080]
export const udpPorts: readonly number[] = [53, 69, 123, 500, 5060, 6969]
