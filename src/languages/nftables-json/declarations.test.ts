/** Tables, chains, objects, sets and maps, as nft 1.0.6 lists them (without gc-interval, which the machine does not keep). */

import { describe, expect, test } from 'vitest'
import { rulesetJson } from './list.ts'
import { inOrder, loaded } from './listed.fixture.ts'

/** What stands in the table, and what is listed of it. */
const listings: readonly (readonly [text: string, json: string])[] = [
  [
    'counter c { comment "cc"; }',
    '{"counter":{"family":"inet","name":"c","table":"t","handle":1,"comment":"cc","packets":0,"bytes":0}}',
  ],
  [
    'quota q { over 5 mbytes used 10 bytes; }',
    '{"quota":{"family":"inet","name":"q","table":"t","handle":1,"bytes":5242880,"used":10,"inv":true}}',
  ],
  [
    'quota q2 { 1500 bytes; }',
    '{"quota":{"family":"inet","name":"q2","table":"t","handle":1,"bytes":1500,"used":0,"inv":false}}',
  ],
  [
    'limit l { rate 10/second burst 3 packets; }',
    '{"limit":{"family":"inet","name":"l","table":"t","handle":1,"rate":10,"per":"second","burst":3}}',
  ],
  [
    'limit l2 { rate over 10 kbytes/minute; }',
    '{"limit":{"family":"inet","name":"l2","table":"t","handle":1,"rate":10,"per":"minute","inv":true,"rate_unit":"kbytes"}}',
  ],
  [
    'ct helper h { type "ftp" protocol tcp; }',
    '{"ct helper":{"family":"inet","name":"h","table":"t","handle":1,"type":"ftp","protocol":"tcp","l3proto":"inet"}}',
  ],
  [
    'ct helper h6 { type "ftp" protocol tcp; l3proto ip6; }',
    '{"ct helper":{"family":"inet","name":"h6","table":"t","handle":1,"type":"ftp","protocol":"tcp","l3proto":"ip6"}}',
  ],
  [
    'ct timeout to { protocol tcp; l3proto ip; policy = { established: 100, close: 4 }; }',
    '{"ct timeout":{"family":"inet","name":"to","table":"t","handle":1,"protocol":"tcp","l3proto":"ip","policy":{"established":100,"close":4}}}',
  ],
  [
    'ct timeout to { protocol udp; policy = { replied: 100 }; }',
    '{"ct timeout":{"family":"inet","name":"to","table":"t","handle":1,"protocol":"udp","l3proto":"inet","policy":{"replied":100}}}',
  ],
  [
    'ct expectation e { protocol udp; dport 9876; timeout 2m; size 12; l3proto ip; }',
    '{"ct expectation":{"family":"inet","name":"e","table":"t","handle":1,"protocol":"udp","dport":9876,"timeout":120000,"size":12,"l3proto":"ip"}}',
  ],
  [
    'set a { type ipv4_addr; flags interval; auto-merge; elements = { 10.0.0.0/8, 11.0.0.0-11.0.0.5, 1.1.1.1 } }',
    '{"set":{"family":"inet","name":"a","table":"t","type":"ipv4_addr","handle":1,"flags":["interval"],"elem":["1.1.1.1",{"range":["10.0.0.0","11.0.0.5"]}]}}',
  ],
  [
    'set b { type mark; flags interval; elements = { 0-15, 32 } }',
    '{"set":{"family":"inet","name":"b","table":"t","type":"mark","handle":1,"flags":["interval"],"elem":[{"prefix":{"addr":0,"len":28}},32]}}',
  ],
  [
    'set b2 { type inet_service; flags interval; elements = { 0-15, 32, 1024-65535 } }',
    '{"set":{"family":"inet","name":"b2","table":"t","type":"inet_service","handle":1,"flags":["interval"],"elem":[{"range":[0,15]},32,{"range":[1024,65535]}]}}',
  ],
  [
    'set touching { type inet_service; flags interval; elements = { 1-5, 6-9 } }',
    '{"set":{"family":"inet","name":"touching","table":"t","type":"inet_service","handle":1,"flags":["interval"],"elem":[{"range":[1,5]},{"range":[6,9]}]}}',
  ],
  [
    'set dd { typeof ip saddr . tcp dport; flags constant; elements = { 1.1.1.1 . 22 } }',
    '{"set":{"family":"inet","name":"dd","table":"t","type":["ipv4_addr","inet_service"],"handle":1,"flags":["constant"],"elem":[{"concat":["1.1.1.1",22]}]}}',
  ],
  [
    'set ff { type ifname; flags interval; elements = { "eth*", "lo" } }',
    '{"set":{"family":"inet","name":"ff","table":"t","type":"ifname","handle":1,"flags":["interval"],"elem":["eth*","lo"]}}',
  ],
  [
    'set gg { type ifname; elements = { "eth0", "lo" } }',
    '{"set":{"family":"inet","name":"gg","table":"t","type":"ifname","handle":1,"elem":["lo","eth0"]}}',
  ],
  [
    'set hh { type ipv4_addr; elements = { 1.1.1.1 counter packets 1 bytes 2 comment "y" } ; counter; }',
    '{"set":{"family":"inet","name":"hh","table":"t","type":"ipv4_addr","handle":1,"elem":[{"elem":{"val":"1.1.1.1","comment":"y","counter":{"packets":1,"bytes":2}}}],"stmt":[{"counter":null}]}}',
  ],
  [
    'set prot { type inet_proto; flags interval; elements = { tcp, 40-50 } }',
    '{"set":{"family":"inet","name":"prot","table":"t","type":"inet_proto","handle":1,"flags":["interval"],"elem":["tcp",{"range":[40,50]}]}}',
  ],
  [
    'set prot2 { type inet_proto . inet_service; flags interval; elements = { tcp . 1-5, udp . 53 } }',
    '{"set":{"family":"inet","name":"prot2","table":"t","type":["inet_proto","inet_service"],"handle":1,"flags":["interval"],"elem":[{"concat":["tcp",{"range":[1,5]}]},{"concat":["udp",53]}]}}',
  ],
  [
    'set mac { type ether_addr; elements = { 00:11:22:33:44:55 } }',
    '{"set":{"family":"inet","name":"mac","table":"t","type":"ether_addr","handle":1,"elem":["00:11:22:33:44:55"]}}',
  ],
  [
    'set six { type ipv6_addr; flags interval; elements = { fd00::/8, ::1 } }',
    '{"set":{"family":"inet","name":"six","table":"t","type":"ipv6_addr","handle":1,"flags":["interval"],"elem":["::1",{"prefix":{"addr":"fd00::","len":8}}]}}',
  ],
  [
    'set everything { type ipv4_addr; flags interval; elements = { 0.0.0.0/0 } }',
    '{"set":{"family":"inet","name":"everything","table":"t","type":"ipv4_addr","handle":1,"flags":["interval"],"elem":[{"prefix":{"addr":"0.0.0.0","len":0}}]}}',
  ],
  [
    'set states { type ct_state; elements = { new, established } }',
    '{"set":{"family":"inet","name":"states","table":"t","type":"ct_state","handle":1,"elem":["established","new"]}}',
  ],
  [
    'set types { type icmp_type; elements = { echo-request, 77 } }',
    '{"set":{"family":"inet","name":"types","table":"t","type":"icmp_type","handle":1,"elem":["echo-request",77]}}',
  ],
  [
    'set sized { type ipv4_addr; size 10; comment "hello"; }',
    '{"set":{"family":"inet","name":"sized","table":"t","type":"ipv4_addr","handle":1,"comment":"hello","size":10}}',
  ],
  [
    'set times { type ipv4_addr; timeout 1h; }',
    '{"set":{"family":"inet","name":"times","table":"t","type":"ipv4_addr","handle":1,"flags":["timeout"],"timeout":3600}}',
  ],
  [
    'map m { type ipv4_addr : mark; elements = { 1.2.3.4 : 5, 1.2.3.5 : 0x10 } }',
    '{"map":{"family":"inet","name":"m","table":"t","type":"ipv4_addr","handle":1,"map":"mark","elem":[["1.2.3.4",5],["1.2.3.5",16]]}}',
  ],
  [
    'map m2 { type inet_service : verdict; flags interval; elements = { 1-5 : accept, * : drop } }',
    '{"map":{"family":"inet","name":"m2","table":"t","type":"inet_service","handle":1,"map":"verdict","flags":["interval"],"elem":[[{"range":[1,5]},{"accept":null}],["*",{"drop":null}]]}}',
  ],
  [
    'map m3 { type ipv4_addr : verdict; elements = { 1.2.3.4 : return } }',
    '{"map":{"family":"inet","name":"m3","table":"t","type":"ipv4_addr","handle":1,"map":"verdict","elem":[["1.2.3.4",{"return":null}]]}}',
  ],
  [
    'chain c { type filter hook input priority filter + 5; policy drop; }',
    '{"chain":{"family":"inet","table":"t","name":"c","handle":1,"type":"filter","hook":"input","prio":5,"policy":"drop"}}',
  ],
  [
    'chain n { type filter hook postrouting priority -10; }',
    '{"chain":{"family":"inet","table":"t","name":"n","handle":1,"type":"filter","hook":"postrouting","prio":-10,"policy":"accept"}}',
  ],
  [
    'chain o { type route hook output priority mangle; }',
    '{"chain":{"family":"inet","table":"t","name":"o","handle":1,"type":"route","hook":"output","prio":-150,"policy":"accept"}}',
  ],
  [
    'map d1 { type ipv4_addr : ipv4_addr . inet_service; elements = { 1.1.1.1 : 2.2.2.2 . 80 } }',
    '{"map":{"family":"inet","name":"d1","table":"t","type":"ipv4_addr","handle":1,"map":"ipv4_addr . inet_service","elem":[["1.1.1.1",{"concat":["2.2.2.2",80]}]]}}',
  ],
  [
    'map d2 { type ipv4_addr : interval ipv4_addr; flags interval; elements = { 1.1.1.1 : 2.2.2.2-2.2.2.5, 1.1.2.0/24 : 3.3.3.0/24 } }',
    '{"map":{"family":"inet","name":"d2","table":"t","type":"ipv4_addr","handle":1,"map":"ipv4_addr","flags":["interval"],"elem":[["1.1.1.1",{"range":["2.2.2.2","2.2.2.5"]}],[{"prefix":{"addr":"1.1.2.0","len":24}},{"prefix":{"addr":"3.3.3.0","len":24}}]]}}',
  ],
  [
    'map d3 { typeof ip saddr . tcp dport : interval ip daddr . tcp dport; flags interval; elements = { 1.1.1.1 . 80 : 2.2.2.2-2.2.2.9 . 80-90 } }',
    '{"map":{"family":"inet","name":"d3","table":"t","type":["ipv4_addr","inet_service"],"handle":1,"map":"ipv4_addr . inet_service","flags":["interval"],"elem":[[{"concat":["1.1.1.1",80]},{"concat":[{"range":["2.2.2.2","2.2.2.9"]},{"range":[80,90]}]}]]}}',
  ],
  [
    'map d4 { type ipv4_addr : interval ipv4_addr . inet_service; elements = { 1.1.1.1 : 2.2.2.2 . 80-90 } }',
    '{"map":{"family":"inet","name":"d4","table":"t","type":"ipv4_addr","handle":1,"map":"ipv4_addr . inet_service","elem":[["1.1.1.1",{"concat":["2.2.2.2",{"range":[80,90]}]}]]}}',
  ],
  [
    'map d5 { type ipv6_addr : interval ipv6_addr; elements = { ::1 : fe80::1-fe80::9, ::2 : fe80::/64, ::3 : fe80::7/128 } }',
    '{"map":{"family":"inet","name":"d5","table":"t","type":"ipv6_addr","handle":1,"map":"ipv6_addr","elem":[["::1",{"range":["fe80::1","fe80::9"]}],["::2",{"prefix":{"addr":"fe80::","len":64}}],["::3",{"prefix":{"addr":"fe80::7","len":128}}]]}}',
  ],
  [
    'set d6 { type ipv4_addr; flags timeout; gc-interval 1d2h; policy performance; comment "x"; }',
    '{"set":{"family":"inet","name":"d6","table":"t","type":"ipv4_addr","handle":1,"comment":"x","flags":["timeout"],"gc-interval":93600}}',
  ],
  [
    'set d7 { type ipv4_addr; flags timeout; gc-interval 1500ms; size 100; policy memory; }',
    '{"set":{"family":"inet","name":"d7","table":"t","type":"ipv4_addr","handle":1,"policy":"memory","size":100,"flags":["timeout"],"gc-interval":1}}',
  ],
  [
    'set d8 { type ipv4_addr; counter; limit rate 5/second; elements = { 1.1.1.1 } }',
    '{"set":{"family":"inet","name":"d8","table":"t","type":"ipv4_addr","handle":1,"elem":[{"elem":{"val":"1.1.1.1","counter":{"packets":0,"bytes":0}}}],"stmt":[{"counter":null},{"limit":{"rate":5,"burst":5,"per":"second"}}]}}',
  ],
  [
    'set d9 { type ipv4_addr; flags dynamic; ct count over 5; }',
    '{"set":{"family":"inet","name":"d9","table":"t","type":"ipv4_addr","handle":1,"stmt":[{"ct count":{"val":5,"inv":true}}]}}',
  ],
  [
    'ct timeout e1 { protocol tcp; policy = { established : 432000, close : 10 }; }',
    '{"ct timeout":{"family":"inet","name":"e1","table":"t","handle":1,"protocol":"tcp","l3proto":"inet","policy":null}}',
  ],
  [
    'ct timeout e2 { protocol udp; l3proto ip; policy = { replied : 180, unreplied : 30 }; }',
    '{"ct timeout":{"family":"inet","name":"e2","table":"t","handle":1,"protocol":"udp","l3proto":"ip","policy":{"replied":180}}}',
  ],
  [
    'ct helper e3 { type "H.245" protocol udp; }',
    '{"ct helper":{"family":"inet","name":"e3","table":"t","handle":1,"type":"H.245","protocol":"udp","l3proto":"inet"}}',
  ],
  [
    'ct helper e4 { type "netbios-ns" protocol udp; }',
    '{"ct helper":{"family":"inet","name":"e4","table":"t","handle":1,"type":"netbios-ns","protocol":"udp","l3proto":"ip"}}',
  ],
  [
    'ct expectation e5 { protocol udp; dport 5060; timeout 50ms; size 255; l3proto ip6; }',
    '{"ct expectation":{"family":"inet","name":"e5","table":"t","handle":1,"protocol":"udp","dport":5060,"timeout":50,"size":255,"l3proto":"ip6"}}',
  ],
  ['chain r { }', '{"chain":{"family":"inet","table":"t","name":"r","handle":1}}'],
]

describe('declarations', () => {
  test.each(listings)('%s', (text, json) => {
    const [, declared] = rulesetJson(loaded(`table inet t {\n${text}\n}\n`), null)
    expect(inOrder(declared ?? null)).toEqual(inOrder(JSON.parse(json)))
  })

  test('a table that sleeps says so', () => {
    expect(rulesetJson(loaded('table ip t { flags dormant; }'), null)).toEqual([
      { table: { family: 'ip', name: 't', handle: 1, flags: 'dormant' } },
    ])
  })

  test('objects come first, then sets, chains and the rules of all chains', () => {
    const text = `table ip t { chain a { accept; } counter c { } set s { type mark; } chain b { drop; } }`
    const kinds = rulesetJson(loaded(text), null).flatMap((item) => Object.keys(item ?? {}))
    expect(kinds).toEqual(['table', 'counter', 'set', 'chain', 'chain', 'rule', 'rule'])
  })

  test('the set of a meter prints in its rule alone', () => {
    const text = 'table ip t { chain a { meter mt { ip saddr limit rate 5/second } } }'
    const kinds = rulesetJson(loaded(text), null).flatMap((item) => Object.keys(item ?? {}))
    expect(kinds).toEqual(['table', 'chain', 'rule'])
  })

  test('a set that a rule changes has a size, and a comment stays with its rule', () => {
    const text =
      'table ip t { set s { type ipv4_addr; flags dynamic; } chain a { add @s { ip saddr } comment "com"; } }'
    const [, set, , rule] = rulesetJson(loaded(text), null)
    expect(set).toMatchObject({ set: { size: 65535 } })
    expect(rule).toMatchObject({ rule: { comment: 'com', chain: 'a', table: 't', family: 'ip' } })
  })
})
