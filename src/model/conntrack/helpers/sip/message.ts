/** One SIP message in a packet: its bytes, the connection's two ends as they see each other, and rewriting under NAT. */

import type { AddressWords, ExpectationRequest, HelperWork } from '../helper.ts'
import { bytesOf } from '../payload-words.ts'
import type { Span, Text } from './text.ts'

export interface Endpoint {
  readonly address: AddressWords
  readonly port: number
}

/** Words of the helper's memory of a connection. */
export const Memory = { registerSequence: 0, inviteSequence: 1, forcedPort: 2 } as const

/** Offsets are the message's. `bytes` go on behind the message where the packet does. */
export class Message implements Text {
  readonly work: HelperWork
  /** Where it begins in the payload; in TCP there may be messages before and behind. */
  private readonly offset: number
  bytes: Uint8Array
  length: number

  constructor(work: HelperWork, offset: number, length: number) {
    this.work = work
    this.offset = offset
    this.length = length
    this.bytes = work.bytes.subarray(work.from + offset, work.to)
  }

  get family(): 4 | 6 {
    return this.work.family
  }

  /** Who sends the packet, as itself knows it. */
  get sender(): Endpoint {
    return this.endpoint(this.work.direction, 0)
  }

  /** The same, as the peer knows it: the other address if the sender's is translated. */
  get translatedSender(): Endpoint {
    return this.endpoint(this.other, 1)
  }

  /** Whom it is sent to, as the sender knows it. */
  get receiver(): Endpoint {
    return this.endpoint(this.work.direction, 1)
  }

  /** Who really receives it. */
  get translatedReceiver(): Endpoint {
    return this.endpoint(this.other, 0)
  }

  private get other(): 0 | 1 {
    return this.work.direction === 0 ? 1 : 0
  }

  private endpoint(direction: 0 | 1, which: 0 | 1): Endpoint {
    return { address: this.work.address(direction, which), port: this.work.port(direction, which) }
  }

  /** The port that the phone listens on though it sends from another (its Via says so); 0: none. */
  get forcedPort(): number {
    return this.work.memory[Memory.forcedPort]!
  }

  /** Which bytes of the packet a span is. */
  payload(span: Span): Pick<ExpectationRequest, 'payloadFrom' | 'payloadTo'> {
    const payloadFrom = this.work.from + this.offset + span.from
    return { payloadFrom, payloadTo: payloadFrom + span.length }
  }

  /** In TCP the change of length is noted once for all messages of the segment (stream.ts). False: the packet would be too long. */
  replace(span: Span, words: string): boolean {
    const { work } = this
    const from = work.from + this.offset + span.from
    if (!work.replace(from, from + span.length, bytesOf(words), false)) return false
    this.length += words.length - span.length
    this.bytes = work.bytes.subarray(work.from + this.offset, work.to)
    return true
  }

  /** Of the datagram itself: two bytes. */
  writeDestinationPort(words: string): boolean {
    const { work } = this
    const at = work.transport + 2
    return work.replace(at, at + 2, bytesOf(words), false)
  }
}
