/** Netfilter's hooks, the priorities that Linux itself uses on them, and what a hook function may answer. */

import type { Packet } from './packet.ts'

/** In the order in which a packet can meet them; the numbers are the kernel's NF_INET_*. */
export const Hook = { prerouting: 0, input: 1, forward: 2, output: 3, postrouting: 4 } as const
export type HookNumber = (typeof Hook)[keyof typeof Hook]
export const hookNames = ['prerouting', 'input', 'forward', 'output', 'postrouting'] as const

/** User chains sort among these; of equal priorities the one made last runs first. */
export const HookPriority = {
  rawBeforeDefrag: -450,
  defragment: -400,
  raw: -300,
  conntrack: -200,
  mangle: -150,
  destinationNat: -100,
  filter: 0,
  security: 50,
  sourceNat: 100,
  confirm: 2147483647,
} as const

/** What a function on a hook says of a packet; the numbers are the kernel's NF_*. Stolen: it keeps the packet (a fragment waiting). */
export const HookVerdict = { drop: 0, accept: 1, stolen: 2 } as const
export type HookVerdictNumber = (typeof HookVerdict)[keyof typeof HookVerdict]

/** A function on a hook. It reads and changes the packet in place. */
export type HookFunction = (packet: Packet) => HookVerdictNumber
