/** What became of a packet, and why: stable numbers, codes and sentences. */

export const Fate = {
  none: 0,
  /** It left by another interface than it came in by (or the same), after postrouting. */
  forwarded: 1,
  /** It passed input; {@link Drop} may say what the local stack did with it. */
  delivered: 2,
  /** This host made it, and it left. */
  sent: 3,
  dropped: 4,
  /** A fragment that waits for the rest of its packet. */
  held: 5,
  /** The IP layer refused it before any hook; `engine.malformed` says why. */
  malformed: 6,
} as const
export type FateNumber = (typeof Fate)[keyof typeof Fate]

export const fateNames = ['none', 'forwarded', 'delivered', 'sent', 'dropped', 'held', 'malformed'] as const

/** Why a packet was dropped or held, or what the local stack did after input. */
export const Drop = {
  none: 0,
  rule: 1,
  policy: 2,
  conntrack: 3,
  confirm: 4,
  malformed: 5,
  otherHost: 6,
  fragmentWaiting: 7,
  fragmentDuplicate: 8,
  fragmentOverlap: 9,
  fragmentCorrupt: 10,
  fragmentTooLarge: 11,
  fragmentMemory: 12,
  martianSource: 13,
  martianDestination: 14,
  reversePath: 15,
  noRoute: 16,
  blackhole: 17,
  unreachable: 18,
  prohibit: 19,
  notForwarding: 20,
  notJoined: 21,
  timeToLive: 22,
  mtu: 23,
  ipOptions: 24,
  sourceRoute: 25,
  scope: 26,
  extensionHeader: 27,
  tooMany: 28,
  broadcastSend: 29,
  portClosed: 30,
  protocolUnknown: 31,
  transportChecksum: 32,
  transportShort: 33,
  answered: 34,
  ignored: 35,
  listening: 36,
  natAddress: 37,
  natError: 38,
  natHeader: 39,
  natInterface: 40,
} as const
export type DropNumber = (typeof Drop)[keyof typeof Drop]

/** By number of {@link Drop}. */
export const dropReasons: readonly { readonly code: string; readonly text: string }[] = [
  { code: 'none', text: 'nothing stopped it' },
  { code: 'rule', text: 'a rule dropped it' },
  { code: 'policy', text: 'the policy of a base chain dropped it' },
  { code: 'conntrack', text: 'connection tracking dropped it' },
  {
    code: 'confirm',
    text: 'connection tracking dropped it when it was to be confirmed (by a helper, or because its tuple was taken)',
  },
  { code: 'malformed', text: 'the IP layer refuses such a packet before any hook' },
  { code: 'other-host', text: 'its link-layer destination is another host' },
  { code: 'fragment-waiting', text: 'it is a fragment and waits for the rest of its packet' },
  { code: 'fragment-duplicate', text: 'it is a fragment that had arrived before' },
  {
    code: 'fragment-overlap',
    text: 'it is a fragment that overlaps another; all fragments of the packet are thrown away',
  },
  { code: 'fragment-corrupt', text: 'it is a fragment that contradicts the others' },
  { code: 'fragment-too-large', text: 'it is a fragment of a packet that would exceed 65535 bytes' },
  { code: 'fragment-memory', text: 'too many fragments are waiting' },
  {
    code: 'martian-source',
    text: 'its source address cannot arrive here (own, loopback, broadcast, multicast or zero)',
  },
  {
    code: 'martian-destination',
    text: 'its destination address cannot be routed (loopback, zero or not a unicast one)',
  },
  {
    code: 'reverse-path',
    text: 'rp_filter: answers to its source would not leave by the interface that it came in by',
  },
  { code: 'no-route', text: 'no route leads to its destination' },
  { code: 'blackhole', text: 'a blackhole route swallows it' },
  { code: 'unreachable', text: 'an unreachable route refuses it' },
  { code: 'prohibit', text: 'a prohibit route refuses it' },
  { code: 'not-forwarding', text: 'it is for another host, and this one does not forward' },
  {
    code: 'not-joined',
    text: 'it is for a multicast group that this host has not joined, and multicast is not routed',
  },
  { code: 'ttl-exceeded', text: 'its time to live ran out here' },
  { code: 'mtu', text: 'it is too large for the next link and must not be fragmented' },
  { code: 'ip-options', text: 'its IP options are malformed' },
  { code: 'source-route', text: 'it asks for source routing, which this host does not do' },
  { code: 'scope', text: 'its source address is not valid beyond its link' },
  { code: 'extension-header', text: 'an IPv6 extension header could not be processed' },
  { code: 'too-many', text: 'one packet made this host send too many others' },
  { code: 'broadcast-send', text: 'the sender has no permission to send broadcasts' },
  { code: 'port-closed', text: 'no socket listens on its port' },
  { code: 'protocol-unknown', text: 'this host does not speak its transport protocol' },
  { code: 'transport-checksum', text: 'its transport checksum is wrong' },
  { code: 'transport-short', text: 'it is shorter than its transport header says' },
  { code: 'answered', text: 'the local stack answered it' },
  { code: 'ignored', text: 'the local stack takes it and does nothing' },
  { code: 'listening', text: 'a local socket received it' },
  { code: 'nat-address', text: 'there is no address that it could be translated to' },
  {
    code: 'nat-error',
    text: 'it is an ICMP error that NAT cannot translate (damaged, cut short, or a redirect about a translated connection)',
  },
  { code: 'nat-header', text: 'NAT cannot translate it: its transport header is cut off' },
  {
    code: 'nat-interface',
    text: 'its connection was masqueraded with the address of another interface than it leaves by now, and is destroyed',
  },
]

/** Errors of a local send, as `errno` names them. */
export type SendError = 'EPERM' | 'EMSGSIZE' | 'ENETUNREACH' | 'EHOSTUNREACH' | 'EACCES' | 'EINVAL'
