/** What each term of the language reads from a packet, and which protocols it implies. Each line: the rule (in an inet table where no family stands before it), then what it becomes or the codes that refuse it. */

import { describe, it } from 'vitest'
import { check } from '../nftables.fixture.ts'

describe('payload', () => {
  it('compares the protocol before a field of its header', () => {
    check(`
      tcp dport 22 -> meta l4proto == 6; tcp dport == 22
      ip saddr 10.0.0.0/8 -> meta nfproto == 2; (ip saddr & 0xff000000 ^ 0) == 0xa000000
      ip: ip saddr != 1.2.3.4 -> ip saddr != 0x1020304
      ip6: ip6 saddr fe80::/10 -> (ip6 saddr & 0xffc00000:0:0:0 ^ 0:0:0:0) == 0xfe800000:0:0:0
      ip: ip6 saddr ::1 -> fail:nft-conflicting-protocols
      ip saddr 1.2.3.4 ip6 daddr ::1 -> fail:nft-conflicting-protocols
      tcp dport 22 udp sport 53 -> fail:nft-conflicting-protocols
      icmp type echo-request -> meta nfproto == 2; meta l4proto == 1; icmp type == 8
      icmp type echo-request code 3 -> fail:nft-unknown-statement
      ip6 saddr ::1 icmp type 8 -> meta nfproto == 10; ip6 saddr == 0:0:0:1; meta l4proto == 1; icmp type == 8
      meta l4proto icmp icmp type 8 -> meta l4proto == 1; icmp type == 8
      icmp id 5 -> meta nfproto == 2; meta l4proto == 1; icmp type in { 8, 0 }; icmp id == 5
      icmp id 1 icmp sequence 2 -> meta nfproto == 2; meta l4proto == 1; icmp type in { 8, 0 }; icmp id == 1; icmp sequence == 2
      icmp type echo-reply icmp id 1 -> meta nfproto == 2; meta l4proto == 1; icmp type == 0; icmp id == 1
      icmp type redirect icmp mtu 5 -> fail:nft-conflicting-protocols
      icmp mtu 1400 -> meta nfproto == 2; meta l4proto == 1; icmp type == 3; icmp mtu == 0x578
      icmpv6 type nd-neighbor-solicit -> meta nfproto == 10; meta l4proto == 58; icmpv6 type == 135
      icmpv6 mtu > 1200 -> meta nfproto == 10; meta l4proto == 58; icmpv6 type == 2; icmpv6 mtu > 0x4b0
      ip protocol tcp tcp dport 22 -> meta nfproto == 2; ip protocol == 6; tcp dport == 22
      ip6 nexthdr udp udp dport 53 -> meta nfproto == 10; ip6 nexthdr == 17; udp dport == 53
      th dport 53 -> th dport == 53
      @th,0,16 80 -> @th,0,16 == 80
      @nh,48,16 & 0x1fff != 0 -> (@nh,48,16 & 0x1fff ^ 0) != 0
      @ih,0,8 > 60 -> @ih,0,8 > 60
      @th,0,0 1 -> fail:nft-value-range
      ether saddr 00:11:22:33:44:55 -> meta iiftype == 1; ether saddr == 0x112233:0x4455
      ip dscp ef -> meta nfproto == 2; ip dscp == 46
      ip frag-off & 0x2000 == 0x2000 -> meta nfproto == 2; (ip frag-off & 0x2000 ^ 0) == 0x2000
      ip saddr & 255.255.255.0 == 192.168.1.0 -> meta nfproto == 2; (ip saddr & 0xffffff00 ^ 0) == 0xc0a80100
      ip nosuch 5 -> fail:nft-unknown-key
      ip saddr example.org -> fail:nft-host-name
      tcp dport 70000 -> fail:nft-value-range
      tcp dport sssh -> fail:nft-unknown-symbol
      tcp dport 80-70 -> fail:nft-value-range
    `)
  })
})

describe('meta', () => {
  it('takes every key with its own way of writing values', () => {
    check(`
      iifname "eth*" -> meta iifname == 0x65746800:0:0:0/24
      iif lo -> meta iif == lo
      iifname { "lan", "w*" } -> meta iifname in { 0x6c616e00:0:0:0, 0x77000000:0:0:0-0x77ffffff:0xffffffff:0xffffffff:0xffffffff }
      meta mark & 0x3 == 1 -> (meta mark & 3 ^ 0) == 1
      meta mark 0x10-0x20 -> meta mark in 16-32
      meta hour "17:00"-"19:00" -> meta hour in 0xef10-0x10b30
      meta hour "22:00"-"06:00" -> meta hour not in 0x5460-0x13560
      meta day "Saturday" -> meta day == 6
      meta time < "2022-07-01 11:00:00" -> meta time < 0x16fdaf7f:0x7ae8e000
      meta skuid root -> meta skuid == 0
      meta skuid daemon -> fail:nft-unknown-user
      meta secpath exists -> meta secpath == 1
      meta priority 1:4242 -> meta priority == 0x14242
    `)
  })
})

describe('ct', () => {
  it('takes directions and families where they belong', () => {
    check(`
      ct state established,related -> (ct state & 6 ^ 0) != 0
      ct state != established -> ct state != 2
      ct state { new, related } -> ct state in { 8, 4 }
      ct state ! new -> (ct state & 8 ^ 0) == 0
      ct status snat,dnat -> (ct status & 48 ^ 0) != 0
      ct direction reply -> ct direction == 1
      ct expiration 10s-5m -> ct expiration in 0x2710-0x493e0
      ct helper "ftp" -> ct helper == 0x66747000:0:0:0
      ct label 5 -> (ct label & 0:0:0:32 ^ 0:0:0:0) != 0:0:0:0
      ct original ip saddr 1.2.3.4 -> ct original ip4 saddr == 0x1020304
      ct original saddr 1.2.3.4 -> fail:nft-protocol-needed
      ip: ct original saddr 1.2.3.4 -> ct original saddr == 0x1020304
      ct l3proto ipv4 ct original saddr 1.2.3.4 -> ct l3proto == 2; ct original saddr == 0x1020304
      meta nfproto ipv6 ct original ip saddr 1.2.3.4 -> fail:nft-conflicting-protocols
      ip6: ct original ip saddr 1.2.3.4 -> fail:nft-conflicting-protocols
      ip: ct original saddr . meta mark { 1.2.3.4 . 5 } -> fail:nft-protocol-needed
      ip: ct original ip saddr . meta mark { 1.2.3.4 . 5 } -> ct original ip4 saddr . meta mark in { 0x1020304:5 }
      ct protocol tcp ct original proto-dst 22 -> fail:nft-protocol-needed
      ip: ct protocol tcp ct original proto-dst 22 -> ct protocol == 6; ct original proto-dst == 22
      ct protocol tcp tcp dport 22 -> ct protocol == 6; meta l4proto == 6; tcp dport == 22
      ip: ct protocol tcp tcp dport 22 -> ct protocol == 6; tcp dport == 22
      ip: ct protocol tcp udp dport 22 -> fail:nft-conflicting-protocols
      ct original proto-dst 22 -> fail:nft-protocol-needed
      meta l4proto tcp ct original proto-dst 22 -> meta l4proto == 6; ct original proto-dst == 22
      ct original packets > 5 -> ct original packets > 0:5
      ct avgpkt <= 100 -> ct avgpkt <= 0:100
      ct packets > 5 -> ct packets > 0:5
      ct original zone 1 -> ct original zone == 1
      ip: meta nfproto ipv4 -> fail:nft-unknown-key
      ct statte new -> fail:nft-unknown-key
    `)
  })
})

describe('other terms', () => {
  it('read routes, extension headers, options, chunks and numbers', () => {
    check(`
      fib daddr type local -> fib daddr type == 2
      fib saddr . iif oif missing -> fib saddr.iif exists == 0
      fib saddr . mark . iif oif 0 -> fib saddr.mark.iif oif == 0
      fib saddr oif "lan" -> fib saddr oif == lan
      fib saddr . daddr oif 0 -> fail:nft-syntax
      rt ip nexthop 1.2.3.4 -> rt nexthop4 == 0x1020304
      rt nexthop 1.2.3.4 -> fail:nft-protocol-needed
      rt ipsec exists -> rt ipsec == 1
      frag more-fragments 1 -> meta nfproto == 10; frag more-fragments == 1
      counter frag id 1 -> meta nfproto == 10; counter 0/0; frag id == 1
      ct l3proto ipv6 frag id 1 -> ct l3proto == 10; frag id == 1
      ct l3proto ipv4 frag id 1 -> fail:nft-conflicting-protocols
      meta protocol ip ip option rr exists -> meta nfproto == 2; meta protocol == 0x800; ip option rr == 1
      exthdr hbh missing -> meta nfproto == 10; exthdr hbh == 0
      dst nexthdr 6 -> meta nfproto == 10; dst nexthdr == 6
      srh sid[1] dead::beef -> meta nfproto == 10; srh sid[1] == 0xdead0000:0:0:0xbeef
      tcp option maxseg size 1000 -> tcp option maxseg size == 1000
      tcp option sack-perm missing -> tcp option sack-perm == 0
      tcp option 254 exists -> tcp option 254 == 1
      tcp option @5,8,16 0x10 -> tcp option @5,8,16 == 16
      ip option rr exists -> meta nfproto == 2; ip option rr == 1
      sctp chunk init exists -> sctp chunk init == 1
      sctp chunk data tsn 5 -> sctp chunk data tsn == 5
      numgen inc mod 10 10 -> fail:nft-value-range
      numgen inc mod 10 offset 5 14 -> numgen inc mod 10 offset 5 == 14
      symhash mod 3 1-3 -> fail:nft-value-range
      numgen inc mod 10 < 3 -> numgen inc mod 10 offset 0 < 3
    `)
  })
})

describe('terms that are not modelled', () => {
  it('are refused by their own code', () => {
    check(`
      meta ibrname "br0" -> fail:nft-unsupported-link
      vlan id 5 -> fail:nft-unsupported-link
      socket transparent 1 -> fail:nft-unsupported-socket
      vxlan vni 5 -> fail:nft-unsupported-tunnel
    `)
  })
})
