/** Random matches: what a rule asks of a packet. Tables of ways; one is picked. */

import type { RuleContext } from './context.ts'
import { addresses, anyAddress, negation, number, ports } from './operands.ts'

type Way = () => string

export function pickMatch(context: RuleContext): string {
  const { random, layer3, layer4 } = context
  const groups: (readonly (readonly [number, () => readonly Way[]])[])[] = [
    [
      [6, () => conntrackMatches(context)],
      [5, () => metaMatches(context)],
      [2, () => rawMatches(context)],
    ],
    layer3 === 4 ? [[5, () => ipv4Matches(context)]] : [],
    layer3 === 6 ? [[5, () => ipv6Matches(context)]] : [],
    layer4 === null ? [] : [[5, () => transportMatches(context)]],
  ]
  return random.pick(random.pickWeighted(groups.flat())())()
}

export function conntrackMatches({ random, layer3 }: RuleContext): readonly Way[] {
  const family = layer3 ?? 4
  const direction = random.pick(['original', 'reply'])
  return [
    () =>
      `ct state ${negation(random)}${random.pick(['new', 'established', 'related', 'invalid', 'untracked', 'established,related', '{ new, related }', 'new,untracked'])}`,
    () => `ct state ${random.pick(['new', 'established', 'related', 'invalid', 'established,related'])}`,
    () => `ct direction ${direction}`,
    () =>
      `ct status ${negation(random)}${random.pick(['expected', 'seen-reply', 'assured', 'confirmed', 'snat', 'dnat', 'dying', 'snat,dnat', 'assured,confirmed'])}`,
    () => `ct mark ${random.pick(['0', '1', '!= 0', '0x10-0x20', 'and 0x3 == 1', '{ 1, 2, 5 }'])}`,
    () => `ct expiration ${random.pick(['> 5s', '< 5s', '10s-5m', '> 1h', '1h-10d'])}`,
    () => `ct helper ${random.pick(['"ftp"', '"tftp"', '!= "ftp"', '"sip"'])}`,
    () => `ct zone ${random.pick(['0', '1', '!= 0'])}`,
    () => `ct ${direction} zone ${random.pick(['0', '1'])}`,
    () =>
      `ct ${direction} ${family === 4 ? 'ip' : 'ip6'} ${random.pick(['saddr', 'daddr'])} ${anyAddress(random, family)}`,
    () => `ct ${direction} proto-${random.pick(['src', 'dst'])} ${ports(random)}`,
    () => `ct ${direction} protocol ${random.pick(['tcp', 'udp', 'icmp', '{ tcp, udp }'])}`,
    () => `ct ${direction} packets ${number(random, 0, 4)}`,
    () => `ct packets ${number(random, 0, 6)}`,
    () => `ct bytes ${number(random, 40, 900)}`,
    () => `ct ${direction} bytes ${number(random, 40, 400)}`,
    () => `ct avgpkt ${number(random, 40, 100)}`,
    () => `ct label ${random.pick(['1', '5'])}`,
    () => `ct l3proto ${random.pick(['ipv4', 'ipv6'])}`,
  ]
}

function metaMatches({ random, layer3 }: RuleContext): readonly Way[] {
  return [
    () =>
      `${random.pick(['iifname', 'oifname'])} ${negation(random)}${random.pick(['"lan"', '"wan"', '"dmz"', '{ "lan", "dmz" }', '"w*"', '"lo"'])}`,
    () =>
      `meta l4proto ${negation(random)}${random.pick(['tcp', 'udp', 'icmp', '{ tcp, udp }', 'sctp', 'gre', 'ipv6-icmp', '132-140'])}`,
    () => `meta length ${number(random, 28, 120)}`,
    () => `meta mark ${random.pick(['0', '1', '!= 0', 'and 0xf0 == 0x10', '& 0x3 != 0x2', '{ 1, 3, 7 }'])}`,
    () =>
      layer3 === null ? `meta nfproto ${random.pick(['ipv4', 'ipv6'])}` : `meta protocol ${random.pick(['ip', 'ip6'])}`,
    () => `meta pkttype ${random.pick(['host', 'broadcast', 'multicast', 'other'])}`,
    () => 'iif "lan"',
    () => `fib daddr type ${random.pick(['local', 'unicast', 'broadcast', 'multicast'])}`,
    () => `fib saddr . iif oif ${random.pick(['missing', 'exists', '0', '"lan"'])}`,
    () => `th dport ${ports(random)}`,
    () => `th sport != ${ports(random)}`,
    () => (layer3 === 6 ? 'rt ip6 nexthop 2001:db8:1::fe' : 'rt ip nexthop 203.0.113.254'),
    () => 'meta skuid 0',
  ]
}

function rawMatches({ random }: RuleContext): readonly Way[] {
  return [
    () =>
      `@th,${random.pick(['0,16', '16,16', '0,32', '96,8', '32,8'])} ${random.pick(['0', '21', '80', '!= 5', '& 0xf0 == 0x50', '> 1000'])}`,
    () =>
      `@nh,${random.pick(['0,4 4', '64,8 64', '72,8 6', '72,8 17', '96,32 0xc0a8010a', '8,8 0', '48,16 & 0x1fff != 0'])}`,
    () => `@ih,0,${random.pick(['8 80', '32 0x504f5254', '8 > 60'])}`,
  ]
}

function ipv4Matches({ random }: RuleContext): readonly Way[] {
  const byAddress = (): string => `ip ${random.pick(['saddr', 'daddr'])} ${negation(random)}${addresses(random, 4)}`
  return [
    byAddress,
    byAddress,
    byAddress,
    byAddress,
    () => `ip ttl ${number(random, 1, 65)}`,
    () => `ip dscp ${random.pick(['cs0', 'cs1', 'ef', '!= 0', '{ 0, 8 }'])}`,
    () => `ip frag-off ${random.pick(['& 0x1fff != 0', '& 0x2000 == 0x2000', '& 0x4000 != 0'])}`,
    () => `ip id ${random.pick(['0', '!= 0'])}`,
    () => `ip length ${number(random, 28, 90)}`,
    () => `ip protocol ${negation(random)}${random.pick(['tcp', 'udp', 'icmp', 'gre', '47-60'])}`,
    () => 'ip saddr & 255.255.255.0 == 192.168.1.0',
    () => `ip daddr & 0.0.0.1 ${random.pick(['== 0.0.0.1', '!= 0.0.0.1'])}`,
    () =>
      'ip saddr . ip daddr { 192.168.1.10 . 198.51.100.5, 198.51.100.5 . 192.168.1.10, 192.168.1.0/24 . 10.0.0.0/8 }',
    () => `ip hdrlength ${number(random, 5, 7)}`,
    () => `ip option ${random.pick(['rr', 'ra', 'lsrr'])} exists`,
    () => `ip ecn ${random.pick(['not-ect', 'ce'])}`,
    () => `${random.pick(['ip saddr', 'ip daddr !='])} @s4`,
    () => 'meta l4proto . th dport @sp',
    () => `ip saddr ${random.pick(['@st', '@dyn4'])}`,
    () => 'ip saddr . th dport @dync',
  ]
}

function ipv6Matches({ random }: RuleContext): readonly Way[] {
  const byAddress = (): string => `ip6 ${random.pick(['saddr', 'daddr'])} ${negation(random)}${addresses(random, 6)}`
  return [
    byAddress,
    byAddress,
    byAddress,
    byAddress,
    () => `ip6 hoplimit ${number(random, 1, 65)}`,
    () => `ip6 nexthdr ${negation(random)}${random.pick(['tcp', 'udp', 'ipv6-icmp', '44'])}`,
    () => `ip6 length ${number(random, 8, 90)}`,
    () => `ip6 dscp ${random.pick(['cs0', 'cs1', '!= 0'])}`,
    () => `exthdr frag ${random.pick(['exists', 'missing'])}`,
    () => 'frag more-fragments 1',
    () => 'exthdr hbh exists',
    () => 'ip6 flowlabel 0',
    () => 'dst nexthdr 6',
  ]
}

function transportMatches({ random, layer4 }: RuleContext): readonly Way[] {
  const byPort = (): string => `${layer4} ${random.pick(['dport', 'sport'])} ${negation(random)}${ports(random)}`
  switch (layer4) {
    case 'tcp':
      return [
        byPort,
        byPort,
        () =>
          `tcp flags ${random.pick(['syn', 'syn,ack', '& (fin|syn|rst|ack) == syn', '& (syn|ack) == (syn|ack)', 'syn / fin,syn,rst,ack', '!= syn', 'rst', '== 0x0', '& fin != 0', '{ syn, ack }', '! syn', 'fin,psh,urg'])}`,
        () => `tcp ${random.pick(['seq', 'ackseq', 'window', 'doff', 'urgptr'])} ${number(random, 0, 3000)}`,
        () =>
          `tcp option ${random.pick(['maxseg', 'sack-perm', 'timestamp', 'window'])} ${random.pick(['exists', 'missing'])}`,
        () => `tcp option maxseg size ${number(random, 500, 1500)}`,
        () => 'tcp checksum != 0',
      ]
    case 'udp':
      return [
        byPort,
        byPort,
        () => `udp length ${number(random, 8, 50)}`,
        () => `udp checksum ${random.pick(['0', '!= 0'])}`,
      ]
    case 'icmp':
      return [
        () =>
          `icmp type ${negation(random)}${random.pick(['echo-request', 'echo-reply', 'destination-unreachable', 'time-exceeded', 'redirect', 'parameter-problem', '{ echo-request, destination-unreachable }', 'timestamp-request'])}`,
        () => `icmp code ${number(random, 0, 5)}`,
        () => `icmp mtu ${number(random, 0, 1500)}`,
        () => `icmp id ${number(random, 0, 2000)}`,
      ]
    case 'icmpv6':
      return [
        () =>
          `icmpv6 type ${negation(random)}${random.pick(['echo-request', 'echo-reply', 'destination-unreachable', 'packet-too-big', 'time-exceeded', 'parameter-problem', 'nd-neighbor-solicit', '{ 1-4 }'])}`,
        () => `icmpv6 code ${number(random, 0, 5)}`,
        () => 'icmpv6 mtu > 1200',
      ]
    default:
      return [
        () => `sctp dport ${ports(random)}`,
        () => `sctp vtag ${number(random, 0, 100)}`,
        () => 'sctp chunk init exists',
        () => 'sctp chunk data missing',
      ]
  }
}
