/**
 * Rules that read out a packet's conntrack state at every hook without touching packet or state.
 *
 * Each rule loads a value into a register, puts it into the packet's mark for the moment of an NFLOG, whose message
 * carries the mark, and puts the mark back. Text for nft cannot say this, so the rules are sent as netlink.
 */

import type { NetlinkSocket, ProbeChain } from '../netlink/index.ts'
import {
  ctKey,
  encodeLogBinding,
  encodeTable,
  encodeTableDeletion,
  loadCt,
  loadMark,
  logCommand,
  logToGroup,
  netfilterType,
  registers,
  setMark,
  subsystem,
} from '../netlink/index.ts'
import type { Beginning } from './beginning.ts'
import { loadNft } from './programs.ts'

/** The table of family inet that holds the probe; it is not in any listing of a result. */
export const PROBE_TABLE = 'kinwall_probe'

const LOG_GROUP = 4242

/** What the prefix of a log message says about the mark that it carries. */
export const probePrefix = { mark: 'm', state: 's', status: 't', direction: 'd', id: 'i', connectionMark: 'c' } as const

/** Just behind conntrack, and behind every chain that a user may have. */
const AFTER_CONNTRACK = -199
const LAST = 1_000_000
const FIRST = -2_000_000

/** Hooks by number. `nft` is the name of the hook in nft's language. */
const hooks = [
  { short: 'pre', nft: 'prerouting', priority: AFTER_CONNTRACK },
  { short: 'in', nft: 'input', priority: LAST },
  { short: 'fwd', nft: 'forward', priority: LAST },
  { short: 'out', nft: 'output', priority: AFTER_CONNTRACK },
  { short: 'post', nft: 'postrouting', priority: LAST },
] as const

/** The lab's name of a hook, by the kernel's number. */
export function hookName(number: number): (typeof hooks)[number]['short'] {
  const hook = hooks[number]
  if (hook === undefined) throw new Error(`hook ${number} is not one of the five`)
  return hook.short
}

/** Has the probe's log messages sent to this socket. */
export function bindProbeLog(socket: NetlinkSocket): void {
  const type = netfilterType(subsystem.log, logCommand.config)
  for (const body of encodeLogBinding(LOG_GROUP)) socket.call('bind NFLOG group', type, body)
}

/** Adds the rules that the scenario asks for; with `bare`, rules that only switch conntrack on. */
export function installProbe(socket: NetlinkSocket, scenario: Beginning): void {
  const probe = scenario.probe ?? 'ct'
  if (probe === 'ct')
    addTable(
      socket,
      hooks.map((hook, number) => ({
        name: `h_${hook.short}`,
        hook: number,
        priority: hook.priority,
        rules: probeRules(),
      })),
    )
  if (probe === 'bare') loadNft(bareText())
  if (scenario.trace === true) loadNft(traceText())
}

/** Takes the rules away again, so that a listing holds the user's tables only. */
export function removeProbe(socket: NetlinkSocket, scenario: Beginning): void {
  if (scenario.probe === 'none' && scenario.trace !== true) return
  const batch = encodeTableDeletion(PROBE_TABLE)
  socket.callAll('remove the probe', batch.messages, batch.acknowledgements)
}

function addTable(socket: NetlinkSocket, chains: readonly ProbeChain[]): void {
  const batch = encodeTable(PROBE_TABLE, chains)
  socket.callAll('install the probe', batch.messages, batch.acknowledgements)
}

/** Two rules: the second ends at its first load when the packet has no conntrack entry. */
function probeRules(): Uint8Array[][] {
  const [mark = 0, ...free] = registers
  const [state = 0] = free
  const always = [
    loadMark(mark),
    loadCt(state, ctKey.state),
    logToGroup(LOG_GROUP, probePrefix.mark),
    setMark(state),
    logToGroup(LOG_GROUP, probePrefix.state),
    setMark(mark),
  ]
  const ofEntry = [
    { key: ctKey.status, prefix: probePrefix.status },
    { key: ctKey.direction, prefix: probePrefix.direction },
    { key: ctKey.id, prefix: probePrefix.id },
    { key: ctKey.mark, prefix: probePrefix.connectionMark },
  ].map((value, index) => ({ ...value, register: free[index] ?? 0 }))
  return [
    always,
    [
      loadMark(mark),
      ...ofEntry.map(({ register, key }) => loadCt(register, key)),
      ...ofEntry.flatMap(({ register, prefix }) => [setMark(register), logToGroup(LOG_GROUP, prefix)]),
      setMark(mark),
    ],
  ]
}

function bareText(): string {
  return table(hooks.map(({ short, nft, priority }) => chain(`h_${short}`, nft, priority, 'ct state new')))
}

function traceText(): string {
  return table(['prerouting', 'output'].map((hook) => chain(`t_${hook}`, hook, FIRST, 'meta nftrace set 1')))
}

function table(chains: readonly string[]): string {
  return `table inet ${PROBE_TABLE} {\n${chains.join('\n')}\n}\n`
}

function chain(name: string, hook: string, priority: number, rule: string): string {
  return `chain ${name} {\ntype filter hook ${hook} priority ${priority}; policy accept;\n${rule}\n}`
}
