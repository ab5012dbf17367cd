/** Matches of what is known of a packet outside its bytes, as nft 1.0.6 lists them. */

import { describe, expect, test } from 'vitest'
import { inOrder, listedRule } from './listed.fixture.ts'

/** Family of the table, the rule, and what `nft -j list ruleset` prints of it. */
const listings: readonly (readonly [family: string, rule: string, json: string])[] = [
  [
    'inet',
    'meta l4proto tcp ct original proto-src { 5, 6-9 }',
    '[{"match":{"op":"==","left":{"meta":{"key":"l4proto"}},"right":"tcp"}},{"match":{"op":"==","left":{"ct":{"key":"proto-src","dir":"original"}},"right":{"set":[{"range":["0x5 [invalid type]","0x9 [invalid type]"]}]}}}]',
  ],
  [
    'inet',
    'meta l4proto tcp ct original proto-src 5',
    '[{"match":{"op":"==","left":{"meta":{"key":"l4proto"}},"right":"tcp"}},{"match":{"op":"==","left":{"ct":{"key":"proto-src","dir":"original"}},"right":5}}]',
  ],
  [
    'inet',
    'ct original protocol tcp tcp dport 22',
    '[{"match":{"op":"==","left":{"ct":{"key":"protocol"}},"right":"tcp"}},{"match":{"op":"==","left":{"payload":{"protocol":"tcp","field":"dport"}},"right":22}}]',
  ],
  [
    'inet',
    'ct protocol tcp th dport 22',
    '[{"match":{"op":"==","left":{"payload":{"protocol":"th","field":"dport"}},"right":22}}]',
  ],
  [
    'inet',
    'meta l4proto gre th dport 22',
    '[{"match":{"op":"==","left":{"payload":{"protocol":"th","field":"dport"}},"right":22}}]',
  ],
  [
    'inet',
    'meta l4proto {tcp, udp} th dport 22',
    '[{"match":{"op":"==","left":{"meta":{"key":"l4proto"}},"right":{"set":["tcp","udp"]}}},{"match":{"op":"==","left":{"payload":{"protocol":"th","field":"dport"}},"right":22}}]',
  ],
  [
    'inet',
    'meta mark & 0xff000000 == 0x01000000',
    '[{"match":{"op":"==","left":{"meta":{"key":"mark"}},"right":{"prefix":{"addr":16777216,"len":8}}}}]',
  ],
  [
    'inet',
    'ct mark & 0xff00 != 0x100',
    '[{"match":{"op":"!=","left":{"&":[{"ct":{"key":"mark"}},65280]},"right":256}}]',
  ],
  ['inet', 'ct mark & 0xff00 > 0x100', '[{"match":{"op":">","left":{"&":[{"ct":{"key":"mark"}},65280]},"right":256}}]'],
  [
    'inet',
    'meta length 0x1500/24',
    '[{"match":{"op":"==","left":{"&":[{"meta":{"key":"length"}},4294967040]},"right":5376}}]',
  ],
  [
    'inet',
    'meta mark 0x1500/24',
    '[{"match":{"op":"==","left":{"meta":{"key":"mark"}},"right":{"prefix":{"addr":5376,"len":24}}}}]',
  ],
  [
    'inet',
    'meta l4proto tcp @th,32,8 21',
    '[{"match":{"op":"==","left":{"payload":{"protocol":"tcp","field":"sequence"}},"right":{"prefix":{"addr":352321536,"len":8}}}}]',
  ],
  [
    'inet',
    'meta l4proto tcp @th,96,8 21',
    '[{"match":{"op":"==","left":{"payload":{"protocol":"tcp","field":"doff"}},"right":1}},{"match":{"op":"==","left":{"payload":{"protocol":"tcp","field":"reserved"}},"right":5}}]',
  ],
  [
    'inet',
    'meta l4proto udp @th,96,8 21',
    '[{"match":{"op":"==","left":{"meta":{"key":"l4proto"}},"right":"udp"}},{"match":{"op":"==","left":{"payload":{"base":"th","offset":96,"len":8}},"right":21}}]',
  ],
  [
    'inet',
    'meta l4proto tcp @th,0,32 & 0xf0 == 0x50',
    '[{"match":{"op":"==","left":{"meta":{"key":"l4proto"}},"right":"tcp"}},{"match":{"op":"==","left":{"&":[{"payload":{"base":"th","offset":0,"len":32}},240]},"right":80}}]',
  ],
  [
    'inet',
    'meta l4proto tcp @th,0,32 0x00160016',
    '[{"match":{"op":"==","left":{"payload":{"protocol":"tcp","field":"sport"}},"right":22}},{"match":{"op":"==","left":{"payload":{"protocol":"tcp","field":"dport"}},"right":22}}]',
  ],
  [
    'inet',
    'meta l4proto tcp @th,0,24 0x001600',
    '[{"match":{"op":"==","left":{"payload":{"protocol":"tcp","field":"sport"}},"right":22}},{"match":{"op":"==","left":{"payload":{"protocol":"tcp","field":"dport"}},"right":{"prefix":{"addr":0,"len":8}}}}]',
  ],
  [
    'inet',
    'meta nfproto ipv4 meta l4proto icmp icmp type echo-request',
    '[{"match":{"op":"==","left":{"payload":{"protocol":"icmp","field":"type"}},"right":"echo-request"}}]',
  ],
  [
    'inet',
    'ct state established,related',
    '[{"match":{"op":"in","left":{"ct":{"key":"state"}},"right":["established","related"]}}]',
  ],
  ['inet', 'ct state == established', '[{"match":{"op":"==","left":{"ct":{"key":"state"}},"right":"established"}}]'],
  ['inet', 'ct status dnat,snat', '[{"match":{"op":"in","left":{"ct":{"key":"status"}},"right":["snat","dnat"]}}]'],
  ['inet', 'ct label 3', '[{"match":{"op":"in","left":{"ct":{"key":"label"}},"right":3}}]'],
  ['inet', 'ct label 3,4', '[{"match":{"op":"in","left":{"ct":{"key":"label"}},"right":[3,4]}}]'],
  ['inet', 'ct label == 3', '[{"match":{"op":"==","left":{"ct":{"key":"label"}},"right":3}}]'],
  ['inet', 'ct expiration > 30s', '[{"match":{"op":">","left":{"ct":{"key":"expiration"}},"right":30}}]'],
  ['inet', 'ct expiration 90m', '[{"match":{"op":"==","left":{"ct":{"key":"expiration"}},"right":5400}}]'],
  ['inet', 'ct helper "ftp"', '[{"match":{"op":"==","left":{"ct":{"key":"helper"}},"right":"ftp"}}]'],
  ['inet', 'ct id 5', '[{"match":{"op":"==","left":{"ct":{"key":"id"}},"right":5}}]'],
  ['inet', 'ct zone 5', '[{"match":{"op":"==","left":{"ct":{"key":"zone"}},"right":5}}]'],
  ['inet', 'ct l3proto ipv4', '[{"match":{"op":"==","left":{"ct":{"key":"l3proto"}},"right":"ipv4"}}]'],
  ['inet', 'ct original l3proto ipv4', '[{"match":{"op":"==","left":{"ct":{"key":"l3proto"}},"right":"ipv4"}}]'],
  [
    'inet',
    'ct original ip saddr 1.2.3.0/24',
    '[{"match":{"op":"==","left":{"ct":{"key":"ip saddr","dir":"original"}},"right":{"prefix":{"addr":"1.2.3.0","len":24}}}}]',
  ],
  [
    'inet',
    'ct reply ip6 saddr ::1',
    '[{"match":{"op":"==","left":{"ct":{"key":"ip6 saddr","dir":"reply"}},"right":"::1"}}]',
  ],
  ['inet', 'ct avgpkt > 5', '[{"match":{"op":">","left":{"ct":{"key":"avgpkt"}},"right":5}}]'],
  ['inet', 'ct direction original', '[{"match":{"op":"==","left":{"ct":{"key":"direction"}},"right":"original"}}]'],
  ['inet', 'meta priority 1:2', '[{"match":{"op":"==","left":{"meta":{"key":"priority"}},"right":"1:2"}}]'],
  ['inet', 'meta priority none', '[{"match":{"op":"==","left":{"meta":{"key":"priority"}},"right":"none"}}]'],
  ['inet', 'meta iif lo', '[{"match":{"op":"==","left":{"meta":{"key":"iif"}},"right":"lo"}}]'],
  ['inet', 'meta iifname "eth*"', '[{"match":{"op":"==","left":{"meta":{"key":"iifname"}},"right":"eth*"}}]'],
  ['inet', 'meta iifname "lo"', '[{"match":{"op":"==","left":{"meta":{"key":"iifname"}},"right":"lo"}}]'],
  [
    'inet',
    'meta iifname { "lo", "eth*" }',
    '[{"match":{"op":"==","left":{"meta":{"key":"iifname"}},"right":{"set":["eth*","lo"]}}}]',
  ],
  ['inet', 'meta iiftype ether', '[{"match":{"op":"==","left":{"meta":{"key":"iiftype"}},"right":"ether"}}]'],
  [
    'inet',
    'meta iiftype ppp meta nfproto ipv4',
    '[{"match":{"op":"==","left":{"meta":{"key":"nfproto"}},"right":"ipv4"}}]',
  ],
  [
    'inet',
    'meta skuid 1000 meta skgid > 5',
    '[{"match":{"op":"==","left":{"meta":{"key":"skuid"}},"right":1000}},{"match":{"op":">","left":{"meta":{"key":"skgid"}},"right":5}}]',
  ],
  ['inet', 'meta pkttype broadcast', '[{"match":{"op":"==","left":{"meta":{"key":"pkttype"}},"right":"broadcast"}}]'],
  ['inet', 'meta cpu 1', '[{"match":{"op":"==","left":{"meta":{"key":"cpu"}},"right":1}}]'],
  [
    'inet',
    'meta cpu { 1-3, 5 }',
    '[{"match":{"op":"==","left":{"meta":{"key":"cpu"}},"right":{"set":[{"range":[1,3]},5]}}}]',
  ],
  ['inet', 'meta iifgroup default', '[{"match":{"op":"==","left":{"meta":{"key":"iifgroup"}},"right":"default"}}]'],
  ['inet', 'meta rtclassid cosmos', '[{"match":{"op":"==","left":{"meta":{"key":"rtclassid"}},"right":"cosmos"}}]'],
  ['inet', 'meta cgroup 100', '[{"match":{"op":"==","left":{"meta":{"key":"cgroup"}},"right":100}}]'],
  ['inet', 'meta day Monday', '[{"match":{"op":"==","left":{"meta":{"key":"day"}},"right":"Monday"}}]'],
  [
    'inet',
    'meta hour "17:00"-"18:00"',
    '[{"match":{"op":"==","left":{"meta":{"key":"hour"}},"right":{"range":["17:00","18:00"]}}}]',
  ],
  ['inet', 'meta hour >= "17:00"', '[{"match":{"op":">=","left":{"meta":{"key":"hour"}},"right":"17:00"}}]'],
  [
    'inet',
    'meta time > "2021-06-06 17:00"',
    '[{"match":{"op":">","left":{"meta":{"key":"time"}},"right":"2021-06-06 17:00:00"}}]',
  ],
  ['inet', 'meta random < 100', '[{"match":{"op":"<","left":{"meta":{"key":"random"}},"right":100}}]'],
  ['inet', 'meta ipsec exists', '[{"match":{"op":"==","left":{"meta":{"key":"ipsec"}},"right":true}}]'],
  ['inet', 'rt type 0', '[{"match":{"op":"==","left":{"exthdr":{"name":"rt","field":"type"}},"right":0}}]'],
  [
    'inet',
    'rt ip nexthop 1.1.1.1',
    '[{"match":{"op":"==","left":{"rt":{"key":"nexthop","family":"ip"}},"right":"1.1.1.1"}}]',
  ],
  ['inet', 'rt classid cosmos', '[{"match":{"op":"==","left":{"rt":{"key":"classid"}},"right":"cosmos"}}]'],
  ['inet', 'rt mtu 1400', '[{"match":{"op":"==","left":{"rt":{"key":"mtu"}},"right":1400}}]'],
  ['inet', 'rt ipsec exists', '[{"match":{"op":"==","left":{"rt":{"key":"ipsec"}},"right":true}}]'],
  [
    'inet',
    'fib saddr . iif oif exists',
    '[{"match":{"op":"==","left":{"fib":{"result":"oif","flags":["saddr","iif"]}},"right":true}}]',
  ],
  [
    'inet',
    'fib saddr . iif oif missing',
    '[{"match":{"op":"==","left":{"fib":{"result":"oif","flags":["saddr","iif"]}},"right":false}}]',
  ],
  [
    'inet',
    'fib daddr . mark . iif type local',
    '[{"match":{"op":"==","left":{"fib":{"result":"type","flags":["daddr","mark","iif"]}},"right":"local"}}]',
  ],
  [
    'inet',
    'fib daddr oifname "lo"',
    '[{"match":{"op":"==","left":{"fib":{"result":"oifname","flags":["daddr"]}},"right":"lo"}}]',
  ],
  [
    'inet',
    'fib daddr type { local, broadcast }',
    '[{"match":{"op":"==","left":{"fib":{"result":"type","flags":["daddr"]}},"right":{"set":["local","broadcast"]}}}]',
  ],
  [
    'inet',
    'fib saddr oif "lo"',
    '[{"match":{"op":"==","left":{"fib":{"result":"oif","flags":["saddr"]}},"right":"lo"}}]',
  ],
  [
    'inet',
    'numgen random mod 3 offset 5 5',
    '[{"match":{"op":"==","left":{"numgen":{"mode":"random","mod":3,"offset":5}},"right":5}}]',
  ],
  ['inet', 'meta l4proto 47', '[{"match":{"op":"==","left":{"meta":{"key":"l4proto"}},"right":"gre"}}]'],
  ['inet', 'meta l4proto 255', '[{"match":{"op":"==","left":{"meta":{"key":"l4proto"}},"right":255}}]'],
  [
    'inet',
    'meta protocol ip ip saddr 1.1.1.1',
    '[{"match":{"op":"==","left":{"meta":{"key":"protocol"}},"right":"ip"}},{"match":{"op":"==","left":{"payload":{"protocol":"ip","field":"saddr"}},"right":"1.1.1.1"}}]',
  ],
  [
    'inet',
    'meta protocol ip6 meta l4proto icmpv6',
    '[{"match":{"op":"==","left":{"meta":{"key":"l4proto"}},"right":"ipv6-icmp"}}]',
  ],
  [
    'ip',
    'ct l3proto ipv4 ip saddr 1.1.1.1',
    '[{"match":{"op":"==","left":{"payload":{"protocol":"ip","field":"saddr"}},"right":"1.1.1.1"}}]',
  ],
  [
    'ip',
    'ct protocol tcp @th,16,16 22',
    '[{"match":{"op":"==","left":{"payload":{"protocol":"tcp","field":"dport"}},"right":22}}]',
  ],
  [
    'ip',
    'ct protocol tcp @th,32,32 22',
    '[{"match":{"op":"==","left":{"payload":{"protocol":"tcp","field":"sequence"}},"right":22}}]',
  ],
  [
    'ip',
    'ct protocol tcp @th,16,16 > 22',
    '[{"match":{"op":">","left":{"payload":{"protocol":"tcp","field":"dport"}},"right":22}}]',
  ],
  [
    'ip',
    'ct protocol icmp @th,16,16 > 22',
    '[{"match":{"op":">","left":{"payload":{"protocol":"icmp","field":"checksum"}},"right":22}}]',
  ],
  [
    'ip',
    'ct protocol icmp @th,16,16 22',
    '[{"match":{"op":"==","left":{"payload":{"protocol":"icmp","field":"checksum"}},"right":22}}]',
  ],
  [
    'ip',
    'ct protocol { tcp, udp } @th,16,16 > 22',
    '[{"match":{"op":"==","left":{"ct":{"key":"protocol"}},"right":{"set":["tcp","udp"]}}},{"match":{"op":">","left":{"payload":{"protocol":"th","field":"dport"}},"right":22}}]',
  ],
  [
    'ip',
    'meta l4proto sctp ip protocol gre sctp vtag 5',
    '[{"match":{"op":"==","left":{"meta":{"key":"l4proto"}},"right":"sctp"}},{"match":{"op":"==","left":{"payload":{"protocol":"sctp","field":"vtag"}},"right":5}}]',
  ],
  [
    'ip',
    'meta l4proto sctp ip protocol gre sctp vtag > 5',
    '[{"match":{"op":"==","left":{"meta":{"key":"l4proto"}},"right":"sctp"}},{"match":{"op":">","left":{"payload":{"protocol":"sctp","field":"vtag"}},"right":5}}]',
  ],
  [
    'ip',
    'meta l4proto gre ip protocol gre @th,0,16 5',
    '[{"match":{"op":"==","left":{"meta":{"key":"l4proto"}},"right":"gre"}},{"match":{"op":"==","left":{"payload":{"protocol":"th","field":"sport"}},"right":5}}]',
  ],
  [
    'ip',
    'meta hour { "17:00"-"18:00" }',
    '[{"match":{"op":"==","left":{"meta":{"key":"hour"}},"right":{"range":["17:00","18:00"]}}}]',
  ],
  [
    'ip',
    'meta hour != "17:00:05"-"18:00"',
    '[{"match":{"op":"!=","left":{"meta":{"key":"hour"}},"right":{"range":["17:00:05","18:00"]}}}]',
  ],
  [
    'ip',
    'meta hour "23:00"-"01:00"',
    '[{"match":{"op":"!=","left":{"meta":{"key":"hour"}},"right":{"range":["01:00","23:00"]}}}]',
  ],
  [
    'ip',
    'meta time "2021-06-06"-"2021-06-07 10:00:01"',
    '[{"match":{"op":"==","left":{"meta":{"key":"time"}},"right":{"range":["2021-06-06 00:00:00","2021-06-07 10:00:01"]}}}]',
  ],
  [
    'ip',
    'meta time < "2021-06-06"',
    '[{"match":{"op":"<","left":{"meta":{"key":"time"}},"right":"2021-06-06 00:00:00"}}]',
  ],
  [
    'ip',
    'meta priority 1:2-1:5',
    '[{"match":{"op":"==","left":{"meta":{"key":"priority"}},"right":{"range":["1:2","1:5"]}}}]',
  ],
  ['ip', 'meta mark 1-5', '[{"match":{"op":"==","left":{"meta":{"key":"mark"}},"right":{"range":[1,5]}}}]'],
  [
    'ip',
    'meta mark { 0-15, 20-31 }',
    '[{"match":{"op":"==","left":{"meta":{"key":"mark"}},"right":{"set":[{"prefix":{"addr":0,"len":28}},{"range":[20,31]}]}}}]',
  ],
  [
    'ip',
    'ct state { new, established }',
    '[{"match":{"op":"==","left":{"ct":{"key":"state"}},"right":{"set":["established","new"]}}}]',
  ],
  [
    'ip',
    'ct status { dnat, 0x8 }',
    '[{"match":{"op":"==","left":{"ct":{"key":"status"}},"right":{"set":["confirmed","dnat"]}}}]',
  ],
  [
    'ip',
    'ct state & (new|related) != 0',
    '[{"match":{"op":"in","left":{"ct":{"key":"state"}},"right":["related","new"]}}]',
  ],
  [
    'ip',
    'ct state != new|untracked|related',
    '[{"match":{"op":"!=","left":{"ct":{"key":"state"}},"right":{"|":[{"|":["related","new"]},"untracked"]}}}]',
  ],
  [
    'ip',
    'ct state == new|untracked|related',
    '[{"match":{"op":"==","left":{"ct":{"key":"state"}},"right":{"|":[{"|":["related","new"]},"untracked"]}}}]',
  ],
  ['ip', 'ct mark & 0x3 == 0x1', '[{"match":{"op":"==","left":{"&":[{"ct":{"key":"mark"}},3]},"right":1}}]'],
  ['ip', 'ct mark | 0x3 == 0x7', '[{"match":{"op":"==","left":{"|":[{"ct":{"key":"mark"}},3]},"right":7}}]'],
  [
    'ip',
    'meta mark & 0xf0 { 0x10, 0x20 }',
    '[{"match":{"op":"==","left":{"&":[{"meta":{"key":"mark"}},240]},"right":{"set":[16,32]}}}]',
  ],
  ['ip', 'meta skuid 0-100', '[{"match":{"op":"==","left":{"meta":{"key":"skuid"}},"right":{"range":[0,100]}}}]'],
  ['ip', 'ct bytes > 100000000000', '[{"match":{"op":">","left":{"ct":{"key":"bytes"}},"right":100000000000}}]'],
  [
    'ip',
    'ct expiration { 30s, 50s }',
    '[{"match":{"op":"==","left":{"ct":{"key":"expiration"}},"right":{"set":[30,50]}}}]',
  ],
  [
    'ip',
    'ct expiration 30s-50s',
    '[{"match":{"op":"==","left":{"ct":{"key":"expiration"}},"right":{"range":[30,50]}}}]',
  ],
  [
    'ip',
    'ct original zone { 1, 2 }',
    '[{"match":{"op":"==","left":{"ct":{"key":"zone","dir":"original"}},"right":{"set":[1,2]}}}]',
  ],
  ['ip', 'ct helper != "ftp"', '[{"match":{"op":"!=","left":{"ct":{"key":"helper"}},"right":"ftp"}}]'],
  ['ip', 'ct label 1-5', '[{"match":{"op":"==","left":{"ct":{"key":"label"}},"right":{"range":[1,5]}}}]'],
  ['ip', 'iif { "lo" }', '[{"match":{"op":"==","left":{"meta":{"key":"iif"}},"right":"lo"}}]'],
  ['ip', 'iif { "lo", 7 }', '[{"match":{"op":"==","left":{"meta":{"key":"iif"}},"right":{"set":["lo","7"]}}}]'],
  ['ip', 'iif 7', '[{"match":{"op":"==","left":{"meta":{"key":"iif"}},"right":"7"}}]'],
  ['ip', 'oifname "a\\*"', '[{"match":{"op":"==","left":{"meta":{"key":"oifname"}},"right":"a\\\\*"}}]'],
  ['ip', 'rt ipsec missing', '[{"match":{"op":"==","left":{"rt":{"key":"ipsec"}},"right":false}}]'],
  [
    'ip',
    'fib saddr oifname "x*"',
    '[{"match":{"op":"==","left":{"fib":{"result":"oifname","flags":["saddr"]}},"right":"x*"}}]',
  ],
  [
    'ip',
    'numgen inc mod 10 < 3',
    '[{"match":{"op":"<","left":{"numgen":{"mode":"inc","mod":10,"offset":0}},"right":3}}]',
  ],
  ['ip', 'meta rtclassid 5', '[{"match":{"op":"==","left":{"meta":{"key":"rtclassid"}},"right":"5"}}]'],
  ['ip', 'meta iifgroup 5', '[{"match":{"op":"==","left":{"meta":{"key":"iifgroup"}},"right":5}}]'],
  ['ip', 'meta cgroup 1048577', '[{"match":{"op":"==","left":{"meta":{"key":"cgroup"}},"right":1048577}}]'],
  ['ip', 'meta rtclassid 20', '[{"match":{"op":"==","left":{"meta":{"key":"rtclassid"}},"right":"20"}}]'],
  [
    'ip',
    'meta rtclassid { 20, 0 }',
    '[{"match":{"op":"==","left":{"meta":{"key":"rtclassid"}},"right":{"set":["cosmos","20"]}}}]',
  ],
  ['ip', 'rt classid 1-5', '[{"match":{"op":"==","left":{"rt":{"key":"classid"}},"right":{"range":["1","5"]}}}]'],
  ['ip', 'meta mark 5/32', '[{"match":{"op":"==","left":{"meta":{"key":"mark"}},"right":5}}]'],
  ['ip', 'meta mark and 0xf0 == 0x10', '[{"match":{"op":"==","left":{"&":[{"meta":{"key":"mark"}},240]},"right":16}}]'],
  [
    'ip',
    'meta length >= 7 meta mark <= 9',
    '[{"match":{"op":"==","left":{"meta":{"key":"mark"}},"right":{"range":[7,9]}}}]',
  ],
  [
    'ip',
    'meta l4proto != tcp meta l4proto udp udp dport 5',
    '[{"match":{"op":"!=","left":{"meta":{"key":"l4proto"}},"right":"tcp"}},{"match":{"op":"==","left":{"payload":{"protocol":"udp","field":"dport"}},"right":5}}]',
  ],
  [
    'ip',
    'meta l4proto icmp icmp checksum 5',
    '[{"match":{"op":"==","left":{"payload":{"protocol":"icmp","field":"checksum"}},"right":5}}]',
  ],
  [
    'ip',
    'fib daddr type unicast fib saddr type != local',
    '[{"match":{"op":"==","left":{"fib":{"result":"type","flags":["daddr"]}},"right":"unicast"}},{"match":{"op":"!=","left":{"fib":{"result":"type","flags":["saddr"]}},"right":"local"}}]',
  ],
  ['ip', 'meta pkttype != unicast', '[{"match":{"op":"!=","left":{"meta":{"key":"pkttype"}},"right":"host"}}]'],
]

describe('matches of keys', () => {
  test.each(listings)('in a table of family %s: %s', (family, rule, json) => {
    expect(inOrder(listedRule(family, rule))).toEqual(inOrder(JSON.parse(json)))
  })
})
