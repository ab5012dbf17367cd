/** One scenario in the network namespace that it makes for itself: packet by packet, or whole. */

import type { Emitted, Outcome, PacketRecord, Result, Scenario, ScenarioPacket } from '../../analysis/lab/index.ts'
import { sleep } from '../namespace/index.ts'
import type { Libc, OwnedDescriptors } from '../native/index.ts'
import { LiveError, ownDescriptors } from '../native/index.ts'
import type { Beginning } from './beginning.ts'
import { Box, localAddressesOf } from './box.ts'
import { Observer } from './observer.ts'
import { listRuleset, loadRuleset } from './programs.ts'

/**
 * A scenario that runs. The calling thread is left in the scenario's network namespace, so it must belong to a process
 * that does nothing else. Whoever makes one closes it, also after it threw.
 */
export class Session {
  readonly #scenario: Beginning
  readonly #owned: OwnedDescriptors
  readonly #box: Box
  readonly #observer: Observer
  readonly #packets: PacketRecord[] = []
  readonly #noise: readonly Emitted[]
  readonly #start: number

  /**
   * Builds the box and loads the ruleset: with `load` when it is given, as for rules of which some may be refused.
   * Throws LiveError for what the scenario's author did wrong.
   */
  constructor(libc: Libc, scenario: Beginning, load: () => void = () => loadRuleset(scenario.ruleset)) {
    this.#scenario = scenario
    // An open descriptor would keep the network namespace alive.
    this.#owned = ownDescriptors(libc)
    try {
      this.#box = new Box(this.#owned.libc, scenario)
      load()
      this.#observer = new Observer(this.#owned.libc, scenario)
      this.#box.listen(scenario.udp_sockets)
      this.#noise = this.#observe().out
    } catch (cause) {
      this.#owned.closeAll()
      throw cause
    }
    this.#start = performance.now()
  }

  /** Sends the next packet, in real time at its `at_ms`, and tells all that it caused. */
  send(packet: ScenarioPacket): PacketRecord {
    if (this.#scenario.realtime === true) waitUntil(this.#start + (packet.at_ms ?? 0))
    const error = this.#box.send(packet)
    const record = error === undefined ? this.#observe() : { ...this.#observe(), error }
    this.#packets.push(record)
    return record
  }

  /** The records of all packets, and the tables as they are now. */
  finish(): Outcome {
    const late = this.#observe()
    const conntrack = this.#observer.entries()
    const expect = this.#observer.expectations()
    // After the tables were read: without the probe conntrack may be off.
    this.#observer.removeProbe()
    return {
      packets: this.#packets,
      local: localAddressesOf(this.#scenario),
      ...(this.#noise.length > 0 ? { noise: this.#noise } : {}),
      ...(late.out.length > 0 || late.ct !== undefined ? { late } : {}),
      conntrack,
      expect,
      ...listRuleset(this.#scenario.ruleset),
    }
  }

  close(): void {
    this.#owned.closeAll()
  }

  #observe(): PacketRecord {
    return { out: this.#box.emitted(), ...this.#observer.take() }
  }
}

/** Runs a scenario (see Session); what its author did wrong comes back as a Failure, all else is thrown. */
export function runScenario(libc: Libc, scenario: Scenario): Result {
  try {
    const session = new Session(libc, scenario)
    try {
      for (const packet of scenario.packets) session.send(packet)
      return session.finish()
    } finally {
      session.close()
    }
  } catch (cause) {
    if (cause instanceof LiveError) return { error: cause.message }
    throw cause
  }
}

function waitUntil(time: number): void {
  const left = time - performance.now()
  if (left > 0) sleep(left)
}
