#!/usr/bin/env bash
# Records office.pcapng, wan.pcap and what the kernel made of them, from real programs in network namespaces. As root, on Linux, with
# iproute2 nftables conntrack wireshark-common tcpdump curl socat traceroute vsftpd iputils-ping python3 installed.
#
#   client 10.0.1.2 \                                        / server 10.0.2.2 (ftp, names)
#                    lan - (10.0.1.1 firewall 10.0.2.1) - wan - stranger 10.0.2.66
#   web 10.0.1.80   /                                        \ router 10.0.2.254 -- 10.0.9.0/24, MTU 1280 -- router -- far 10.0.3.2
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
if [[ $(id -u) != 0 ]]; then echo 'record: needs root, for network namespaces' >&2; exit 2; fi
for program in ip nft conntrack dumpcap reordercap capinfos tcpdump curl socat traceroute vsftpd ping /usr/bin/python3; do
  command -v "$program" >/dev/null || { echo "record: $program is not installed" >&2; exit 2; }
done
work=$(mktemp -d)
programs=(/usr/bin/python3 "$here/programs.py")
names=(wire fw client web server stranger near-router far-router far)
pids=()

cleanup() {
  ((${#pids[@]})) && kill "${pids[@]}" 2>/dev/null || true
  wait 2>/dev/null || true
  for name in "${names[@]}"; do ip netns del "office-$name" 2>/dev/null || true; done
  rm -rf "$work"
}
trap cleanup EXIT

at() { local name=$1; shift; ip netns exec "office-$name" "$@"; }
serve() { local name=$1; shift; ip netns exec "office-$name" "$@" >>"$work/log" 2>&1 & pids+=($!); }
say() { printf 'record: %s\n' "$*"; }

# --- the network ---------------------------------------------------------------------------------------------------------------------
for name in "${names[@]}"; do
  ip netns add "office-$name"
  at "$name" sysctl -qw net.ipv6.conf.all.disable_ipv6=1 net.ipv6.conf.default.disable_ipv6=1 \
    net.ipv4.conf.all.rp_filter=0 net.ipv4.conf.default.rp_filter=0 net.ipv4.ip_forward=0
  at "$name" ip link set lo up
done
at wire sysctl -qw net.bridge.bridge-nf-call-iptables=0 2>/dev/null || true
for segment in lan wan; do at wire ip link add "$segment" type bridge; at wire ip link set "$segment" up; done

# join NAME INTERFACE MAC ADDRESS SEGMENT: puts a machine on a segment
join() {
  local port="$5-$1"
  ip link add "${port:0:15}" netns office-wire type veth peer name "$2" netns "office-$1" address "$3"
  at wire ip link set "${port:0:15}" master "$5"
  at wire "${programs[@]}" whole-packets "${port:0:15}"
  at "$1" "${programs[@]}" whole-packets "$2"
  at wire ip link set "${port:0:15}" up
  at "$1" ip addr add "$4" dev "$2"
  at "$1" ip link set "$2" up
}
join fw lan 02:00:0a:00:01:01 10.0.1.1/24 lan
join fw wan 02:00:0a:00:02:01 10.0.2.1/24 wan
join client eth0 02:00:0a:00:01:02 10.0.1.2/24 lan
join web eth0 02:00:0a:00:01:50 10.0.1.80/24 lan
join server eth0 02:00:0a:00:02:02 10.0.2.2/24 wan
join stranger eth0 02:00:0a:00:02:42 10.0.2.66/24 wan
join near-router eth0 02:00:0a:00:02:fe 10.0.2.254/24 wan

# link NAME INTERFACE ADDRESS NAME INTERFACE ADDRESS MTU: joins two machines directly
link() {
  ip link add "$2" mtu "$7" netns "office-$1" type veth peer name "$5" mtu "$7" netns "office-$4"
  at "$1" "${programs[@]}" whole-packets "$2"; at "$1" ip addr add "$3" dev "$2"; at "$1" ip link set "$2" up
  at "$4" "${programs[@]}" whole-packets "$5"; at "$4" ip addr add "$6" dev "$5"; at "$4" ip link set "$5" up
}
link near-router eth1 10.0.9.1/24 far-router eth1 10.0.9.2/24 1280
link far-router eth0 10.0.3.1/24 far eth0 10.0.3.2/24 1500

for name in client web; do at "$name" ip route add default via 10.0.1.1; done
for name in server stranger; do
  at "$name" ip route add 10.0.1.0/24 via 10.0.2.1
  at "$name" ip route add 10.0.3.0/24 via 10.0.2.254
done
at fw ip route add 10.0.3.0/24 via 10.0.2.254
at fw ip route add 10.0.9.0/24 via 10.0.2.254
at near-router ip route add 10.0.1.0/24 via 10.0.2.1
at near-router ip route add 10.0.3.0/24 via 10.0.9.2
at far-router ip route add default via 10.0.9.1
at far ip route add default via 10.0.3.1
for name in fw near-router far-router; do at "$name" sysctl -qw net.ipv4.ip_forward=1; done

# --- the services --------------------------------------------------------------------------------------------------------------------
mkdir -p "$work/web" "$work/ftp/pub" "$work/empty"
cat "$here/../../LICENSE" >"$work/web/page.txt"
head -c 3000 "$here/../../LICENSE" >"$work/ftp/pub/notes.txt"
chmod -R a+rX,a-w "$work"; chmod u+w "$work"
cat >"$work/vsftpd.conf" <<END
listen=YES
listen_address=10.0.2.2
background=NO
anonymous_enable=YES
no_anon_password=YES
anon_root=$work/ftp
local_enable=NO
port_enable=YES
pasv_enable=YES
pasv_min_port=50000
pasv_max_port=50100
connect_from_port_20=YES
seccomp_sandbox=NO
isolate_network=NO
secure_chroot_dir=$work/empty
xferlog_enable=NO
ftpd_banner=office ftp
END
serve server vsftpd "$work/vsftpd.conf"
serve server "${programs[@]}" name-server 10.0.2.2
serve web /usr/bin/python3 -m http.server -d "$work/web" -b 10.0.1.80 80
serve fw socat TCP-LISTEN:22,bind=10.0.1.1,reuseaddr,fork SYSTEM:'echo SSH-2.0-office; sleep 0.2'
sleep 1

# --- the recording -------------------------------------------------------------------------------------------------------------------
serve fw dumpcap -q -i lan -i wan -f 'ip or arp' -w "$work/raw.pcapng"; lan_and_wan=$!
serve fw tcpdump -q -U -i wan -w "$work/wan.pcap"; wan_only=$!
at fw conntrack -E >"$work/events.txt" 2>/dev/null & pids+=($!); events=$!
at fw conntrack -E expect >"$work/expect.txt" 2>/dev/null & pids+=($!); expect_events=$!
sleep 2
# Only now: what the services said while they started is no part of the counters.
at fw nft -f "$here/fw.nft"

say 'ping through the box, and to it'
at client ping -q -n -c 2 -i 0.2 10.0.2.2 >>"$work/log"
at server ping -q -n -c 1 10.0.2.1 >>"$work/log"

say 'a name is asked for, by the client and by the box itself'
at client "${programs[@]}" ask 10.0.2.2 far.example 40053
at fw "${programs[@]}" ask 10.0.2.2 ntp.example 40054

say 'a UDP request to a closed port'
echo hello | at client socat -t 0.3 - UDP4:10.0.2.2:4444 >>"$work/log" 2>&1 || true

say 'traceroute to the far side'
at client traceroute -n -q 1 -N 4 -w 1 -m 6 10.0.3.2 | tee -a "$work/log"

say 'a download from the published web server, over a path with a smaller MTU'
at far curl -sS -m 10 -o "$work/downloaded" http://10.0.1.80/page.txt
cmp "$work/downloaded" "$work/web/page.txt"

say 'ftp: passive (EPSV, PASV) and active (EPRT, PORT)'
for mode in '--ftp-pasv' '--ftp-pasv --disable-epsv' '--ftp-port -' '--ftp-port - --disable-eprt'; do
  # shellcheck disable=SC2086
  at client curl -sS -m 10 $mode -o "$work/fetched" ftp://10.0.2.2/pub/notes.txt
  cmp "$work/fetched" "$work/ftp/pub/notes.txt"
done

say 'the box: a service that listens, one that is allowed but closed'
at client socat -t 1 - TCP4:10.0.1.1:22 </dev/null >>"$work/log"
at client curl -sS -m 2 http://10.0.1.1/ >>"$work/log" 2>&1 || true

say 'what the office may not do: mail to the outside'
at client curl -sS -m 2 smtp://10.0.2.2/ >>"$work/log" 2>&1 || true

say 'what strangers try: closed services, an error about nothing, an error about a flow they guessed'
at stranger "${programs[@]}" knock 10.0.1.2 22
at stranger "${programs[@]}" knock 10.0.2.1 22
at stranger "${programs[@]}" forge 10.0.1.2 55555 10.0.2.2 53
at stranger "${programs[@]}" forge 10.0.1.2 40053 10.0.2.2 53
sleep 1

# --- what the kernel made of it ------------------------------------------------------------------------------------------------------
kill -INT "$lan_and_wan" "$wan_only" "$events" "$expect_events"
at fw nft list ruleset >"$work/counters.txt"
at fw conntrack -L 2>/dev/null >"$work/conntrack.txt"
sleep 1
# The two interfaces are read in turns: put their packets into the order of their times.
reordercap "$work/raw.pcapng" "$work/ordered.pcapng" >>"$work/log"
"${programs[@]}" without-machine "$work/ordered.pcapng" "$work/office.pcapng"
for file in office.pcapng wan.pcap counters.txt conntrack.txt events.txt expect.txt; do
  install -m 644 "$work/$file" "$here/$file"
done
say "done: $(capinfos -Tmrc "$here/office.pcapng" | cut -d, -f2) packets, Linux $(uname -r), $(nft --version)"
