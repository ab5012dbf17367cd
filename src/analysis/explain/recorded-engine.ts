/** An engine and who records its walks, put together: every hook, rule and change that a packet meets is told to the recorder. */

import { settingsOfHost } from '../../model/conntrack/index.ts'
import { Engine } from '../../model/engine/index.ts'
import { Host, type HostConfiguration } from '../../model/host/index.ts'
import type { Ruleset } from '../../model/rules/index.ts'
import { WalkRecorder } from './walk-recorder.ts'

export interface RecordedEngineOptions {
  readonly ruleset: Ruleset
  readonly host: HostConfiguration
  /** 0 (inclusive) to 1 (exclusive). */
  readonly random: () => number
}

/** Between `recorder.begin` and `recorder.end` the engine walks one packet. */
export interface RecordedEngine {
  readonly engine: Engine
  readonly recorder: WalkRecorder
}

export function recordedEngine({ ruleset, host, random }: RecordedEngineOptions): RecordedEngine {
  const model = new Host(host)
  const recorder = new WalkRecorder(model, ruleset)
  const { settings } = settingsOfHost(host)
  const engine = new Engine({ host: model, ruleset, settings, random, tracer: recorder, probes: recorder.probes() })
  recorder.watch(engine.conntrack)
  engine.onTransmit = (index, packet) => recorder.onTransmit(index, packet)
  engine.onConclude = (packet, fate, hook, reason) => recorder.onConclude(packet, fate, hook, reason)
  return { engine, recorder }
}
