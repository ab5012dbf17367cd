/** Statements that are no matches, as nft 1.0.6 lists them. */

import { describe, expect, test } from 'vitest'
import { inOrder, listedRule } from './listed.fixture.ts'

/** Family of the table, the rule, and what `nft -j list ruleset` prints of it. */
const listings: readonly (readonly [family: string, rule: string, json: string])[] = [
  [
    'inet',
    'meta nfproto ipv4 reject with tcp reset',
    '[{"match":{"op":"==","left":{"meta":{"key":"l4proto"}},"right":"tcp"}},{"reject":{"type":"tcp reset"}}]',
  ],
  [
    'inet',
    'tcp dport 22 reject with tcp reset',
    '[{"match":{"op":"==","left":{"payload":{"protocol":"tcp","field":"dport"}},"right":22}},{"reject":{"type":"tcp reset"}}]',
  ],
  [
    'inet',
    'ip saddr 1.1.1.1 reject',
    '[{"match":{"op":"==","left":{"payload":{"protocol":"ip","field":"saddr"}},"right":"1.1.1.1"}},{"reject":{"type":"icmp","expr":"port-unreachable"}}]',
  ],
  [
    'inet',
    'meta nfproto ipv4 reject with icmp host-unreachable',
    '[{"reject":{"type":"icmp","expr":"host-unreachable"}}]',
  ],
  ['inet', 'meta nfproto ipv6 reject with icmpv6 no-route', '[{"reject":{"type":"icmpv6","expr":"no-route"}}]'],
  ['inet', 'reject', '[{"reject":{"type":"icmpx","expr":"port-unreachable"}}]'],
  [
    'inet',
    'ct state vmap { established: accept, related|new : drop }',
    '[{"vmap":{"key":{"ct":{"key":"state"}},"data":{"set":[["established",{"accept":null}],[{"|":["related","new"]},{"drop":null}]]}}}]',
  ],
  ['inet', 'meta priority set 1:2', '[{"mangle":{"key":{"meta":{"key":"priority"}},"value":"1:2"}}]'],
  ['inet', 'meta nftrace set 1', '[{"mangle":{"key":{"meta":{"key":"nftrace"}},"value":1}}]'],
  ['inet', 'meta pkttype set host', '[{"mangle":{"key":{"meta":{"key":"pkttype"}},"value":"host"}}]'],
  ['inet', 'ip dscp set cs3', '[{"mangle":{"key":{"payload":{"protocol":"ip","field":"dscp"}},"value":"cs3"}}]'],
  [
    'inet',
    'ip dscp vmap { cs1 : accept, cs2 : drop }',
    '[{"vmap":{"key":{"payload":{"protocol":"ip","field":"dscp"}},"data":{"set":[["cs1",{"accept":null}],["cs2",{"drop":null}]]}}}]',
  ],
  ['inet', 'ip6 ecn set ce', '[{"mangle":{"key":{"payload":{"protocol":"ip6","field":"ecn"}},"value":"ce"}}]'],
  [
    'inet',
    'tcp dport vmap { 1 : accept, 2 : drop }',
    '[{"vmap":{"key":{"payload":{"protocol":"tcp","field":"dport"}},"data":{"set":[[1,{"accept":null}],[2,{"drop":null}]]}}}]',
  ],
  ['inet', 'tcp dport vmap @m2', '[{"vmap":{"key":{"payload":{"protocol":"tcp","field":"dport"}},"data":"@m2"}}]'],
  [
    'inet',
    'meta mark set ip saddr map @m',
    '[{"mangle":{"key":{"meta":{"key":"mark"}},"value":{"map":{"key":{"payload":{"protocol":"ip","field":"saddr"}},"data":"@m"}}}}]',
  ],
  [
    'inet',
    'meta mark set tcp dport map { 1 : 5, 2-5 : 7 }',
    '[{"mangle":{"key":{"meta":{"key":"mark"}},"value":{"map":{"key":{"payload":{"protocol":"tcp","field":"dport"}},"data":{"set":[[1,5],[{"range":[2,5]},7]]}}}}}]',
  ],
  [
    'inet',
    'counter name ip saddr map @m3',
    '[{"counter":{"map":{"key":{"payload":{"protocol":"ip","field":"saddr"}},"data":"@m3"}}}]',
  ],
  ['inet', 'counter name "c"', '[{"counter":"c"}]'],
  ['inet', 'quota name "q"', '[{"quota":"q"}]'],
  ['inet', 'limit name "l"', '[{"limit":"l"}]'],
  ['inet', 'quota over 100 kbytes', '[{"quota":{"val":100,"val_unit":"kbytes","inv":true}}]'],
  ['inet', 'quota 100 bytes used 5 bytes', '[{"quota":{"val":100,"val_unit":"bytes","used":5,"used_unit":"bytes"}}]'],
  ['inet', 'limit rate 10/second', '[{"limit":{"rate":10,"burst":5,"per":"second"}}]'],
  ['inet', 'limit rate over 10/hour burst 20 packets', '[{"limit":{"rate":10,"burst":20,"per":"hour","inv":true}}]'],
  [
    'inet',
    'limit rate 10 mbytes/second burst 5 kbytes',
    '[{"limit":{"rate":10,"burst":5,"per":"second","rate_unit":"mbytes","burst_unit":"kbytes"}}]',
  ],
  [
    'inet',
    'limit rate 1025 bytes/second',
    '[{"limit":{"rate":1025,"burst":0,"per":"second","rate_unit":"bytes","burst_unit":"bytes"}}]',
  ],
  ['inet', 'ct count over 5', '[{"ct count":{"val":5,"inv":true}}]'],
  ['inet', 'ct count 5', '[{"ct count":{"val":5}}]'],
  ['inet', 'log', '[{"log":null}]'],
  ['inet', 'log prefix "hi: " level warn', '[{"log":{"prefix":"hi: "}}]'],
  ['inet', 'log level info', '[{"log":{"level":"info"}}]'],
  ['inet', 'log group 2 prefix "x"', '[{"log":{"prefix":"x","group":2}}]'],
  ['inet', 'counter log accept', '[{"counter":{"packets":0,"bytes":0}},{"log":null},{"accept":null}]'],
  ['inet', 'notrack', '[{"notrack":null}]'],
  ['inet', 'ct mark set 5', '[{"mangle":{"key":{"ct":{"key":"mark"}},"value":5}}]'],
  [
    'inet',
    'ct mark set meta mark and 0xff or 0x10',
    '[{"mangle":{"key":{"ct":{"key":"mark"}},"value":{"|":[{"&":[{"meta":{"key":"mark"}},255]},16]}}}]',
  ],
  ['inet', 'ct zone set 3', '[{"mangle":{"key":{"ct":{"key":"zone"}},"value":3}}]'],
  ['inet', 'ct original zone set 3', '[{"mangle":{"key":{"ct":{"key":"zone","dir":"original"}},"value":3}}]'],
  ['inet', 'ct label set 3', '[{"mangle":{"key":{"ct":{"key":"label"}},"value":3}}]'],
  ['inet', 'ct event set new,destroy', '[{"mangle":{"key":{"ct":{"key":"event"}},"value":["new","destroy"]}}]'],
  ['inet', 'ct event set new', '[{"mangle":{"key":{"ct":{"key":"event"}},"value":"new"}}]'],
  [
    'inet',
    'tcp option maxseg size set 1400',
    '[{"mangle":{"key":{"tcp option":{"name":"maxseg","field":"size"}},"value":1400}}]',
  ],
  [
    'inet',
    'tcp option maxseg size set rt mtu',
    '[{"mangle":{"key":{"tcp option":{"name":"maxseg","field":"size"}},"value":{"rt":{"key":"mtu"}}}}]',
  ],
  ['inet', 'reset tcp option sack-perm', '[{"reset":{"tcp option":{"name":"sack-perm"}}}]'],
  [
    'inet',
    'mh type binding-update',
    '[{"match":{"op":"==","left":{"exthdr":{"name":"mh","field":"type"}},"right":"binding-update"}}]',
  ],
  [
    'inet',
    'numgen inc mod 3 vmap { 0 : accept, 1 : drop }',
    '[{"vmap":{"key":{"numgen":{"mode":"inc","mod":3,"offset":0}},"data":{"set":[[0,{"accept":null}],[1,{"drop":null}]]}}}]',
  ],
  [
    'inet',
    'meta mark set jhash ip saddr . tcp dport mod 5 seed 0x10 offset 2',
    '[{"mangle":{"key":{"meta":{"key":"mark"}},"value":{"jhash":{"mod":5,"seed":16,"offset":2,"expr":{"concat":[{"payload":{"protocol":"ip","field":"saddr"}},{"payload":{"protocol":"tcp","field":"dport"}}]}}}}}]',
  ],
  ['inet', 'meta mark set symhash mod 5', '[{"mangle":{"key":{"meta":{"key":"mark"}},"value":{"symhash":{"mod":5}}}}]'],
  [
    'inet',
    'meta mark set ct mark << 8',
    '[{"mangle":{"key":{"meta":{"key":"mark"}},"value":{"<<":[{"ct":{"key":"mark"}},8]}}}]',
  ],
  [
    'inet',
    'meta mark set meta mark ^ 5',
    '[{"mangle":{"key":{"meta":{"key":"mark"}},"value":{"^":[{"meta":{"key":"mark"}},5]}}}]',
  ],
  [
    'inet',
    'add @ee { ip saddr }',
    '[{"set":{"op":"add","elem":{"payload":{"protocol":"ip","field":"saddr"}},"set":"@ee"}}]',
  ],
  [
    'inet',
    'meter mt { ip saddr limit rate 5/second }',
    '[{"meter":{"key":{"payload":{"protocol":"ip","field":"saddr"}},"stmt":{"limit":{"rate":5,"burst":5,"per":"second"}},"size":65535,"name":"mt"}}]',
  ],
  ['inet', 'tcp dport set 5', '[{"mangle":{"key":{"payload":{"protocol":"tcp","field":"dport"}},"value":5}}]'],
  ['inet', 'udp checksum set 0', '[{"mangle":{"key":{"payload":{"protocol":"udp","field":"checksum"}},"value":0}}]'],
  ['inet', '@th,16,16 set 5', '[{"mangle":{"key":{"payload":{"protocol":"th","field":"dport"}},"value":5}}]'],
  [
    'inet',
    'meta l4proto tcp @th,16,16 set 5',
    '[{"mangle":{"key":{"payload":{"protocol":"tcp","field":"dport"}},"value":5}}]',
  ],
  ['inet', 'ip ttl set 5', '[{"mangle":{"key":{"payload":{"protocol":"ip","field":"ttl"}},"value":5}}]'],
  [
    'inet',
    'tcp dport 22 drop',
    '[{"match":{"op":"==","left":{"payload":{"protocol":"tcp","field":"dport"}},"right":22}},{"drop":null}]',
  ],
  [
    'ip',
    'meta protocol != ip accept',
    '[{"match":{"op":"!=","left":{"meta":{"key":"protocol"}},"right":"ip"}},{"accept":null}]',
  ],
  [
    'ip',
    'meta protocol { ip, ip6 } accept',
    '[{"match":{"op":"==","left":{"meta":{"key":"protocol"}},"right":{"set":["ip","ip6"]}}},{"accept":null}]',
  ],
  [
    'ip',
    'ct protocol udp ip dscp set cs0',
    '[{"match":{"op":"==","left":{"ct":{"key":"protocol"}},"right":"udp"}},{"mangle":{"key":{"payload":{"protocol":"ip","field":"dscp"}},"value":"cs0"}}]',
  ],
  ['ip', 'ip dscp set cs0', '[{"mangle":{"key":{"payload":{"protocol":"ip","field":"dscp"}},"value":"cs0"}}]'],
  ['ip', 'ip ecn set ce', '[{"mangle":{"key":{"payload":{"protocol":"ip","field":"ecn"}},"value":"ce"}}]'],
  [
    'ip',
    'meta l4proto tcp counter tcp dport 22',
    '[{"match":{"op":"==","left":{"meta":{"key":"l4proto"}},"right":"tcp"}},{"counter":{"packets":0,"bytes":0}},{"match":{"op":"==","left":{"payload":{"protocol":"tcp","field":"dport"}},"right":22}}]',
  ],
  [
    'ip',
    'ip daddr 1.1.1.1 counter ip saddr 2.2.2.2',
    '[{"match":{"op":"==","left":{"payload":{"protocol":"ip","field":"daddr"}},"right":"1.1.1.1"}},{"counter":{"packets":0,"bytes":0}},{"match":{"op":"==","left":{"payload":{"protocol":"ip","field":"saddr"}},"right":"2.2.2.2"}}]',
  ],
  [
    'ip',
    'tcp dport . ip saddr vmap { 1 . 1.1.1.1 : accept }',
    '[{"vmap":{"key":{"concat":[{"payload":{"protocol":"tcp","field":"dport"}},{"payload":{"protocol":"ip","field":"saddr"}}]},"data":{"set":[[{"concat":[1,"1.1.1.1"]},{"accept":null}]]}}}]',
  ],
  [
    'ip',
    'update @s { ip saddr limit rate 5/second counter }',
    '[{"set":{"op":"update","elem":{"payload":{"protocol":"ip","field":"saddr"}},"set":"@s","stmt":[{"limit":{"rate":5,"burst":5,"per":"second"}},{"counter":null}]}}]',
  ],
  [
    'ip',
    'tcp flags vmap { syn : accept, syn|ack : drop }',
    '[{"vmap":{"key":{"payload":{"protocol":"tcp","field":"flags"}},"data":{"set":[["syn",{"accept":null}],[{"|":["syn","ack"]},{"drop":null}]]}}}]',
  ],
  [
    'ip',
    'tcp flags & (syn|ack|fin) vmap { syn : accept, syn|ack : drop }',
    '[{"vmap":{"key":{"&":[{"payload":{"protocol":"tcp","field":"flags"}},{"|":[{"|":["fin","syn"]},"ack"]}]},"data":{"set":[["syn",{"accept":null}],[{"|":["syn","ack"]},{"drop":null}]]}}}]',
  ],
  [
    'ip',
    'meta mark & 0xf0 vmap { 0x10 : accept, 0x20 : drop }',
    '[{"vmap":{"key":{"&":[{"meta":{"key":"mark"}},240]},"data":{"set":[[16,{"accept":null}],[32,{"drop":null}]]}}}]',
  ],
  [
    'ip',
    'meta mark set meta mark | 5',
    '[{"mangle":{"key":{"meta":{"key":"mark"}},"value":{"|":[{"meta":{"key":"mark"}},5]}}}]',
  ],
  ['ip', 'meta mark set 0xffffffff', '[{"mangle":{"key":{"meta":{"key":"mark"}},"value":4294967295}}]'],
  [
    'ip',
    'meta l4proto tcp tcp option maxseg size set 1200',
    '[{"match":{"op":"==","left":{"meta":{"key":"l4proto"}},"right":"tcp"}},{"mangle":{"key":{"tcp option":{"name":"maxseg","field":"size"}},"value":1200}}]',
  ],
  ['ip', 'log level err prefix "a b"', '[{"log":{"prefix":"a b","level":"err"}}]'],
  ['ip', 'log level debug', '[{"log":{"level":"debug"}}]'],
  ['ip', 'log level audit', '[{"log":{"level":"audit"}}]'],
  ['ip', 'quota until 5 mbytes', '[{"quota":{"val":5,"val_unit":"mbytes"}}]'],
  ['ip', 'limit rate 3/week burst 5 packets', '[{"limit":{"rate":3,"burst":5,"per":"week"}}]'],
  [
    'ip',
    'limit rate 1024 kbytes/second',
    '[{"limit":{"rate":1,"burst":0,"per":"second","rate_unit":"mbytes","burst_unit":"bytes"}}]',
  ],
  ['ip', 'jump r', '[{"jump":{"target":"r"}}]'],
  [
    'ip',
    'delete @s { ip saddr }',
    '[{"set":{"op":"delete","elem":{"payload":{"protocol":"ip","field":"saddr"}},"set":"@s"}}]',
  ],
  [
    'ip',
    'tcp dport { 22 } counter',
    '[{"match":{"op":"==","left":{"payload":{"protocol":"tcp","field":"dport"}},"right":22}},{"counter":{"packets":0,"bytes":0}}]',
  ],
  [
    'ip',
    'tcp dport { 22-23 } counter',
    '[{"match":{"op":"==","left":{"payload":{"protocol":"tcp","field":"dport"}},"right":{"range":[22,23]}}},{"counter":{"packets":0,"bytes":0}}]',
  ],
  [
    'ip',
    'tcp dport != { 22-23 } counter',
    '[{"match":{"op":"!=","left":{"payload":{"protocol":"tcp","field":"dport"}},"right":{"range":[22,23]}}},{"counter":{"packets":0,"bytes":0}}]',
  ],
  [
    'ip',
    'ip saddr vmap { 10.0.0.0/8 : accept, 11.0.0.0-11.0.0.3 : drop, * : return }',
    '[{"vmap":{"key":{"payload":{"protocol":"ip","field":"saddr"}},"data":{"set":[[{"prefix":{"addr":"10.0.0.0","len":8}},{"accept":null}],[{"prefix":{"addr":"11.0.0.0","len":30}},{"drop":null}],["*",{"return":null}]]}}}]',
  ],
]

describe('statements', () => {
  test.each(listings)('in a table of family %s: %s', (family, rule, json) => {
    expect(inOrder(listedRule(family, rule))).toEqual(inOrder(JSON.parse(json)))
  })
})
