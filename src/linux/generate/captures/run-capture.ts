/** Puts a capture between the two sides of a box in the running kernel, with all helpers assigned on their usual ports. */

import type { Scenario, ScenarioPacket } from '../../../analysis/lab/index.ts'
import { type Beginning, type Recorded, Session } from '../../lab/index.ts'
import type { Libc } from '../../native/index.ts'
import { assignedHelpers, declareHelper, objectName } from '../rulesets/helpers.ts'
import { type CaptureSide, readCapture } from './read-capture.ts'
import { TranslationView } from './translation-view.ts'

export interface CaptureOptions {
  /** Whether the box masquerades what goes to the wan. */
  readonly isMasquerading: boolean
  /** Packets beyond these are left out. */
  readonly mostPackets: number
}

const OUTSIDE = { 4: '192.0.2.2', 16: '2001:db8:ffff::2' } as const

const boxInterfaces: Scenario['interfaces'] = {
  lan: { addr4: ['192.0.2.1/32'], addr6: ['2001:db8:ffff::1/128'], mtu: 65_000 },
  wan: { addr4: [`${OUTSIDE[4]}/32`], addr6: [`${OUTSIDE[16]}/128`], mtu: 65_000 },
}

/**
 * Runs a capture (its bytes, not under gzip) and keeps what was sent as a scenario; null when it holds no IP packet. The
 * calling thread is left in the scenario's network namespace (see Session).
 */
export function runCapture(libc: Libc, name: string, capture: Uint8Array, options: CaptureOptions): Recorded | null {
  const { packets, sides } = readCapture(capture, options.mostPackets)
  if (packets.length === 0) return null
  const inLan = [...sides].filter(([, side]) => side === 'lan').map(([address]) => address)
  const beginning: Beginning = {
    name,
    ruleset: rulesetText(options.isMasquerading),
    interfaces: boxInterfaces,
    routes: [{ dst: '0.0.0.0/0', dev: 'wan' }, { dst: '::/0', dev: 'wan' }, ...inLan.filter(isHost).map(hostRoute)],
  }
  const session = new Session(libc, beginning)
  try {
    const view = new TranslationView(new Set(inLan), OUTSIDE)
    const sent: ScenarioPacket[] = []
    for (const { side, bytes } of packets) {
      const now = options.isMasquerading ? view.apply(bytes) : bytes
      const packet = { in: side, hex: Buffer.from(now).toString('hex') }
      sent.push(packet)
      const { out } = session.send(packet)
      if (options.isMasquerading) learn(view, bytes, side, out)
    }
    return { name, scenario: { ...beginning, packets: sent }, result: session.finish() }
  } finally {
    session.close()
  }
}

function learn(
  view: TranslationView,
  recorded: Uint8Array,
  side: CaptureSide,
  out: readonly (readonly [string, string])[],
): void {
  for (const [device, hex] of out) {
    if (device !== side) view.learn(recorded, Uint8Array.from(Buffer.from(hex, 'hex')))
  }
}

const hostRoute = (address: string): { dst: string; dev: string } => ({
  dst: `${address}/${address.includes(':') ? 128 : 32}`,
  dev: 'lan',
})

/** What a route may lead to: no group, nobody, no machine's own and no link's own address. */
function isHost(address: string): boolean {
  if (address.includes(':')) return !/^(?:ff|fe[89ab]|::1?$)/.test(address)
  const first = Number(address.split('.')[0])
  return first > 0 && first < 224 && first !== 127
}

function rulesetText(isMasquerading: boolean): string {
  const table = 'inet captures'
  const states = ['established', 'related', 'invalid', 'new', 'untracked']
  return [
    `add table ${table}`,
    ...assignedHelpers.map((helper) => declareHelper(table, helper, 'inet')),
    `add chain ${table} pre { type filter hook prerouting priority -150; }`,
    `add chain ${table} forward { type filter hook forward priority 0; }`,
    ...assignedHelpers.map(
      (helper) => `add rule ${table} pre ${helper.protocol} dport ${helper.port} ct helper set "${objectName(helper)}"`,
    ),
    ...states.map((state) => `add rule ${table} forward ct state ${state} counter accept`),
    `add chain ${table} source { type nat hook postrouting priority 100; }`,
    ...(isMasquerading ? [`add rule ${table} source oifname "wan" masquerade`] : []),
  ].join('\n')
}
