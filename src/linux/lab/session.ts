/** One scenario from beginning to end in the network namespace that it makes for itself; see kernel.ts for callers. */

import type { Emitted, Outcome, PacketRecord, Result, Scenario, ScenarioPacket } from '../../analysis/lab/index.ts'
import { sleep } from '../namespace/index.ts'
import type { Libc } from '../native/index.ts'
import { LiveError, ownDescriptors } from '../native/index.ts'
import { Box, localAddressesOf } from './box.ts'
import { Observer } from './observer.ts'
import { listRuleset, loadRuleset } from './programs.ts'

/**
 * Runs a scenario. The calling thread is left in the scenario's network namespace, so it must belong to a process that
 * does nothing else; what the scenario's author did wrong comes back as a Failure, all else is thrown.
 */
export function runScenario(libc: Libc, scenario: Scenario): Result {
  // An open descriptor would keep the network namespace alive.
  const owned = ownDescriptors(libc)
  try {
    return runInNamespace(owned.libc, scenario)
  } catch (cause) {
    if (cause instanceof LiveError) return { error: cause.message }
    throw cause
  } finally {
    owned.closeAll()
  }
}

function runInNamespace(libc: Libc, scenario: Scenario): Outcome {
  const box = new Box(libc, scenario)
  loadRuleset(scenario.ruleset)
  const observer = new Observer(libc, scenario)
  box.listen(scenario.udp_sockets)
  const observe = (): PacketRecord => ({ out: box.emitted(), ...observer.take() })
  const before = observe()
  const packets = sendAll(box, scenario, observe)
  return finish(scenario, observer, before.out, packets, observe())
}

function sendAll(box: Box, scenario: Scenario, observe: () => PacketRecord): PacketRecord[] {
  const start = performance.now()
  return scenario.packets.map((packet) => {
    if (scenario.realtime === true) waitFor(packet, start)
    const error = box.send(packet)
    return error === undefined ? observe() : { ...observe(), error }
  })
}

function waitFor(packet: ScenarioPacket, start: number): void {
  const left = start + (packet.at_ms ?? 0) - performance.now()
  if (left > 0) sleep(left)
}

function finish(
  scenario: Scenario,
  observer: Observer,
  noise: readonly Emitted[],
  packets: readonly PacketRecord[],
  late: PacketRecord,
): Outcome {
  const conntrack = observer.entries()
  const expect = observer.expectations()
  // After the tables were read: without the probe conntrack may be off.
  observer.removeProbe()
  return {
    packets,
    local: localAddressesOf(scenario),
    ...(noise.length > 0 ? { noise } : {}),
    ...(late.out.length > 0 || late.ct !== undefined ? { late } : {}),
    conntrack,
    expect,
    ...listRuleset(scenario.ruleset),
  }
}
