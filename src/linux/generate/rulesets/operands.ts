/** Random right-hand sides of matches: addresses, ports, numbers, in every form that nft knows for them. */

import type { Random } from '../random.ts'
import { allHosts, boxAddresses, type Family, tcpPorts, udpPorts } from '../topology.ts'

const networks: Readonly<Record<Family, readonly string[]>> = {
  4: ['192.168.1.0/24', '198.51.100.0/24', '10.0.0.0/8', '203.0.113.0/24', '198.51.100.4/30'],
  6: ['fd00::/64', '2001:db8::/32', 'fd00::/8'],
}
const ranges: Readonly<Record<Family, readonly string[]>> = {
  4: ['192.168.1.5-192.168.1.150', '198.51.100.0-198.51.100.7', '10.0.0.1-10.0.0.60'],
  6: ['fd00::1-fd00::10', '2001:db8:1::-2001:db8:2::7'],
}

export const anyAddress = (random: Random, family: Family): string =>
  random.pick([...allHosts(family), ...boxAddresses(family)])

export const addresses = (random: Random, family: Family): string =>
  random.pickWeighted([
    [8, () => anyAddress(random, family)],
    [4, () => random.pick(networks[family])],
    [3, () => random.pick(ranges[family])],
    [5, () => `{ ${random.sample([...allHosts(family), ...boxAddresses(family)], random.integer(1, 4)).join(', ')} }`],
  ])()

export const ports = (random: Random): string =>
  random.pickWeighted([
    [5, () => String(random.pick([...tcpPorts, ...udpPorts, 4000, 4001]))],
    [2, () => random.pick(['1-1023', '20-25', '1024-65535', '4000-5000'])],
    [3, () => `{ ${random.sample([...new Set([...tcpPorts, ...udpPorts])], random.integer(1, 4)).join(', ')} }`],
  ])()

export const negation = (random: Random): string => random.pick(['', '', '', '!= '])

export const number = (random: Random, least: number, greatest: number): string =>
  `${random.pick(['', '< ', '> ', '<= ', '>= ', '!= '])}${random.integer(least, greatest)}`
