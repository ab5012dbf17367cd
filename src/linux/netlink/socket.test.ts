import { describe, expect, test } from 'vitest'
import type { Libc } from '../native/index.ts'
import { encodeMessage } from './message.ts'
import { NetlinkSocket } from './socket.ts'

const EAGAIN = 11
const ENOBUFS = 105

/** A kernel that answers each receive with the next datagram, or with the errno that stands in its place. */
function socketWith(answers: readonly (Uint8Array | number)[]): NetlinkSocket {
  const left = [...answers]
  const libc: Partial<Libc> = {
    socket: () => 5,
    bind: () => 0,
    setSocketOption: () => 0,
    close: () => 0,
    send: (_, bytes) => bytes.length,
    receive: (_, into) => {
      const answer = left.shift() ?? EAGAIN
      if (typeof answer === 'number') return -answer
      into.set(answer)
      return answer.length
    },
  }
  // Only the calls above are reached.
  return new NetlinkSocket(libc as Libc, 12)
}

const errorMessage = (errno: number): Uint8Array => {
  const body = Buffer.alloc(20)
  body.writeInt32LE(-errno)
  return encodeMessage(2, 0, body)
}
const answer = (...bytes: number[]): Uint8Array => encodeMessage(0x0100, 0, Uint8Array.from(bytes))
const done = encodeMessage(3, 0, new Uint8Array(4))
const body = new Uint8Array(4)

describe('a netlink socket', () => {
  test('a call ends with its acknowledgement', () => {
    expect(() => socketWith([answer(1), errorMessage(0)]).call('try', 1, body)).not.toThrow()
  })

  test('a refusal names the operation and the errno', () => {
    expect(() => socketWith([errorMessage(17)]).call('add the table', 1, body)).toThrow(/^add the table: .*\(EEXIST\)$/)
  })

  test('a transaction waits for all its acknowledgements', () => {
    const twice = Buffer.concat([errorMessage(0), errorMessage(2)])
    expect(() => socketWith([twice]).callAll('batch', [body], 2)).toThrow('ENOENT')
    expect(() => socketWith([twice]).callAll('batch', [body], 1)).toThrow('ENOENT')
  })

  test('a dump goes on over datagrams until it is done', () => {
    const all = socketWith([Buffer.concat([answer(1), answer(2)]), answer(3), done]).dump('dump', 1, body)
    expect(all.map((message) => message.body[0])).toEqual([1, 2, 3])
  })

  test('one answer, or the refusal', () => {
    expect(socketWith([answer(9)]).get('get', 1, body).body[0]).toBe(9)
    expect(() => socketWith([errorMessage(2)]).get('get entry', 1, body)).toThrow('get entry: ')
  })

  test('pending events are all that wait, and lost ones are counted', () => {
    const { messages, overruns } = socketWith([answer(1), ENOBUFS, answer(2), EAGAIN]).pending()
    expect(messages.map((message) => message.body[0])).toEqual([1, 2])
    expect(overruns).toBe(1)
  })
})
