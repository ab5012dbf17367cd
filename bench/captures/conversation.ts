/** What two ends say to each other, as a script: packets with their sequence numbers from zero, ready to be given addresses and ports. */

import { sumOf } from './record.ts'

const flag = { fin: 1, syn: 2, push: 8, ack: 16 } as const
const tcpHeaderLength = 20
const udpHeaderLength = 8
export const maximumSegment = 1460

/** One packet of a script. */
export interface Step {
  /** Which connection of the script; a later one is opened by what an earlier one said. */
  readonly connection: number
  readonly protocol: 6 | 17
  readonly isFromServer: boolean
  readonly flags: number
  /** Bytes since the beginning of its direction, and of the other one. */
  readonly sequence: number
  readonly acknowledgment: number
  readonly data: Uint8Array
  readonly dataSum: number
  /** Where in the data the server's address and its port of connection 1 stand, as FTP writes them; -1: nowhere. */
  readonly endpointAt: number
}

/** Writes a script of TCP connections down, keeping count of what each direction has sent. */
export class Script {
  readonly steps: Step[] = []
  readonly #sent: [number, number][] = []

  open(connection: number): this {
    this.#sent[connection] = [0, 0]
    this.#add(connection, false, flag.syn, new Uint8Array(0))
    this.#add(connection, true, flag.syn | flag.ack, new Uint8Array(0))
    return this.acknowledge(connection, false)
  }

  /** Data in as many segments as it takes; the other end acknowledges every second one. */
  say(connection: number, isFromServer: boolean, data: Uint8Array | string): this {
    const bytes = typeof data === 'string' ? new TextEncoder().encode(data) : data
    let segments = 0
    for (let at = 0; at < bytes.length; at += maximumSegment) {
      const isLast = at + maximumSegment >= bytes.length
      this.#add(connection, isFromServer, flag.ack | (isLast ? flag.push : 0), bytes.subarray(at, at + maximumSegment))
      segments += 1
      if (segments % 2 === 0 || isLast) this.acknowledge(connection, !isFromServer)
    }
    return this
  }

  acknowledge(connection: number, isFromServer: boolean): this {
    return this.#add(connection, isFromServer, flag.ack, new Uint8Array(0))
  }

  close(connection: number, isFromServer: boolean): this {
    this.#add(connection, isFromServer, flag.fin | flag.ack, new Uint8Array(0))
    this.#add(connection, !isFromServer, flag.fin | flag.ack, new Uint8Array(0))
    return this.acknowledge(connection, isFromServer)
  }

  #add(connection: number, isFromServer: boolean, flags: number, data: Uint8Array): this {
    const sent = this.#sent[connection] ?? [0, 0]
    const [own, other] = isFromServer ? [1, 0] : [0, 1]
    const endpointAt = new TextDecoder('latin1').decode(data).search(/\d+,\d+,\d+,\d+,\d+,\d+\)/)
    const acknowledgment = flags & flag.ack ? sent[other]! : 0
    const dataSum = sumOf(data)
    const sequence = sent[own]!
    this.steps.push({
      connection,
      protocol: 6,
      isFromServer,
      flags,
      sequence,
      acknowledgment,
      data,
      dataSum,
      endpointAt,
    })
    sent[own]! += data.length + (flags & (flag.syn | flag.fin) ? 1 : 0)
    return this
  }
}

/** A datagram and its answer. */
export function datagrams(question: number, answer: number): readonly Step[] {
  const rest = { connection: 0, protocol: 17, flags: 0, sequence: 0, acknowledgment: 0, endpointAt: -1 } as const
  return [question, answer].map((length, index) => {
    const data = new Uint8Array(length).fill(0x62)
    return { ...rest, isFromServer: index === 1, data, dataSum: sumOf(data) }
  })
}

export const headerLengthOf = ({ protocol }: Step): number => 20 + (protocol === 6 ? tcpHeaderLength : udpHeaderLength)
