/** Scenario and result: what the model and a running kernel both read and write, as JSON. */

/** A box, its ruleset and the packets that reach it. */
export interface Scenario {
  readonly name?: string
  /** nft text, or restore text of iptables and nft text to load beside it. */
  readonly ruleset?: string | IptablesRuleset
  /** Point-to-point IP interfaces without link layer, by name. */
  readonly interfaces: Readonly<Record<string, ScenarioInterface>>
  readonly routes?: readonly ScenarioRoute[]
  /** Dotted names under `net.`, over the quiet defaults of the lab. */
  readonly sysctls?: Readonly<Record<string, number | string>>
  readonly packets: readonly ScenarioPacket[]
  /** Sockets that swallow datagrams; without one the box answers port-unreachable. */
  readonly udp_sockets?: readonly { readonly addr: string; readonly port: number }[]
  /** Helpers that conntrackd runs on the box (rpc, tns, ...): for the model only. */
  readonly userspaceHelpers?: readonly string[]
  /** Honour `at_ms`; otherwise packets follow each other at once. */
  readonly realtime?: boolean
  /** Whether conntrack is observed: `ct` (the default), `bare` (conntrack on, nothing recorded), `none`. */
  readonly probe?: 'ct' | 'bare' | 'none'
  /** Record the rules that each packet met. */
  readonly trace?: boolean
  /** Dump the whole table at the end; needed only when the rules mask conntrack events. */
  readonly walk?: boolean
}

export interface IptablesRuleset {
  readonly backend?: 'legacy' | 'nft'
  readonly iptables?: string
  readonly ip6tables?: string
  readonly nft?: string
}

/** Addresses carry their prefix length: `203.0.113.1/24`. */
export interface ScenarioInterface {
  readonly addr4?: readonly string[]
  readonly addr6?: readonly string[]
  /** The broadcast address of some of `addr4`; the others have none, as `ip address add` leaves them without `brd`. */
  readonly broadcast?: Readonly<Record<string, string>>
  /** 1500 when left out. */
  readonly mtu?: number
}

export interface ScenarioRoute {
  readonly dst: string
  readonly via?: string
  readonly dev?: string
  /** The kernel's RTN number: 1 unicast, 6 blackhole, 7 unreachable, 8 prohibit. */
  readonly type?: number
}

/** One IP packet. `in` is an interface, or `local` for one that the box itself sends. */
export interface ScenarioPacket {
  readonly in: string
  readonly hex: string
  /** Milliseconds since the first packet. */
  readonly at_ms?: number
  /** For `local`: the mark and the interface of the sending socket. */
  readonly mark?: number
  readonly oif?: string
  /** For `local`: the socket may send to broadcast addresses (SO_BROADCAST). */
  readonly broadcast?: boolean
}

/** What became of a scenario, or why it could not be loaded. */
export type Result = Outcome | Failure

export interface Failure {
  readonly error: string
  readonly recorded?: Recorder
}

/** The kernel and the programs that made a recorded result. */
export interface Recorder {
  readonly kernel: string
  readonly nft: string
}

export interface Outcome {
  readonly recorded?: Recorder
  readonly packets: readonly PacketRecord[]
  /** The box's own addresses. */
  readonly local: readonly string[]
  readonly conntrack: readonly Entry[]
  readonly expect: readonly Expectation[]
  /** nft's JSON of all tables at the end. */
  readonly ruleset?: readonly Json[] | { readonly error: string }
  /** Lines of iptables-save -c without comments. */
  readonly iptables?: readonly string[]
  readonly ip6tables?: readonly string[]
  /** What happened before the first packet and after the last; absent when nothing did. */
  readonly noise?: readonly Emitted[]
  readonly late?: PacketRecord
}

/** An interface and the packet that left through it, in hexadecimal digits. */
export type Emitted = readonly [device: string, hex: string]

export interface PacketRecord {
  readonly out: readonly Emitted[]
  readonly ct?: readonly HookState[]
  readonly ev?: readonly ConntrackEvent[]
  readonly trace?: readonly TraceLine[]
  /** The errno of a local send that was refused, such as EPERM. */
  readonly error?: string
}

/**
 * The packet's conntrack state at a hook; `pre` and `out` just after conntrack, the others after all user chains.
 * Only `hook` and `state` where no entry is attached. Marks are absent when 0.
 */
export interface HookState {
  readonly hook: 'pre' | 'in' | 'fwd' | 'out' | 'post'
  readonly state: string | number
  readonly status?: readonly string[]
  readonly dir?: 'original' | 'reply'
  /** Numbered by order of confirmation; 0 = not confirmed. */
  readonly id?: number
  readonly mark?: number
  readonly ctmark?: number
}

export interface TraceLine {
  readonly table: string
  readonly chain: string
  readonly what: string
  /** The rule's handle. */
  readonly rule?: number
  readonly verdict?: string
  readonly to?: string
}

/** One direction of a flow; zone is present only where it is not the default. */
export interface FlowTuple {
  readonly src?: string
  readonly dst?: string
  readonly proto?: number
  readonly sport?: number
  readonly dport?: number
  readonly id?: number
  readonly type?: number
  readonly code?: number
  readonly zone?: number
}

/** A conntrack entry as ctnetlink tells it. `timeout` in seconds; o and r are the original and the reply direction. */
export interface Entry {
  /** NFPROTO: 2 for IPv4, 10 for IPv6. */
  readonly l3: number
  readonly orig?: FlowTuple
  readonly reply?: FlowTuple
  readonly status?: readonly string[]
  readonly tcp?: {
    readonly state: string
    readonly wscale_o?: number
    readonly wscale_r?: number
    readonly flags_o?: number
    readonly flags_r?: number
  }
  readonly sctp?: { readonly state: string; readonly vtag_o: number; readonly vtag_r: number }
  readonly helper?: string
  readonly timeout?: number
  readonly mark?: number
  readonly packets_o?: number
  readonly bytes_o?: number
  readonly packets_r?: number
  readonly bytes_r?: number
  readonly id?: number
  readonly master?: FlowTuple
  /** Position in the stream, and the shifts before and after it. */
  readonly seqadj_o?: readonly number[]
  readonly seqadj_r?: readonly number[]
  readonly zone?: number
  readonly labels?: string
}

/** An expectation as ctnetlink tells it. */
export interface Expectation {
  readonly l3: number
  readonly master?: FlowTuple
  readonly tuple?: FlowTuple
  readonly mask?: FlowTuple
  readonly timeout?: number
  readonly helper?: string
  readonly zone?: number
  readonly flags?: readonly string[]
  readonly class?: number
  readonly nat?: { readonly dir: number; readonly tuple: FlowTuple }
  readonly fn?: string
}

/** A conntrack or expectation event; `overrun` when the kernel had to drop some. */
export type ConntrackEvent =
  | ({ readonly ev: 'new' | 'update' | 'destroy' } & Entry)
  | ({ readonly ev: 'exp-new' | 'exp-update' | 'exp-destroy' } & Expectation)
  | { readonly ev: 'overrun' }

export type Json = null | boolean | number | string | readonly Json[] | { readonly [key: string]: Json }
