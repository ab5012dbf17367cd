/** What each statement becomes. Each line: the rule (in an inet table where no family stands before it), then what it becomes or the codes that refuse it. */

import { describe, it } from 'vitest'
import { check } from '../nftables.fixture.ts'

describe('statements', () => {
  it('lower to what the kernel would be told', () => {
    check(`
      accept -> accept
      accept counter -> fail:nft-after-verdict
      jump other -> jump other
      jump othr -> fail:nft-missing-chain
      goto filtering -> fail:nft-base-chain
      counter packets 3 bytes 4 -> counter 3/4
      counter name "web" -> counter web
      counter name "wbe" -> fail:nft-missing-object
      counter name tcp dport map { 80 : "web" } -> meta l4proto == 6; counter tcp dport map { 80 : web }
      counter name tcp dport map @counters -> meta l4proto == 6; counter tcp dport map @counters
      limit rate 10/second -> limit 10 per 1s burst 5
      limit rate over 10/minute burst 20 packets -> limit over 10 per 60s burst 20
      limit rate 1 mbytes/second -> limit 1048576 bytes per 1s burst 0
      limit rate 10 mbytes / hour burst 5 kbytes -> limit 10485760 bytes per 3600s burst 5120
      limit rate 0/second -> fail:nft-value-range
      limit rate 1/fortnight -> fail:nft-unknown-key
      quota over 10 mbytes -> quota over 10485760 used 0
      quota name "daily" -> quota daily
      limit name "slow" -> limit slow
      ct count over 5 -> ct count over 5
      last -> last
      log -> log null null null
      log prefix "hello: " level warn -> log "hello: " null warn
      log group 5 prefix "x" -> log "x" 5 null
      log group 5 snaplen 64 queue-threshold 10 -> log null 5 null snaplen 64 queue-threshold 10
      log flags tcp options,sequence flags skuid -> log null null null flags tcp sequence,tcp options,skuid
      log flags all -> log null null null flags tcp sequence,tcp options,ip options,skuid,ether
      log flags skuid,ether -> fail:nft-syntax
      log flags all snaplen 64 -> fail:nft-syntax
      log level info queue-threshold 5 -> fail:nft-syntax
      log group 5 level info -> fail:nft-syntax
      log level audit -> log null null audit
      log level audit prefix "x" -> fail:nft-syntax
      log level audit snaplen 5 -> fail:nft-syntax
      log level audit flags all -> fail:nft-syntax
      log levle info -> fail:nft-unknown-statement
      reject -> reject icmpx 1
      ip: reject -> reject icmp 3
      ip6 saddr ::1 reject -> meta nfproto == 10; ip6 saddr == 0:0:0:1; reject icmpv6 4
      ct l3proto ipv4 reject -> ct l3proto == 2; reject icmp 3
      ct l3proto ipv6 reject -> ct l3proto == 10; reject icmpv6 4
      ct l3proto != ipv6 reject -> ct l3proto != 10; reject icmpx 1
      meta protocol ip reject -> meta protocol == 0x800; reject icmpx 1
      ip: ct l3proto ipv6 reject -> ct l3proto == 10; reject icmp 3
      reject with tcp reset -> meta l4proto == 6; reject tcp reset 0
      udp dport 53 reject with tcp reset -> fail:nft-conflicting-protocols
      counter reject with tcp reset -> meta l4proto == 6; counter 0/0; reject tcp reset 0
      mark 5 counter reject with icmp port-unreachable -> meta nfproto == 2; meta mark == 5; counter 0/0; reject icmp 3
      counter tcp dport 22 -> counter 0/0; meta l4proto == 6; tcp dport == 22
      reject with icmp port-unreachable -> meta nfproto == 2; reject icmp 3
      reject with icmpx type admin-prohibited -> reject icmpx 3
      ip: reject with icmpx no-route -> fail:nft-unknown-key
      ip: reject with icmpv6 no-route -> fail:nft-conflicting-protocols
      notrack -> notrack
      meta mark set 5 -> meta mark = 5
      meta mark set meta mark & 0xf ^ 0x3 -> meta mark = (meta mark & 15 ^ 3)
      meta mark set ct mark | 0x4 -> meta mark = (ct mark & 0xfffffffb ^ 4)
      meta mark set ip dscp << 2 -> meta nfproto == 2; meta mark = (ip dscp & 0xffffffff ^ 0 << 2)
      meta mark set ip saddr -> fail:nft-type-mismatch
      meta mark set tcp dport map { 80 : 1, 443 : 2 } -> meta l4proto == 6; meta mark = tcp dport map { 80 : 1, 443 : 2 }
      meta mark set tcp dport map @marks -> meta l4proto == 6; meta mark = tcp dport map @marks
      meta mark set jhash ip saddr mod 5 seed 0x10 -> meta nfproto == 2; meta mark = jhash(ip saddr) mod 5 offset 0
      meta mark set numgen random mod 5 offset 3 -> meta mark = numgen random mod 5 offset 3
      meta secmark set "label" -> fail:nft-unsupported-secmark
      meta nfproto set 5 -> fail:nft-operator
      meta priority set 1:2 -> meta priority = 0x10002
      ct mark set meta mark and 0xff or 0x1 -> ct mark = (meta mark & 254 ^ 1)
      ct label set 5 -> ct label = 0:0:0:32
      ct zone set 1 -> ct zone = 1
      ct zone set jhash ip saddr mod 10 -> meta nfproto == 2; ct zone = jhash(ip saddr) mod 10 offset 0
      ct zone set ip saddr map { 1.1.1.1 : 1 } -> meta nfproto == 2; ct zone = ip saddr map { 0x1010101 : 1 }
      ct zone set ip ttl -> fail:nft-type-mismatch
      ct zone set tcp dport -> fail:nft-type-mismatch
      ct zone set meta mark -> fail:nft-type-mismatch
      ct label set 5,6 -> fail:nft-syntax
      meta priority set meta mark -> fail:nft-type-mismatch
      update @recent { ip saddr ct count over 5 } -> fail:nft-operator
      ct original zone set 1 -> ct original zone = 1
      ct event set new,destroy -> ct eventmask = 5
      ct state set new -> fail:nft-operator
      ip dscp set cs1 -> meta nfproto == 2; ip dscp = 8
      ip6 hoplimit set 64 -> meta nfproto == 10; ip6 hoplimit = 64
      tcp dport set 8080 -> meta l4proto == 6; tcp dport = 0x1f90
      tcp option maxseg size set 1200 -> tcp option 2 bits 16+16 = 0x4b0
      tcp option maxseg size set rt mtu -> tcp option 2 bits 16+16 = rt mtu
      reset tcp option timestamp -> reset tcp option 8
      ct helper set "ftp-standard" -> ct helper ftp-standard
      ct helper set "ftp" -> fail:nft-missing-object
      ct timeout set "short" -> ct timeout short
      ct expectation set "more" -> ct expectation more
      add @recent { ip saddr } -> meta nfproto == 2; add @recent { ip saddr }
      update @recent { ip saddr timeout 1h counter } -> meta nfproto == 2; update @recent { ip saddr timeout 3600000ms counter 0/0 }
      update @recent { ip saddr limit rate 10/second } -> meta nfproto == 2; update @recent { ip saddr limit 10 per 1s burst 5 }
      delete @recent { ip saddr } -> meta nfproto == 2; delete @recent { ip saddr }
      update @addresses { ip saddr timeout 5s } -> fail:nft-operator
      add @pairs { ip saddr . th dport } -> fail:nft-operator
      add @knocks { ip saddr . 10002 timeout 1s } -> meta nfproto == 2; add @knocks { ip saddr . 0x2712 timeout 1000ms }
      ip saddr . 22 @pairs -> meta nfproto == 2; ip saddr . 22 in @pairs
      ip saddr . nosuch @pairs -> fail:nft-unknown-symbol
      add @missing { ip saddr } -> fail:nft-missing-set
      add @knocks { ip saddr . ct original proto-dst } -> meta nfproto == 2; add @knocks { ip saddr . ct original proto-dst }
      ct original proto-dst 80 -> fail:nft-protocol-needed
      meta l4proto { tcp, udp } ct original proto-dst 80 -> meta l4proto in { 6, 17 }; ct original proto-dst == 80
      update @targets { ip saddr : ip daddr . tcp dport } -> meta nfproto == 2; meta l4proto == 6; update @targets { ip saddr : ip daddr . tcp dport }
      update @targets { ip saddr : ip daddr } -> fail:nft-type-mismatch
      set update ip saddr @recent -> meta nfproto == 2; update @recent { ip saddr }
      meter flood { ip saddr limit rate 10/second } -> meta nfproto == 2; add @flood { ip saddr limit 10 per 1s burst 5 }
      meter flood { ip saddr timeout 10s limit rate 10/second } -> meta nfproto == 2; update @flood { ip saddr timeout 10000ms limit 10 per 1s burst 5 }
      tcp dport 22 comment "ssh" -> meta l4proto == 6; tcp dport == 22
      acept -> fail:nft-unknown-statement
      tcp dport -> fail:nft-syntax
      tcp dport 22 accept } -> fail:nft-syntax
    `)
  })
})

describe('statements that are not modelled', () => {
  it('are refused by their own code, never skipped', () => {
    check(`
      queue -> fail:nft-unsupported-queue
      dup to 1.2.3.4 -> fail:nft-unsupported-dup
      tproxy to :80 -> fail:nft-unsupported-tproxy
      synproxy mss 1460 -> fail:nft-unsupported-synproxy
      flow add @f -> fail:nft-unsupported-flowtable
      fwd to "eth0" -> fail:nft-unsupported-fwd
    `)
  })
})
