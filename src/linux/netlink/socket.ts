/** A netlink socket: requests with acknowledgement, single answers, dumps, and events that wait. */
import type { Libc } from '../native/index.ts'
import {
  errno,
  family,
  LiveError,
  messageFlag,
  netlinkAddress,
  SystemCallError,
  socketOption,
  socketType,
  succeed,
} from '../native/index.ts'
import type { Message } from './message.ts'
import { decodeMessages, encodeMessage, errorNumber, messageType, requestFlag } from './message.ts'

const RECEIVE_BYTES = 1 << 18
/** Enough that a scenario's events never overrun; the kernel doubles it. */
const KERNEL_QUEUE_BYTES = 32 << 20

/** One socket of one netlink protocol, in the network namespace in which it was opened, for as long as it lives. */
export class NetlinkSocket {
  readonly #libc: Libc
  readonly #descriptor: number
  readonly #buffer = new Uint8Array(RECEIVE_BYTES)

  constructor(libc: Libc, protocol: number) {
    this.#libc = libc
    this.#descriptor = succeed('socket', libc.socket(family.netlink, socketType.raw | socketType.closeOnExec, protocol))
    this.#setOption(socketOption.receiveBufferForce, KERNEL_QUEUE_BYTES)
    succeed('bind', libc.bind(this.#descriptor, netlinkAddress()))
  }

  /** Subscribes to a multicast group by its number. */
  join(group: number): void {
    this.#setOption(socketOption.netlinkAddMembership, group)
  }

  /** Sends a request and waits for its acknowledgement; throws SystemCallError when the kernel refuses it. */
  call(operation: string, type: number, body: Uint8Array, flags: number = 0): void {
    this.callAll(operation, [encodeMessage(type, flags | requestFlag.acknowledge, body)], 1)
  }

  /** Sends several messages as one datagram and waits for so many acknowledgements. */
  callAll(operation: string, messages: readonly Uint8Array[], acknowledgements: number): void {
    this.#send(operation, Buffer.concat(messages))
    let left = acknowledgements
    while (left > 0) {
      for (const message of this.#receive(operation)) {
        if (message.type !== messageType.error) continue
        refuseError(operation, message)
        left--
      }
    }
  }

  /** Sends a request that has exactly one answer; throws SystemCallError when the kernel refuses it. */
  get(operation: string, type: number, body: Uint8Array): Message {
    this.#send(operation, encodeMessage(type, 0, body))
    const [message] = this.#receive(operation)
    if (message === undefined) throw new LiveError(`${operation}: the kernel's answer is not a netlink message`)
    if (message.type === messageType.error) refuseError(operation, message)
    return message
  }

  /** All answers to a dump request. */
  dump(operation: string, type: number, body: Uint8Array): Message[] {
    this.#send(operation, encodeMessage(type, requestFlag.dump, body))
    const all: Message[] = []
    for (;;) {
      for (const message of this.#receive(operation)) {
        if (message.type === messageType.done) return all
        if (message.type === messageType.error) refuseError(operation, message)
        all.push(message)
      }
    }
  }

  /** What has arrived and was not read yet; `overruns` counts how often the kernel had to drop events. */
  pending(): { readonly messages: readonly Message[]; readonly overruns: number } {
    const messages: Message[] = []
    let overruns = 0
    for (;;) {
      const length = this.#libc.receive(this.#descriptor, this.#buffer, messageFlag.doNotWait)
      if (length === -errno.again) return { messages, overruns }
      if (length === -errno.noBufferSpace) overruns++
      else messages.push(...decodeMessages(this.#buffer.slice(0, succeed('recv', length))))
    }
  }

  close(): void {
    this.#libc.close(this.#descriptor)
  }

  #send(operation: string, datagram: Uint8Array): void {
    succeed(operation, this.#libc.send(this.#descriptor, datagram, 0))
  }

  #receive(operation: string): Message[] {
    const length = succeed(operation, this.#libc.receive(this.#descriptor, this.#buffer, 0))
    return decodeMessages(this.#buffer.slice(0, length))
  }

  #setOption([level, option]: readonly [number, number], value: number): void {
    const bytes = Buffer.alloc(4)
    bytes.writeInt32LE(value)
    succeed(`setsockopt ${level}/${option}`, this.#libc.setSocketOption(this.#descriptor, level, option, bytes))
  }
}

function refuseError(operation: string, message: Message): void {
  const number = errorNumber(message)
  if (number !== 0) throw new SystemCallError(operation, number)
}
