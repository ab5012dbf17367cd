/** Explains packets written in the notation: each walks through the host, one after the other, and is told step by step. */

import type { Engine } from '../../model/engine/index.ts'
import { decode, fullText, Packet, sourceAt } from '../../model/packet/index.ts'
import { craft } from './craft.ts'
import { type PacketNotation, parseNotation } from './notation.ts'
import type { NotationError } from './notation-error.ts'
import { type RecordedEngineOptions, recordedEngine } from './recorded-engine.ts'
import type { Walk } from './walk.ts'
import type { WalkRecorder } from './walk-recorder.ts'

export type ExplainOptions = RecordedEngineOptions

/** What was wrong with packet `number` (from 1): its text, or what it asks for. */
export interface ExplainError {
  readonly kind: 'explain-error'
  readonly number: number
  /** From 1; null: not about one place of the text. */
  readonly column: number | null
  readonly message: string
}

export type Explanation =
  | { readonly kind: 'walks'; readonly walks: readonly Walk[]; readonly engine: Engine }
  | ExplainError

/** Model time of the first packet in milliseconds. */
const start = 1000

export function explain(texts: readonly string[], options: ExplainOptions): Explanation {
  const explainer = new Explainer(options)
  for (const [index, text] of texts.entries()) {
    const error = explainer.add(text, index)
    if (error) return { kind: 'explain-error', number: index + 1, ...error }
  }
  return { kind: 'walks', walks: explainer.walks, engine: explainer.engine }
}

class Explainer {
  readonly walks: Walk[] = []
  readonly engine: Engine
  readonly #recorder: WalkRecorder
  /** Bytes of each packet as it left, or as it was written. */
  readonly #bytes: Uint8Array[] = []
  readonly #packet = new Packet()
  #now = start

  constructor(options: ExplainOptions) {
    const { engine, recorder } = recordedEngine(options)
    this.engine = engine
    this.#recorder = recorder
  }

  /** Walks one packet; null when it could. */
  add(text: string, count: number): Pick<ExplainError, 'column' | 'message'> | null {
    const notation: PacketNotation | NotationError = parseNotation(text, count)
    if ('kind' in notation) return { column: notation.column, message: notation.message }
    const { atMilliseconds } = notation
    const former = this.#now - start
    if (atMilliseconds !== null && atMilliseconds < former)
      return {
        column: null,
        message: `expected a time not before that of packet ${count}, ${former / 1000} s, found ${atMilliseconds / 1000} s: packets are written in the order in which they happen`,
      }
    const crafted = craft(notation, (number) => this.#bytes[number - 1] ?? new Uint8Array(0))
    if (crafted.kind === 'impossible') return { column: null, message: crafted.message }
    this.#prepare(crafted.bytes, notation)
    const isLocal = this.#place(notation)
    if (typeof isLocal === 'string') return { column: 1, message: isLocal }
    this.#walk(crafted.bytes, isLocal, notation.relation?.kind === 'about' ? notation.relation.to : 0)
    return null
  }

  #prepare(bytes: Uint8Array, notation: PacketNotation): void {
    const packet = this.#packet
    this.#now = Math.max(this.#now, start + (notation.atMilliseconds ?? 0))
    packet.reset()
    packet.bytes = bytes.slice()
    packet.start = 0
    packet.end = bytes.length
    packet.time = this.#now
    packet.number = this.walks.length + 1
  }

  /** Whether the host itself sends it, its input being set where not; or what is wrong with its interface. */
  #place(notation: PacketNotation): boolean | string {
    const { host } = this.engine
    const packet = this.#packet
    decode(packet, packet.end)
    const family = packet.family === 6 ? 6 : 4
    if (notation.interfaceName === 'local') return true
    if (notation.interfaceName !== null) {
      const known = host.interfaces.map(({ name }) => name)
      if (!known.includes(notation.interfaceName))
        return `no interface "${notation.interfaceName}": the host has ${known.join(', ')}`
      packet.input = host.interfaceIndex(notation.interfaceName)
      return false
    }
    if (host.isOwnAddress(family, packet.bytes, sourceAt(packet))) return true
    packet.input = host.route(family, packet.bytes, sourceAt(packet), 0).output
    if (packet.input === 0)
      return 'no route leads back to its source, so the interface it arrives by must be named first'
    return false
  }

  #walk(original: Uint8Array, isLocal: boolean, about: number): void {
    const packet = this.#packet
    const { engine } = this
    const words = fullText(packet)
    const input = isLocal ? null : engine.host.interfaceName(packet.input)
    this.#recorder.begin(packet, about)
    if (isLocal) {
      packet.userId = 0
      packet.groupId = 0
      engine.send(packet, packet.end, true)
    } else engine.receive(packet, packet.end)
    const walk = this.#recorder.end()
    this.#bytes.push(walk.left ?? original)
    this.walks.push({
      number: this.walks.length + 1,
      at: this.#now - start,
      in: input,
      out: walk.out,
      packet: words,
      steps: walk.steps,
    })
  }
}
