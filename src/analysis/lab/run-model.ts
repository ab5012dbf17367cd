/** Runs a scenario in the model, on the model's own clock, and writes the same result as the kernel lab. */

import { parseRuleset } from '../../languages/nftables/index.ts'
import { entrySnapshot, expectationSnapshot, settingsFromSysctls } from '../../model/conntrack/index.ts'
import { Engine } from '../../model/engine/index.ts'
import { Host } from '../../model/host/index.ts'
import { asksForConntrack, type Form } from '../../model/machine/index.ts'
import { Packet } from '../../model/packet/index.ts'
import type { Ruleset } from '../../model/rules/index.ts'
import { canonical } from './canonical.ts'
import type { Failure, Outcome, PacketRecord, Result, Scenario, ScenarioPacket } from './format.ts'
import { listRuleset } from './list-ruleset.ts'
import { ModelObserver } from './model-observer.ts'
import { RuleTrace } from './rule-trace.ts'
import { scenarioAddresses, scenarioHost, scenarioSysctls } from './scenario-host.ts'

/** Model time of the first packet in milliseconds: not 0, so that nothing can be taken for unset. */
const startMilliseconds = 1000

/** The scenario was checked (check-scenario.ts). A ruleset that does not load is a Failure, as in the kernel. `form`: how rules run. */
export function runInModel(scenario: Scenario, form?: Form): Result {
  const loaded = loadRuleset(scenario)
  if ('error' in loaded) return loaded
  const stranger = scenario.packets.find((packet) => packet.in !== 'local' && !(packet.in in scenario.interfaces))
  if (stranger) return { error: `a packet comes in on ${stranger.in}, which is not an interface of the scenario` }
  return new ModelRun(scenario, loaded.ruleset, form).run()
}

function loadRuleset(scenario: Scenario): { readonly ruleset: Ruleset } | Failure {
  const { ruleset = '' } = scenario
  if (typeof ruleset !== 'string' && (ruleset.iptables || ruleset.ip6tables)) {
    return { error: 'iptables rulesets are not supported by the model yet: only nftables ones are' }
  }
  const text = typeof ruleset === 'string' ? ruleset : (ruleset.nft ?? '')
  const userSpaceHelpers = scenario.userspaceHelpers ?? []
  const parsed = parseRuleset([{ name: 'ruleset', text }], { userSpaceHelpers })
  if (parsed.ruleset) return { ruleset: parsed.ruleset }
  const first = parsed.diagnostics.find(({ severity }) => severity === 'error')
  const place = first ? `${first.span.file}:${first.span.line}:${first.span.column}: ` : ''
  return { error: `nft: ${place}${first?.message ?? 'the ruleset does not load'}` }
}

class ModelRun {
  readonly #scenario: Scenario
  readonly #ruleset: Ruleset
  readonly #observer: ModelObserver
  readonly #engine: Engine
  readonly #packet = new Packet()
  #now = startMilliseconds

  constructor(scenario: Scenario, ruleset: Ruleset, form: Form = 'tiered') {
    this.#scenario = scenario
    this.#ruleset = ruleset
    const host = new Host(scenarioHost(scenario))
    const observer = new ModelObserver(Object.keys(scenario.interfaces))
    const { probe = 'ct' } = scenario
    this.#engine = new Engine({
      host,
      ruleset,
      settings: settingsFromSysctls(scenarioSysctls(scenario)).settings,
      random: pseudoRandom(1),
      tracer: scenario.trace === true ? new RuleTrace(observer) : null,
      form,
      probes: probe === 'ct' ? observer.probes() : [],
      // The kernel lab's probes ask for conntrack themselves.
      isTracking: probe === 'none' ? asksForConntrack(ruleset) : { 4: true, 6: true },
    })
    this.#engine.onTransmit = (index, packet) => observer.emitted(host.interfaceName(index), packet)
    observer.watch(this.#engine.conntrack)
    this.#observer = observer
  }

  run(): Outcome {
    const packets = this.#scenario.packets.map((packet, index) => this.#send(packet, index + 1))
    const { conntrack } = this.#engine
    const entries = [...conntrack.entries()]
      .sort((a, b) => conntrack.id(a) - conntrack.id(b))
      .map((entry) => ({ ...entrySnapshot(conntrack, entry), id: this.#observer.numberOf(conntrack.id(entry)) }))
    const expectations = [...conntrack.expectations()].map((each) => expectationSnapshot(conntrack, each))
    return {
      packets,
      local: scenarioAddresses(this.#scenario),
      conntrack: entries.sort((a, b) => (a.id ?? 0) - (b.id ?? 0)),
      expect: expectations.sort((a, b) => (canonical(a.tuple) < canonical(b.tuple) ? -1 : 1)),
      ruleset: listRuleset(this.#ruleset, this.#engine.rules),
    }
  }

  #send(from: ScenarioPacket, number: number): PacketRecord {
    const packet = this.#packet
    const bytes = bytesOf(from.hex)
    this.#now = Math.max(this.#now, startMilliseconds + (from.at_ms ?? 0))
    packet.reset()
    packet.bytes = bytes
    packet.start = 0
    packet.end = bytes.length
    packet.time = this.#now
    packet.number = number
    packet.mark = from.mark ?? 0
    if (from.in === 'local') {
      this.#sendLocally(from, bytes.length)
      return this.#observer.take(this.#engine.error)
    }
    if (!isIp(bytes)) return this.#observer.take('EINVAL')
    packet.input = this.#engine.host.interfaceIndex(from.in)
    this.#engine.receive(packet, bytes.length)
    return this.#observer.take(null)
  }

  /** The lab's sender is a program of root. */
  #sendLocally(from: ScenarioPacket, length: number): void {
    const packet = this.#packet
    packet.userId = 0
    packet.groupId = 0
    if (from.oif !== undefined) packet.output = this.#engine.host.interfaceIndex(from.oif)
    this.#engine.send(packet, length, from.broadcast)
  }
}

/** The lab's interfaces have no link layer: they take nothing but IP (a TUN device answers EINVAL). */
function isIp(bytes: Uint8Array): boolean {
  const version = (bytes[0] ?? 0) >>> 4
  return version === 4 || version === 6
}

function bytesOf(hex: string): Uint8Array {
  const bytes = new Uint8Array(hex.length / 2)
  for (let at = 0; at < bytes.length; at++) bytes[at] = Number.parseInt(hex.slice(2 * at, 2 * at + 2), 16)
  return bytes
}

/** The same numbers in every run: xorshift32 (Marsaglia 2003). */
function pseudoRandom(seed: number): () => number {
  let state = seed
  return () => {
    state ^= state << 13
    state ^= state >>> 17
    state ^= state << 5
    return (state >>> 0) / 0x100000000
  }
}
