/** Real messages to spoil: from packets, whoever has them. */

import { join } from 'node:path'
import { readRecording, recordingsIn } from '../../src/linux/lab/index.ts'
import { decode, Packet, Protocol } from '../../src/model/packet/index.ts'
import type { Seed, Subject } from './subjects.ts'

/** Null for what has no transport header, or is cut before its end. */
export function seedOf(bytes: Uint8Array): Seed | null {
  const packet = new Packet()
  packet.bytes = bytes
  if (decode(packet, bytes.length) !== 0 || packet.transport < 0 || packet.fragmentOffset !== 0) return null
  const segment = bytes.slice(packet.transport, packet.end)
  if (segment.length < 4) return null
  return {
    protocol: packet.protocol,
    family: packet.family === 6 ? 6 : 4,
    segment,
    payloadAt: payloadAt(packet.protocol, segment),
  }
}

function payloadAt(protocol: number, segment: Uint8Array): number {
  if (protocol === Protocol.tcp) return ((segment[12] ?? 0) >>> 4) << 2
  return protocol === Protocol.udp ? 8 : segment.length
}

/** More than these of one kind add nothing. */
const enough = 400

/** What each subject takes of them; equal ones once. */
export class SeedStore {
  readonly #bySubject = new Map<Subject, Map<string, Uint8Array>>()
  readonly #subjects: readonly Subject[]

  constructor(subjects: readonly Subject[]) {
    this.#subjects = subjects
    for (const subject of subjects) this.#bySubject.set(subject, new Map())
  }

  add(bytes: Uint8Array): void {
    const seed = seedOf(bytes)
    if (!seed) return
    for (const subject of this.#subjects) {
      const kept = this.#bySubject.get(subject)
      if (!kept || kept.size >= enough) continue
      const taken = subject.take(seed)
      if (taken) kept.set(Buffer.from(taken).toString('latin1'), taken)
    }
  }

  of(subject: Subject): readonly Uint8Array[] {
    return [...(this.#bySubject.get(subject)?.values() ?? [])]
  }
}

/** What the recorded scenarios sent: their peers spoke every protocol. */
export function addRecorded(store: SeedStore): void {
  for (const recording of recordingsIn(join(import.meta.dirname, '../kernel'))) {
    for (const { scenario } of readRecording(recording).items) {
      for (const packet of scenario.packets) store.add(new Uint8Array(Buffer.from(packet.hex, 'hex')))
    }
  }
}
