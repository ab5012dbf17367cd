/** A helper of the model at work on recorded packets; its answers in the form of the recording. */

import { addressText, parseAddress, readInt32, writeUint32 } from '../../src/model/bytes/index.ts'
import { FakeWork } from '../../src/model/conntrack/helpers/fake-work.fixture.ts'
import type { AddressWords, ExpectationRequest } from '../../src/model/conntrack/index.ts'
import { findHelper, State, Status } from '../../src/model/conntrack/index.ts'
import { decode, Packet, Protocol, replacePayload } from '../../src/model/packet/index.ts'

/** One packet of the recording. */
export interface Heard {
  readonly helper: string
  readonly protocol: number
  readonly status: number
  /** 0 established, 1 related, 2 new; 3 more in the reply direction. */
  readonly ctinfo: number
  readonly tuples: readonly (readonly [source: string, port: number, destination: string, port: number])[]
  readonly packet: string
  readonly answer: Answer
}

export interface Answer {
  readonly isAccepted: boolean
  readonly expected?: Readonly<Record<string, unknown>>
  readonly timeout?: number
  readonly rewritten?: string
}

/** By `ctinfo` modulo 3. */
const states: readonly number[] = [State.established, State.related, State.new]
const translated = Status.sourceNat | Status.destinationNat

const wordsOf = (address: Uint8Array): AddressWords =>
  Int32Array.from({ length: 4 }, (_, i) => (4 * i < address.length ? readInt32(address, 4 * i) : 0))

function bytesOf(words: AddressWords): Uint8Array {
  const bytes = new Uint8Array(16)
  for (const [i, word] of words.entries()) writeUint32(bytes, 4 * i, word)
  return bytes
}

class RecordedWork extends FakeWork {
  override readonly transport: number
  override readonly from: number
  answer: Omit<Answer, 'isAccepted'> = {}
  isRewritten = false
  private readonly heard: Heard

  constructor(heard: Heard, memory: Int32Array) {
    const bytes = Uint8Array.from(Buffer.from(heard.packet, 'hex'))
    const family = (bytes[0] ?? 0) >>> 4 === 6 ? 6 : 4
    super(bytes, { family, protocol: heard.protocol, direction: heard.ctinfo >= 3 ? 1 : 0, memory })
    this.heard = heard
    this.packet = new Packet()
    this.packet.bytes = bytes
    decode(this.packet, bytes.length)
    this.transport = family === 6 ? 40 : 20
    const words = heard.protocol === Protocol.tcp ? (bytes[this.transport + 12] ?? 0) >>> 4 : 2
    this.from = this.transport + 4 * words
    this.state = states[heard.ctinfo % 3] ?? 0
    this.status = heard.status
    this.isTranslated = (heard.status & translated) !== 0
  }

  override address(direction: 0 | 1, which: 0 | 1): AddressWords {
    const text = this.heard.tuples[direction]?.[which === 0 ? 0 : 2] ?? ''
    return wordsOf(parseAddress(text) ?? new Uint8Array(16))
  }

  override port(direction: 0 | 1, which: 0 | 1): number {
    return this.heard.tuples[direction]?.[which === 0 ? 1 : 3] ?? 0
  }

  override refresh(milliseconds = 0): void {
    this.answer = { ...this.answer, timeout: milliseconds / 1000 }
  }

  override expect(request: ExpectationRequest): null {
    this.answer = { ...this.answer, expected: this.recorded(request) }
    return null
  }

  private recorded(request: ExpectationRequest): Readonly<Record<string, unknown>> {
    const { source, sourcePort, translation } = request
    const text = (words: AddressWords): string => addressText(bytesOf(words).subarray(0, this.family === 4 ? 4 : 16))
    const none = new Int32Array(4)
    return {
      src: text(source ?? none),
      mask: text(source ? none.map(() => -1) : none),
      dst: text(request.destination),
      proto: request.protocol,
      sport: sourcePort ?? 0,
      sportmask: sourcePort === undefined ? 0 : 0xffff,
      dport: request.destinationPort,
      flags: request.isPermanent ? 1 : 0,
      helper: request.childHelper ?? '',
      ...(translation
        ? { nat: { dir: translation.direction, port: translation.savedPort, fn: translation.name } }
        : {}),
    }
  }

  override replace(from: number, to: number, text: Uint8Array): boolean {
    const isDone = replacePayload(this.packet, this.protocol, this.transport, from, to, text)
    this.bytes = this.packet.bytes
    this.isRewritten = isDone
    return isDone
  }
}

/** One connection. */
export class Listener {
  private readonly memory: Int32Array = new Int32Array(8)

  hear(heard: Heard): Answer {
    const work = new RecordedWork(heard, this.memory)
    const helper = findHelper(heard.helper, heard.protocol, work.family)
    const isAccepted = helper?.read(work) === null
    // The helper may write into the packet after it was rewritten.
    const rewritten = work.isRewritten ? { rewritten: Buffer.from(work.bytes).toString('hex') } : {}
    return { isAccepted, ...work.answer, ...rewritten }
  }
}
