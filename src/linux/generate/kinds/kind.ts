/** A kind of scenario: what its rules, settings and conversations are about. The score is told by kind. */

import type { Scenario } from '../../../analysis/lab/index.ts'
import type { Flow } from '../flow.ts'
import type { Random } from '../random.ts'

/** What is decided before the first packet. */
export interface Plan extends Pick<Scenario, 'sysctls' | 'udp_sockets' | 'realtime' | 'walk'> {
  /** Commands of nft, one a line; refused lines are left out. */
  readonly ruleset: string
  /** Conversations to have, in the order in which they begin. */
  readonly flows: readonly Flow[]
  /** How often a packet is abused on its way, 0 to 1. */
  readonly abuse: number
}

export interface Kind {
  /** As `--only` says it. */
  readonly name: string
  /** How often it comes when nothing else is asked for. */
  readonly weight: number
  plan(random: Random): Plan
}

/** Sysctls of conntrack that change results, now and then. */
export function pickSysctls(random: Random): Record<string, number> {
  const sysctls: Record<string, number> = {}
  const set = (name: string, value: number, probability: number): void => {
    if (random.chance(probability)) sysctls[`net.netfilter.nf_conntrack_${name}`] = value
  }
  set('acct', 1, 0.7)
  set('tcp_be_liberal', 1, 0.1)
  set('tcp_ignore_invalid_rst', 1, 0.1)
  set('tcp_loose', 0, 0.2)
  set('checksum', 0, 0.1)
  return sysctls
}
