/** Matches of header fields, options and raw bits, as nft 1.0.6 lists them. */

import { describe, expect, test } from 'vitest'
import { inOrder, listedRule } from './listed.fixture.ts'

/** Family of the table, the rule, and what `nft -j list ruleset` prints of it. */
const listings: readonly (readonly [family: string, rule: string, json: string])[] = [
  [
    'inet',
    'udp length & 0xff00 == 0x100',
    '[{"match":{"op":"==","left":{"&":[{"payload":{"protocol":"udp","field":"length"}},65280]},"right":256}}]',
  ],
  [
    'inet',
    'tcp dport & 0xff00 == 0x100',
    '[{"match":{"op":"==","left":{"&":[{"payload":{"protocol":"tcp","field":"dport"}},65280]},"right":256}}]',
  ],
  [
    'inet',
    'tcp dport 0x1500/8',
    '[{"match":{"op":"==","left":{"payload":{"protocol":"tcp","field":"dport"}},"right":{"prefix":{"addr":5376,"len":8}}}}]',
  ],
  ['inet', '@th,32,8 21', '[{"match":{"op":"==","left":{"payload":{"base":"th","offset":32,"len":8}},"right":21}}]'],
  [
    'inet',
    '@nh,0,8 & 0xf == 5',
    '[{"match":{"op":"==","left":{"&":[{"payload":{"base":"nh","offset":0,"len":8}},15]},"right":5}}]',
  ],
  [
    'inet',
    'ip version 4 @nh,0,8 & 0xf == 5',
    '[{"match":{"op":"==","left":{"payload":{"protocol":"ip","field":"version"}},"right":4}},{"match":{"op":"==","left":{"payload":{"protocol":"ip","field":"hdrlength"}},"right":5}}]',
  ],
  [
    'inet',
    'ip version 4 @nh,4,4 5',
    '[{"match":{"op":"==","left":{"payload":{"protocol":"ip","field":"version"}},"right":4}},{"match":{"op":"==","left":{"payload":{"protocol":"ip","field":"hdrlength"}},"right":5}}]',
  ],
  [
    'inet',
    '@nh,4,4 5',
    '[{"match":{"op":"==","left":{"&":[{"payload":{"base":"nh","offset":0,"len":8}},15]},"right":5}}]',
  ],
  [
    'inet',
    '@nh,3,2 1',
    '[{"match":{"op":"==","left":{"&":[{"payload":{"base":"nh","offset":0,"len":8}},24]},"right":8}}]',
  ],
  [
    'inet',
    'ip ttl >= 5 ip length <= 20',
    '[{"match":{"op":"==","left":{"payload":{"protocol":"ip","field":"length"}},"right":{"range":[5,20]}}}]',
  ],
  [
    'inet',
    'ip ttl < 5 ip length > 20',
    '[{"match":{"op":"!=","left":{"payload":{"protocol":"ip","field":"length"}},"right":{"range":[5,20]}}}]',
  ],
  ['inet', 'icmp mtu 500', '[{"match":{"op":"==","left":{"payload":{"protocol":"icmp","field":"mtu"}},"right":500}}]'],
  [
    'inet',
    'icmp id 5',
    '[{"match":{"op":"==","left":{"payload":{"protocol":"icmp","field":"type"}},"right":{"set":["echo-reply","echo-request"]}}},{"match":{"op":"==","left":{"payload":{"protocol":"icmp","field":"id"}},"right":5}}]',
  ],
  [
    'inet',
    'icmpv6 id 5',
    '[{"match":{"op":"==","left":{"payload":{"protocol":"icmpv6","field":"type"}},"right":{"set":["echo-request","echo-reply"]}}},{"match":{"op":"==","left":{"payload":{"protocol":"icmpv6","field":"id"}},"right":5}}]',
  ],
  [
    'inet',
    'icmp type { 0, 8 } icmp id 5',
    '[{"match":{"op":"==","left":{"payload":{"protocol":"icmp","field":"type"}},"right":{"set":["echo-reply","echo-request"]}}},{"match":{"op":"==","left":{"payload":{"protocol":"icmp","field":"id"}},"right":5}}]',
  ],
  [
    'inet',
    'ip protocol icmp icmp type 8 icmp code 0',
    '[{"match":{"op":"==","left":{"payload":{"protocol":"ip","field":"protocol"}},"right":"icmp"}},{"match":{"op":"==","left":{"payload":{"protocol":"icmp","field":"type"}},"right":"echo-request"}},{"match":{"op":"==","left":{"payload":{"protocol":"icmp","field":"code"}},"right":"net-unreachable"}}]',
  ],
  [
    'inet',
    'icmp code 3',
    '[{"match":{"op":"==","left":{"payload":{"protocol":"icmp","field":"code"}},"right":"port-unreachable"}}]',
  ],
  [
    'inet',
    'tcp flags syn / syn,ack',
    '[{"match":{"op":"==","left":{"&":[{"payload":{"protocol":"tcp","field":"flags"}},["syn","ack"]]},"right":"syn"}}]',
  ],
  [
    'inet',
    'tcp flags & (syn|ack) == syn',
    '[{"match":{"op":"==","left":{"&":[{"payload":{"protocol":"tcp","field":"flags"}},["syn","ack"]]},"right":"syn"}}]',
  ],
  [
    'inet',
    'tcp flags & (syn|ack|fin) == 0',
    '[{"match":{"op":"!","left":{"payload":{"protocol":"tcp","field":"flags"}},"right":["fin","syn","ack"]}}]',
  ],
  [
    'inet',
    'tcp flags & syn == syn',
    '[{"match":{"op":"==","left":{"&":[{"payload":{"protocol":"tcp","field":"flags"}},"syn"]},"right":"syn"}}]',
  ],
  [
    'inet',
    'tcp flags & syn == 0',
    '[{"match":{"op":"!","left":{"payload":{"protocol":"tcp","field":"flags"}},"right":"syn"}}]',
  ],
  [
    'inet',
    'tcp flags == syn|ack|fin',
    '[{"match":{"op":"==","left":{"payload":{"protocol":"tcp","field":"flags"}},"right":19}}]',
  ],
  [
    'inet',
    'tcp flags != syn',
    '[{"match":{"op":"!=","left":{"payload":{"protocol":"tcp","field":"flags"}},"right":"syn"}}]',
  ],
  [
    'inet',
    'tcp flags { syn, syn|ack }',
    '[{"match":{"op":"==","left":{"payload":{"protocol":"tcp","field":"flags"}},"right":{"set":[{"|":["syn","ack"]},"syn"]}}}]',
  ],
  [
    'inet',
    'tcp flags ! syn,ack',
    '[{"match":{"op":"!","left":{"payload":{"protocol":"tcp","field":"flags"}},"right":["syn","ack"]}}]',
  ],
  [
    'inet',
    'ip dscp { cs1, cs2 }',
    '[{"match":{"op":"==","left":{"payload":{"protocol":"ip","field":"dscp"}},"right":{"set":["cs1","cs2"]}}}]',
  ],
  [
    'inet',
    'ip6 dscp cs1',
    '[{"match":{"op":"==","left":{"payload":{"protocol":"ip6","field":"dscp"}},"right":"cs1"}}]',
  ],
  [
    'inet',
    'ip6 flowlabel 5',
    '[{"match":{"op":"==","left":{"payload":{"protocol":"ip6","field":"flowlabel"}},"right":5}}]',
  ],
  ['inet', 'ip ecn ce', '[{"match":{"op":"==","left":{"payload":{"protocol":"ip","field":"ecn"}},"right":"ce"}}]'],
  [
    'inet',
    'ip hdrlength > 5',
    '[{"match":{"op":">","left":{"payload":{"protocol":"ip","field":"hdrlength"}},"right":5}}]',
  ],
  [
    'inet',
    'ip frag-off & 0x1fff != 0',
    '[{"match":{"op":"!=","left":{"&":[{"payload":{"protocol":"ip","field":"frag-off"}},8191]},"right":0}}]',
  ],
  [
    'inet',
    'ip saddr 10.0.0.0/8',
    '[{"match":{"op":"==","left":{"payload":{"protocol":"ip","field":"saddr"}},"right":{"prefix":{"addr":"10.0.0.0","len":8}}}}]',
  ],
  [
    'inet',
    'ip saddr != 10.0.0.0/9',
    '[{"match":{"op":"!=","left":{"payload":{"protocol":"ip","field":"saddr"}},"right":{"prefix":{"addr":"10.0.0.0","len":9}}}}]',
  ],
  [
    'inet',
    'ip saddr { 10.0.0.0/8, 1.1.1.1, 5.0.0.0-5.0.0.9 }',
    '[{"match":{"op":"==","left":{"payload":{"protocol":"ip","field":"saddr"}},"right":{"set":["1.1.1.1",{"range":["5.0.0.0","5.0.0.9"]},{"prefix":{"addr":"10.0.0.0","len":8}}]}}}]',
  ],
  [
    'inet',
    'ip saddr & 0.0.0.255 == 0.0.0.1',
    '[{"match":{"op":"==","left":{"&":[{"payload":{"protocol":"ip","field":"saddr"}},"0.0.0.255"]},"right":"0.0.0.1"}}]',
  ],
  [
    'inet',
    'ip saddr . tcp dport { 1.1.1.1 . 22, 2.2.2.0/24 . 80-90 }',
    '[{"match":{"op":"==","left":{"concat":[{"payload":{"protocol":"ip","field":"saddr"}},{"payload":{"protocol":"tcp","field":"dport"}}]},"right":{"set":[{"concat":["1.1.1.1",22]},{"concat":[{"prefix":{"addr":"2.2.2.0","len":24}},{"range":[80,90]}]}]}}}]',
  ],
  [
    'inet',
    'tcp dport { 80, 81-90, 91, 100-110 }',
    '[{"match":{"op":"==","left":{"payload":{"protocol":"tcp","field":"dport"}},"right":{"set":[{"range":[80,91]},{"range":[100,110]}]}}}]',
  ],
  [
    'inet',
    'tcp dport 1-5',
    '[{"match":{"op":"==","left":{"payload":{"protocol":"tcp","field":"dport"}},"right":{"range":[1,5]}}}]',
  ],
  [
    'inet',
    'tcp dport != 1-5',
    '[{"match":{"op":"!=","left":{"payload":{"protocol":"tcp","field":"dport"}},"right":{"range":[1,5]}}}]',
  ],
  [
    'inet',
    'tcp dport != { 1, 2 }',
    '[{"match":{"op":"!=","left":{"payload":{"protocol":"tcp","field":"dport"}},"right":{"set":[1,2]}}}]',
  ],
  [
    'inet',
    'tcp option sack left 5',
    '[{"match":{"op":"==","left":{"tcp option":{"name":"sack","field":"left"}},"right":5}}]',
  ],
  [
    'inet',
    'tcp option sack1 left 5',
    '[{"match":{"op":"==","left":{"tcp option":{"name":"sack1","field":"left"}},"right":5}}]',
  ],
  [
    'inet',
    'tcp option timestamp exists',
    '[{"match":{"op":"==","left":{"tcp option":{"name":"timestamp"}},"right":true}}]',
  ],
  [
    'inet',
    'tcp option 254 exists',
    '[{"match":{"op":"==","left":{"tcp option":{"base":254,"offset":0,"len":8}},"right":true}}]',
  ],
  [
    'inet',
    'tcp option @254,16,8 5',
    '[{"match":{"op":"==","left":{"tcp option":{"base":254,"offset":16,"len":8}},"right":5}}]',
  ],
  [
    'inet',
    'ip option ra value 0',
    '[{"match":{"op":"==","left":{"ip option":{"name":"ra","field":"value"}},"right":0}}]',
  ],
  ['inet', 'ip option rr exists', '[{"match":{"op":"==","left":{"ip option":{"name":"rr"}},"right":true}}]'],
  [
    'inet',
    'frag more-fragments 1',
    '[{"match":{"op":"==","left":{"exthdr":{"name":"frag","field":"more-fragments"}},"right":1}}]',
  ],
  ['inet', 'frag frag-off 5', '[{"match":{"op":"==","left":{"exthdr":{"name":"frag","field":"frag-off"}},"right":5}}]'],
  ['inet', 'exthdr frag exists', '[{"match":{"op":"==","left":{"exthdr":{"name":"frag"}},"right":true}}]'],
  [
    'inet',
    'rt0 addr[1] ::1',
    '[{"match":{"op":"==","left":{"exthdr":{"name":"srh","field":"sid[1]"}},"right":"::1"}}]',
  ],
  [
    'inet',
    'hbh nexthdr tcp',
    '[{"match":{"op":"==","left":{"exthdr":{"name":"hbh","field":"nexthdr"}},"right":"tcp"}}]',
  ],
  [
    'inet',
    'sctp chunk data tsn 5',
    '[{"match":{"op":"==","left":{"sctp chunk":{"name":"data","field":"tsn"}},"right":5}}]',
  ],
  ['inet', 'sctp chunk init exists', '[{"match":{"op":"==","left":{"sctp chunk":{"name":"init"}},"right":true}}]'],
  [
    'inet',
    'ether saddr 00:11:22:33:44:55',
    '[{"match":{"op":"==","left":{"payload":{"protocol":"ether","field":"saddr"}},"right":"00:11:22:33:44:55"}}]',
  ],
  [
    'inet',
    'ether type ip',
    '[{"match":{"op":"==","left":{"payload":{"protocol":"ether","field":"type"}},"right":"ip"}}]',
  ],
  ['inet', 'icmp type 77', '[{"match":{"op":"==","left":{"payload":{"protocol":"icmp","field":"type"}},"right":77}}]'],
  [
    'inet',
    'ip protocol tcp tcp dport 5',
    '[{"match":{"op":"==","left":{"payload":{"protocol":"ip","field":"protocol"}},"right":"tcp"}},{"match":{"op":"==","left":{"payload":{"protocol":"tcp","field":"dport"}},"right":5}}]',
  ],
  [
    'inet',
    'ip6 nexthdr tcp tcp dport 5',
    '[{"match":{"op":"==","left":{"payload":{"protocol":"ip6","field":"nexthdr"}},"right":"tcp"}},{"match":{"op":"==","left":{"payload":{"protocol":"tcp","field":"dport"}},"right":5}}]',
  ],
  ['inet', 'ah spi 5', '[{"match":{"op":"==","left":{"payload":{"protocol":"ah","field":"spi"}},"right":5}}]'],
  [
    'inet',
    'esp spi 1-5',
    '[{"match":{"op":"==","left":{"payload":{"protocol":"esp","field":"spi"}},"right":{"range":[1,5]}}}]',
  ],
  ['inet', 'comp cpi 5', '[{"match":{"op":"==","left":{"payload":{"protocol":"comp","field":"cpi"}},"right":5}}]'],
  [
    'inet',
    'dccp type request',
    '[{"match":{"op":"==","left":{"payload":{"protocol":"dccp","field":"type"}},"right":"request"}}]',
  ],
  [
    'inet',
    'igmp type leave-group',
    '[{"match":{"op":"==","left":{"meta":{"key":"nfproto"}},"right":"ipv4"}},{"match":{"op":"==","left":{"payload":{"protocol":"igmp","field":"type"}},"right":"leave-group"}}]',
  ],
  ['inet', 'th dport 5', '[{"match":{"op":"==","left":{"payload":{"protocol":"th","field":"dport"}},"right":5}}]'],
  ['inet', '@ll,0,48 5', '[{"match":{"op":"==","left":{"payload":{"base":"ll","offset":0,"len":48}},"right":5}}]'],
  ['inet', '@ih,0,8 5', '[{"match":{"op":"==","left":{"payload":{"base":"ih","offset":0,"len":8}},"right":5}}]'],
  [
    'ip',
    'ip protocol gre sctp vtag 5',
    '[{"match":{"op":"==","left":{"payload":{"protocol":"ip","field":"protocol"}},"right":"gre"}},{"match":{"op":"==","left":{"payload":{"protocol":"sctp","field":"vtag"}},"right":5}}]',
  ],
  [
    'ip',
    'ether saddr 00:11:22:33:44:55',
    '[{"match":{"op":"==","left":{"payload":{"protocol":"ether","field":"saddr"}},"right":"00:11:22:33:44:55"}}]',
  ],
  [
    'ip',
    'ether type ip6',
    '[{"match":{"op":"==","left":{"payload":{"protocol":"ether","field":"type"}},"right":"ip6"}}]',
  ],
  [
    'ip',
    'ip protocol tcp',
    '[{"match":{"op":"==","left":{"payload":{"protocol":"ip","field":"protocol"}},"right":"tcp"}}]',
  ],
  [
    'ip',
    'ip protocol tcp tcp dport 22',
    '[{"match":{"op":"==","left":{"payload":{"protocol":"tcp","field":"dport"}},"right":22}}]',
  ],
  [
    'ip',
    'ip protocol tcp counter tcp dport 22',
    '[{"match":{"op":"==","left":{"payload":{"protocol":"ip","field":"protocol"}},"right":"tcp"}},{"counter":{"packets":0,"bytes":0}},{"match":{"op":"==","left":{"payload":{"protocol":"tcp","field":"dport"}},"right":22}}]',
  ],
  [
    'ip',
    'icmp type destination-unreachable icmp code 4',
    '[{"match":{"op":"==","left":{"payload":{"protocol":"icmp","field":"type"}},"right":"destination-unreachable"}},{"match":{"op":"==","left":{"payload":{"protocol":"icmp","field":"code"}},"right":"frag-needed"}}]',
  ],
  [
    'ip',
    'icmp type destination-unreachable icmp mtu 4',
    '[{"match":{"op":"==","left":{"payload":{"protocol":"icmp","field":"mtu"}},"right":4}}]',
  ],
  [
    'ip',
    'icmp type != echo-request',
    '[{"match":{"op":"!=","left":{"payload":{"protocol":"icmp","field":"type"}},"right":"echo-request"}}]',
  ],
  [
    'ip',
    'tcp flags syn tcp window 5',
    '[{"match":{"op":"==","left":{"payload":{"protocol":"tcp","field":"flags"}},"right":"syn"}},{"match":{"op":"==","left":{"payload":{"protocol":"tcp","field":"window"}},"right":5}}]',
  ],
  [
    'ip',
    'tcp sport 5 tcp dport 6 tcp sequence 7',
    '[{"match":{"op":"==","left":{"payload":{"protocol":"tcp","field":"sport"}},"right":5}},{"match":{"op":"==","left":{"payload":{"protocol":"tcp","field":"dport"}},"right":6}},{"match":{"op":"==","left":{"payload":{"protocol":"tcp","field":"sequence"}},"right":7}}]',
  ],
  [
    'ip',
    'ip saddr 1.1.1.1 ip daddr 2.2.2.2',
    '[{"match":{"op":"==","left":{"payload":{"protocol":"ip","field":"saddr"}},"right":"1.1.1.1"}},{"match":{"op":"==","left":{"payload":{"protocol":"ip","field":"daddr"}},"right":"2.2.2.2"}}]',
  ],
  [
    'ip',
    'ip daddr 1.1.1.1 ip saddr 2.2.2.2',
    '[{"match":{"op":"==","left":{"payload":{"protocol":"ip","field":"daddr"}},"right":"1.1.1.1"}},{"match":{"op":"==","left":{"payload":{"protocol":"ip","field":"saddr"}},"right":"2.2.2.2"}}]',
  ],
  [
    'ip',
    'ip daddr 1.1.1.0/24 ip saddr 2.2.2.0/24',
    '[{"match":{"op":"==","left":{"payload":{"protocol":"ip","field":"daddr"}},"right":{"prefix":{"addr":"1.1.1.0","len":24}}}},{"match":{"op":"==","left":{"payload":{"protocol":"ip","field":"saddr"}},"right":{"prefix":{"addr":"2.2.2.0","len":24}}}}]',
  ],
  [
    'ip',
    'ip protocol tcp ip ttl 5',
    '[{"match":{"op":"==","left":{"payload":{"protocol":"ip","field":"ttl"}},"right":5}},{"match":{"op":"==","left":{"payload":{"protocol":"ip","field":"protocol"}},"right":"tcp"}}]',
  ],
  [
    'ip',
    'ip ttl 5 ip protocol tcp tcp dport 22',
    '[{"match":{"op":"==","left":{"payload":{"protocol":"ip","field":"ttl"}},"right":5}},{"match":{"op":"==","left":{"payload":{"protocol":"tcp","field":"dport"}},"right":22}}]',
  ],
  [
    'ip',
    'ip ttl 5 ip protocol tcp',
    '[{"match":{"op":"==","left":{"payload":{"protocol":"ip","field":"ttl"}},"right":5}},{"match":{"op":"==","left":{"payload":{"protocol":"ip","field":"protocol"}},"right":"tcp"}}]',
  ],
  [
    'ip',
    'ip version 4 ip hdrlength 5',
    '[{"match":{"op":"==","left":{"payload":{"protocol":"ip","field":"version"}},"right":4}},{"match":{"op":"==","left":{"payload":{"protocol":"ip","field":"hdrlength"}},"right":5}}]',
  ],
  [
    'ip',
    'ip dscp cs1 ip length 6',
    '[{"match":{"op":"==","left":{"payload":{"protocol":"ip","field":"dscp"}},"right":"cs1"}},{"match":{"op":"==","left":{"payload":{"protocol":"ip","field":"length"}},"right":6}}]',
  ],
  [
    'ip',
    'tcp dport 1-5 ip ttl >= 3 ip length <= 4',
    '[{"match":{"op":"==","left":{"payload":{"protocol":"tcp","field":"dport"}},"right":{"range":[1,5]}}},{"match":{"op":"==","left":{"payload":{"protocol":"ip","field":"length"}},"right":{"range":[3,4]}}}]',
  ],
  [
    'ip',
    'ip ttl 5-7',
    '[{"match":{"op":"==","left":{"payload":{"protocol":"ip","field":"ttl"}},"right":{"range":[5,7]}}}]',
  ],
  [
    'ip',
    'icmp type 3-5',
    '[{"match":{"op":"==","left":{"payload":{"protocol":"icmp","field":"type"}},"right":{"range":["destination-unreachable","redirect"]}}}]',
  ],
  [
    'ip',
    'icmp type { 3-5 }',
    '[{"match":{"op":"==","left":{"payload":{"protocol":"icmp","field":"type"}},"right":{"range":["destination-unreachable","redirect"]}}}]',
  ],
  [
    'ip',
    'tcp flags & (syn|ack|fin) == syn|ack',
    '[{"match":{"op":"==","left":{"&":[{"payload":{"protocol":"tcp","field":"flags"}},["fin","syn","ack"]]},"right":["syn","ack"]}}]',
  ],
  [
    'ip',
    'tcp flags & (syn|ack|fin) != syn|ack',
    '[{"match":{"op":"!=","left":{"&":[{"payload":{"protocol":"tcp","field":"flags"}},["fin","syn","ack"]]},"right":["syn","ack"]}}]',
  ],
  [
    'ip',
    'tcp flags & (syn|ack) { syn, ack }',
    '[{"match":{"op":"==","left":{"&":[{"payload":{"protocol":"tcp","field":"flags"}},{"|":["syn","ack"]}]},"right":{"set":["syn","ack"]}}}]',
  ],
  ['ip', 'tcp flags > 5', '[{"match":{"op":">","left":{"payload":{"protocol":"tcp","field":"flags"}},"right":5}}]'],
  [
    'ip',
    'tcp flags 0x12-0x13',
    '[{"match":{"op":"==","left":{"payload":{"protocol":"tcp","field":"flags"}},"right":{"range":[18,19]}}}]',
  ],
  ['ip', 'tcp flags == 0', '[{"match":{"op":"==","left":{"payload":{"protocol":"tcp","field":"flags"}},"right":0}}]'],
  [
    'ip',
    'tcp flags == 0xff',
    '[{"match":{"op":"==","left":{"payload":{"protocol":"tcp","field":"flags"}},"right":255}}]',
  ],
  [
    'ip',
    'ip saddr & 0.0.255.0 == 0.0.1.0',
    '[{"match":{"op":"==","left":{"&":[{"payload":{"protocol":"ip","field":"saddr"}},"0.0.255.0"]},"right":"0.0.1.0"}}]',
  ],
  [
    'ip',
    'ip saddr & 255.255.0.0 > 1.1.0.0',
    '[{"match":{"op":">","left":{"payload":{"protocol":"ip","field":"saddr"}},"right":{"prefix":{"addr":"1.1.0.0","len":16}}}}]',
  ],
  [
    'ip',
    'ip saddr & 255.255.0.0 { 1.1.0.0, 1.2.0.0 }',
    '[{"match":{"op":"==","left":{"&":[{"payload":{"protocol":"ip","field":"saddr"}},"255.255.0.0"]},"right":{"set":["1.1.0.0","1.2.0.0"]}}}]',
  ],
  [
    'ip',
    'ip saddr > 1.1.1.1',
    '[{"match":{"op":">","left":{"payload":{"protocol":"ip","field":"saddr"}},"right":"1.1.1.1"}}]',
  ],
  [
    'ip',
    'ip saddr 0.0.0.0/0',
    '[{"match":{"op":"==","left":{"payload":{"protocol":"ip","field":"saddr"}},"right":{"prefix":{"addr":"0.0.0.0","len":0}}}}]',
  ],
  [
    'ip',
    'ip saddr 1.1.1.1/32',
    '[{"match":{"op":"==","left":{"payload":{"protocol":"ip","field":"saddr"}},"right":"1.1.1.1"}}]',
  ],
  [
    'ip',
    'ip saddr != 1.1.1.1-1.1.1.9',
    '[{"match":{"op":"!=","left":{"payload":{"protocol":"ip","field":"saddr"}},"right":{"range":["1.1.1.1","1.1.1.9"]}}}]',
  ],
  [
    'ip',
    'tcp option mptcp subtype 1',
    '[{"match":{"op":"==","left":{"tcp option":{"name":"mptcp","field":"subtype"}},"right":1}}]',
  ],
  [
    'ip',
    'tcp option maxseg size 500-600',
    '[{"match":{"op":"==","left":{"tcp option":{"name":"maxseg","field":"size"}},"right":{"range":[500,600]}}}]',
  ],
  [
    'ip',
    'tcp option sack-perm missing',
    '[{"match":{"op":"==","left":{"tcp option":{"name":"sack-perm"}},"right":false}}]',
  ],
  [
    'ip',
    'ip saddr != 10.0.0.0/8 ip daddr 10.0.0.0/9',
    '[{"match":{"op":"!=","left":{"payload":{"protocol":"ip","field":"saddr"}},"right":{"prefix":{"addr":"10.0.0.0","len":8}}}},{"match":{"op":"==","left":{"payload":{"protocol":"ip","field":"daddr"}},"right":{"prefix":{"addr":"10.0.0.0","len":9}}}}]',
  ],
  [
    'ip',
    'tcp dport != 0x1500/8',
    '[{"match":{"op":"!=","left":{"payload":{"protocol":"tcp","field":"dport"}},"right":{"prefix":{"addr":5376,"len":8}}}}]',
  ],
  [
    'ip',
    'ip dscp cs1 ip dscp != cs2',
    '[{"match":{"op":"==","left":{"payload":{"protocol":"ip","field":"dscp"}},"right":"cs1"}},{"match":{"op":"!=","left":{"payload":{"protocol":"ip","field":"dscp"}},"right":"cs2"}}]',
  ],
  [
    'ip',
    '@nh,0,64 5',
    '[{"match":{"op":"==","left":{"payload":{"protocol":"ip","field":"version"}},"right":0}},{"match":{"op":"==","left":{"payload":{"protocol":"ip","field":"hdrlength"}},"right":0}},{"match":{"op":"==","left":{"payload":{"protocol":"ip","field":"dscp"}},"right":"cs0"}},{"match":{"op":"==","left":{"payload":{"protocol":"ip","field":"ecn"}},"right":"not-ect"}},{"match":{"op":"==","left":{"payload":{"protocol":"ip","field":"length"}},"right":0}},{"match":{"op":"==","left":{"payload":{"protocol":"ip","field":"id"}},"right":0}},{"match":{"op":"==","left":{"payload":{"protocol":"ip","field":"frag-off"}},"right":5}}]',
  ],
  [
    'ip',
    '@nh,0,16 & 0xfff 5',
    '[{"match":{"op":"==","left":{"payload":{"protocol":"ip","field":"hdrlength"}},"right":0}},{"match":{"op":"==","left":{"payload":{"protocol":"ip","field":"dscp"}},"right":"lephb"}},{"match":{"op":"==","left":{"payload":{"protocol":"ip","field":"ecn"}},"right":"ect1"}}]',
  ],
  [
    'ip',
    'ip id & 0xff == 5',
    '[{"match":{"op":"==","left":{"&":[{"payload":{"protocol":"ip","field":"id"}},255]},"right":5}}]',
  ],
  [
    'ip',
    'ip frag-off & 0xe000 == 0x2000',
    '[{"match":{"op":"==","left":{"&":[{"payload":{"protocol":"ip","field":"frag-off"}},57344]},"right":8192}}]',
  ],
  [
    'ip',
    'ip length 1-5 ip length >= 7 ip id <= 9',
    '[{"match":{"op":"==","left":{"payload":{"protocol":"ip","field":"length"}},"right":{"range":[1,5]}}},{"match":{"op":"==","left":{"payload":{"protocol":"ip","field":"id"}},"right":{"range":[7,9]}}}]',
  ],
  [
    'ip',
    'icmp code 3 icmp type 8',
    '[{"match":{"op":"==","left":{"payload":{"protocol":"icmp","field":"type"}},"right":"echo-request"}},{"match":{"op":"==","left":{"payload":{"protocol":"icmp","field":"code"}},"right":"port-unreachable"}}]',
  ],
  [
    'ip',
    'icmp type 8 icmp id 5',
    '[{"match":{"op":"==","left":{"payload":{"protocol":"icmp","field":"type"}},"right":"echo-request"}},{"match":{"op":"==","left":{"payload":{"protocol":"icmp","field":"id"}},"right":5}}]',
  ],
  [
    'ip',
    'icmp type 8 icmp id 5 icmp sequence 6',
    '[{"match":{"op":"==","left":{"payload":{"protocol":"icmp","field":"type"}},"right":"echo-request"}},{"match":{"op":"==","left":{"payload":{"protocol":"icmp","field":"id"}},"right":5}},{"match":{"op":"==","left":{"payload":{"protocol":"icmp","field":"sequence"}},"right":6}}]',
  ],
  [
    'ip',
    'icmp sequence 5',
    '[{"match":{"op":"==","left":{"payload":{"protocol":"icmp","field":"type"}},"right":{"set":["echo-reply","echo-request"]}}},{"match":{"op":"==","left":{"payload":{"protocol":"icmp","field":"sequence"}},"right":5}}]',
  ],
  [
    'ip',
    'icmp gateway 5',
    '[{"match":{"op":"==","left":{"payload":{"protocol":"icmp","field":"gateway"}},"right":5}}]',
  ],
  [
    'ip',
    'ip saddr { 1.1.1.1, 1.1.1.2-1.1.1.3 } ip daddr @s',
    '[{"match":{"op":"==","left":{"payload":{"protocol":"ip","field":"saddr"}},"right":{"set":[{"range":["1.1.1.1","1.1.1.3"]}]}}},{"match":{"op":"==","left":{"payload":{"protocol":"ip","field":"daddr"}},"right":"@s"}}]',
  ],
]

describe('matches of fields', () => {
  test.each(listings)('in a table of family %s: %s', (family, rule, json) => {
    expect(inOrder(listedRule(family, rule))).toEqual(inOrder(JSON.parse(json)))
  })
})
