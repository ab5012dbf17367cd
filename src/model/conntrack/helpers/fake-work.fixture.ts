/** A helper's turn without conntrack: a payload in, what the helper asked for out. For laws over any bytes; behaviour is tested on a Wire. */

import { parseAddress } from '../../bytes/index.ts'
import { Packet } from '../../packet/index.ts'
import type { Expectation, ExpectationRefusal } from '../expectation.ts'
import { GreKeys } from '../gre-keys.ts'
import { defaultHelperParameters, type HelperParameters } from '../helper-parameters.ts'
import { type HostView, noHost } from '../host-view.ts'
import { State } from '../status.ts'
import { readAddress } from './address-words.ts'
import type { AddressWords, ExpectationRequest, HelperWork } from './helper.ts'

/** The client (original source) and the server, by family. */
const ends = { 4: ['192.168.1.10', '198.51.100.5'], 6: ['fd00::10', '2001:db8:2::5'] } as const

export class FakeWork implements HelperWork {
  packet: Packet = new Packet()
  readonly entry = 32
  readonly family: 4 | 6
  readonly protocol: number
  direction: 0 | 1
  state: number = State.established
  bytes: Uint8Array
  readonly transport: number = 0
  readonly from: number = 0
  to: number
  sequence = 7
  memory: Int32Array
  parameters: HelperParameters = defaultHelperParameters
  readonly greKeys: GreKeys = new GreKeys()
  host: HostView = noHost
  now = 1000
  isTranslated = false
  status = 0
  master = 0
  readonly requests: ExpectationRequest[] = []
  /** What was written over what, as `from-to:text`. */
  readonly replacements: string[] = []

  constructor(bytes: Uint8Array, of: { family?: 4 | 6; protocol: number; direction?: number; memory?: Int32Array }) {
    this.bytes = bytes
    this.to = bytes.length
    this.family = of.family ?? 4
    this.protocol = of.protocol
    this.direction = of.direction === 1 ? 1 : 0
    this.memory = of.memory ?? new Int32Array(64)
  }

  random(): number {
    return 0.5
  }

  address(direction: 0 | 1, which: 0 | 1): AddressWords {
    const text = ends[this.family][direction === which ? 0 : 1]
    return readAddress(parseAddress(text) ?? new Uint8Array(16), 0, this.family)
  }

  port(direction: 0 | 1, which: 0 | 1): number {
    return direction === which ? 4000 : 21
  }

  refresh(): void {}

  expect(request: ExpectationRequest): ExpectationRefusal | null {
    this.requests.push(request)
    return null
  }

  expectOnFreePort(request: ExpectationRequest): number {
    this.requests.push(request)
    return request.destinationPort
  }

  expectations(): readonly Expectation[] {
    return []
  }

  findExpectation(): null {
    return null
  }

  isOwn(): boolean {
    return true
  }

  forget(): void {}

  change(): void {}

  findEntry(): number {
    return 0
  }

  destroyEntry(): void {}

  replace(from: number, to: number, text: Uint8Array): boolean {
    this.replacements.push(`${from}-${to}:${String.fromCharCode(...text)}`)
    const grown = new Uint8Array(this.bytes.length + text.length - (to - from))
    grown.set(this.bytes.subarray(0, from))
    grown.set(text, from)
    grown.set(this.bytes.subarray(to), from + text.length)
    this.bytes = grown
    this.to += text.length - (to - from)
    return true
  }

  adjustSequence(_sequence?: number, _difference?: number): void {}
}
