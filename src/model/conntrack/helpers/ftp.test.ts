import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { Protocol } from '../../packet/index.ts'
import { icmp, tcp, text, Wire } from '../wire.fixture.ts'
import { FakeWork } from './fake-work.fixture.ts'
import { ftp } from './ftp.ts'

/** The control connection: who says what, in order; sequence numbers follow by themselves. */
class Control {
  readonly wire: Wire
  readonly #client: string
  readonly #server: string
  #next: [number, number] = [101, 901]

  constructor(wire: Wire = new Wire(), client = '192.168.1.10', server = '198.51.100.5', port = 4000) {
    this.wire = wire
    this.#client = client
    this.#server = server
    this.port = port
    wire.send(this.#segment(0, 'S', ''), { helper: 'ftp' })
    wire.send(this.#segment(1, 'SA', ''))
    wire.send(this.#segment(0, 'A', ''))
  }

  readonly port: number

  #segment(direction: 0 | 1, flags: string, data: string): Uint8Array {
    const isSyn = flags.includes('S') ? 1 : 0
    const of = { sequence: this.#next[direction] - isSyn, acknowledgment: this.#next[1 - direction] ?? 0, data }
    return direction === 0
      ? tcp(this.#client, this.port, this.#server, 21, flags, of)
      : tcp(this.#server, 21, this.#client, this.port, flags, of)
  }

  say(direction: 0 | 1, data: string): string {
    const bytes = this.#segment(direction, 'PA', data)
    this.#next[direction] += data.length
    return this.wire.send(bytes)
  }

  skip(direction: 0 | 1, count: number): void {
    this.#next[direction] += count
  }

  /** Both have said a line, so that the next ones are read. */
  greeted(): this {
    this.say(1, '220 hello\r\n')
    this.say(0, 'USER x\r\n')
    return this
  }

  /** `destination:port` of what is expected. */
  expected(): string[] {
    return [...this.wire.conntrack.expectations()].map((one) => {
      const words = one.kind & 0x100 ? [...one.destination] : [one.destination[0] ?? 0]
      return `${words.map((word) => (word >>> 0).toString(16).padStart(8, '0')).join('')}:${one.destinationPort}`
    })
  }
}

const client = 'c0a8010a'
const server = 'c6336405'

describe('PORT and EPRT of the client', () => {
  it.each([
    ['PORT', 'PORT 192,168,1,10,19,137\r\n', `${client}:5001`],
    ['small letters', 'port 192,168,1,10,19,137\r\n', `${client}:5001`],
    ['numbers shifted together', 'PORT 192,168,0,266,0,22\r\n', `${client}:22`],
    ['a port of 256,1', 'PORT 192,168,1,10,256,1\r\n', `${client}:1`],
    ['port 0', 'PORT 192,168,1,10,0,0\r\n', `${client}:0`],
    ['a privileged port', 'PORT 192,168,1,10,0,22\r\n', `${client}:22`],
    ['EPRT', 'EPRT |1|192.168.1.10|5001|\r\n', `${client}:5001`],
    ['EPRT with another delimiter', 'EPRT !1!192.168.1.10!6276!\r\n', `${client}:6276`],
    ['EPRT with a port beyond 65535', 'EPRT |1|192.168.1.10|70000|\r\n', `${client}:4464`],
  ] as const)('%s', (_, line, expected) => {
    const control = new Control().greeted()
    expect(control.say(0, line)).toBe('established')
    expect(control.expected()).toEqual([expected])
  })

  it('octets are ORed, not checked: 10,0,1,258 is 10.0.1.2', () => {
    const control = new Control(new Wire(), '10.0.1.2', '10.0.2.2').greeted()
    control.say(0, 'PORT 10,0,1,258,0,22\r\n')
    expect(control.expected()).toEqual(['0a000102:22'])
  })
})

describe('227 and 229 of the server', () => {
  it.each([
    ['227', '227 Entering Passive Mode (198,51,100,5,19,138)\r\n', `${server}:5002`],
    ['227 without parentheses', '227 =198,51,100,5,19,138\r\n', `${server}:5002`],
    ['229', '229 Entering Extended Passive Mode (|||5002|)\r\n', `${server}:5002`],
  ] as const)('%s', (_, line, expected) => {
    const control = new Control().greeted()
    expect(control.say(1, line)).toBe('established/r')
    expect(control.expected()).toEqual([expected])
  })
})

describe('what announces nothing and passes (fidelity 23)', () => {
  it('a first line: nobody has seen the line before it end', () => {
    const control = new Control()
    expect(control.say(0, 'PORT 192,168,1,10,19,137\r\n')).toBe('established')
    expect(control.say(1, '227 (198,51,100,5,19,138)\r\n')).toBe('established/r')
    expect(control.expected()).toEqual([])
  })

  it.each([
    ['a second line of a segment', 0, 'NOOP\r\nPORT 192,168,1,10,19,137\r\n'],
    ['an address of somebody else', 0, 'PORT 192,168,1,11,19,137\r\n'],
    ['227 of the client', 0, '227 (192,168,1,10,19,137)\r\n'],
    ['PORT of the server', 1, 'PORT 198,51,100,5,19,137\r\n'],
    ['227 with a dash', 1, '227-(198,51,100,5,19,138)\r\n'],
    ['another command', 0, 'RETR file\r\n'],
  ] as const)('%s', (_, direction, line) => {
    const control = new Control().greeted()
    expect(control.say(direction, line)).toMatch(/^established/)
    expect(control.expected()).toEqual([])
  })

  it('PORT behind a gap', () => {
    const control = new Control().greeted()
    control.skip(0, 5)
    control.say(0, 'PORT 192,168,1,10,19,137\r\n')
    expect(control.expected()).toEqual([])
  })

  it('the second half of a command', () => {
    const control = new Control().greeted()
    expect(control.say(0, 'PORT 192,16')).toBe('dropped:helper')
    expect(control.say(0, '8,1,10,19,137\r\n')).toBe('established')
    expect(control.expected()).toEqual([])
  })

  it('anything without the helper', () => {
    const wire = new Wire()
    wire.send(tcp('192.168.1.10', 1, '198.51.100.5', 21, 'S', { sequence: 100 }))
    expect(wire.conntrack.helperName(wire.packet.entry)).toBeNull()
  })
})

describe('what the helper drops (fidelity 23)', () => {
  it.each([
    ['a cut keyword', 0, 'P'],
    ['a keyword and nothing behind it', 0, 'PORT'],
    ['a keyword without arguments', 0, 'PORT\r\n'],
    ['a cut command', 0, 'PORT 192,168,1,10,19'],
    ['a line that ends in a newline only', 0, 'PORT 192,168,1,10,19,137\n'],
    ['EPRT of the wrong family', 0, 'EPRT |2|fd00::10|5001|\r\n'],
    ['EPRT with port 0', 0, 'EPRT |1|192.168.1.10|0|\r\n'],
    ['a cut 227', 1, '2'],
    ['227 without numbers', 1, '227 Entering\r\n'],
    ['229 without parenthesis', 1, '229 |||5002|\r\n'],
    ['229 with port 0', 1, '229 (|||0|)\r\n'],
  ] as const)('%s', (_, direction, line) => {
    const control = new Control().greeted()
    expect(control.say(direction, line)).toBe('dropped:helper')
    expect(control.expected()).toEqual([])
  })
})

describe('IPv6', () => {
  it.each([
    ['EPRT', 0, 'EPRT |2|fd00::10|5001|\r\n', 'fd000000000000000000000000000010:5001'],
    ['229', 1, '229 (|||5002|)\r\n', '20010db8000000000000000000000005:5002'],
  ] as const)('%s', (_, direction, line, expected) => {
    const control = new Control(new Wire(), 'fd00::10', '2001:db8::5').greeted()
    control.say(direction, line)
    expect(control.expected()).toEqual([expected])
  })
})

describe('the expected connection (fidelity 21, 22, 27)', () => {
  const data = (flags: string, sequence: number, acknowledgment = 0): Uint8Array =>
    tcp('198.51.100.5', 20, '192.168.1.10', 5001, flags, { sequence, acknowledgment })

  it('is RELATED until a reply is seen, and remembers who announced it', () => {
    const control = new Control().greeted()
    const { wire } = control
    wire.conntrack.setMark(wire.packet.entry, 5)
    const announcer = wire.packet.number + 1
    control.say(0, 'PORT 192,168,1,10,19,137\r\n')
    const payload = [...wire.conntrack.expectations()].map((one) => [one.payloadFrom, one.payloadTo])
    expect(payload).toEqual([[45, 64]])
    expect(wire.send(data('S', 100))).toBe('related')
    expect([wire.status(), wire.conntrack.expectationCount]).toEqual(['expected,confirmed', 0])
    expect(wire.send(data('S', 100))).toBe('related')
    const { entry } = wire.packet
    expect(wire.conntrack.masterHelperName(entry)).toBe('ftp')
    expect(wire.conntrack.masterLink(entry)?.createdByPacket).toBe(announcer)
    expect(wire.conntrack.id(wire.conntrack.master(entry))).toBe(1)
    expect(wire.conntrack.mark(entry)).toBe(5)
    expect(wire.send(tcp('192.168.1.10', 5001, '198.51.100.5', 20, 'SA', { sequence: 900, acknowledgment: 101 }))).toBe(
      'established/r',
    )
    expect(wire.send(data('A', 101, 901))).toBe('established')
  })

  it('that is dropped has used the expectation up', () => {
    const control = new Control().greeted()
    control.say(0, 'PORT 192,168,1,10,19,137\r\n')
    expect(control.wire.track(data('S', 100))).toBe('related')
    expect(control.wire.track(data('S', 100))).toBe('new')
  })

  it('cannot be the subject of an ICMP error before it begins, and such an error leaves it expected (fidelity 11)', () => {
    const control = new Control().greeted()
    control.say(0, 'PORT 192,168,1,10,19,137\r\n')
    const error = icmp('192.168.1.10', '198.51.100.5', 3, 3, 0, data('S', 100).subarray(0, 28))
    expect(control.wire.send(error)).toBe('invalid:icmp-unknown-inner-flow')
    expect(control.wire.send(data('S', 100))).toBe('related')
  })

  it('is not expected from anybody else', () => {
    const control = new Control().greeted()
    control.say(0, 'PORT 192,168,1,10,19,137\r\n')
    expect(control.wire.send(tcp('198.51.100.6', 20, '192.168.1.10', 5001, 'S'))).toBe('new')
  })

  it('is expected for 300 s', () => {
    const control = new Control().greeted()
    control.say(0, 'PORT 192,168,1,10,19,137\r\n')
    control.wire.now += 200_000
    control.say(0, 'NOOP\r\n')
    control.wire.now += 99_999
    control.wire.conntrack.advance(control.wire.now)
    expect(control.wire.conntrack.expectationCount).toBe(1)
    control.wire.takeEvents()
    control.wire.now += 1
    control.wire.conntrack.advance(control.wire.now)
    expect(control.wire.conntrack.expectationCount).toBe(0)
    expect(control.wire.takeEvents()[0]).toMatch(/^\[DESTROY\] 0 proto=6/)
  })

  it('gives way to a second one: there is one at a time', () => {
    const control = new Control().greeted()
    control.say(0, 'PORT 192,168,1,10,19,137\r\n')
    control.wire.takeEvents()
    control.say(0, 'PORT 192,168,1,10,19,138\r\n')
    expect(control.expected()).toEqual([`${client}:5002`])
    expect(control.wire.takeEvents().map((line) => line.trim().split(' ')[0])).toEqual(['[DESTROY]', '[NEW]'])
  })

  it('stays expected after a RST of the control connection, and not after its end', () => {
    const control = new Control().greeted()
    control.say(0, 'PORT 192,168,1,10,19,137\r\n')
    const { entry } = control.wire.packet
    control.wire.send(tcp('198.51.100.5', 21, '192.168.1.10', 4000, 'R', { sequence: 912 }))
    expect(control.expected()).toHaveLength(1)
    control.wire.conntrack.kill(entry)
    expect(control.expected()).toHaveLength(0)
  })

  it('a PORT packet that a rule drops announces nothing', () => {
    const control = new Control().greeted()
    control.wire.track(
      tcp('192.168.1.10', 4000, '198.51.100.5', 21, 'PA', {
        sequence: 109,
        acknowledgment: 912,
        data: 'PORT 192,168,1,10,19,137\r\n',
      }),
    )
    expect(control.expected()).toEqual([])
  })

  it('two clients cannot expect the same: the second command is dropped', () => {
    const wire = new Wire()
    new Control(wire).greeted().say(0, 'PORT 192,168,1,10,19,137\r\n')
    const second = new Control(wire, '192.168.1.10', '198.51.100.5', 4001).greeted()
    expect(second.say(0, 'PORT 192,168,1,10,19,137\r\n')).toBe('dropped:helper')
    expect(wire.conntrack.helperProblem).toBe(
      'the data connection cannot be expected: another connection expects the same',
    )
  })
})

describe('ct helper set (fidelity 22)', () => {
  it('has no effect on a confirmed entry', () => {
    const wire = new Wire()
    wire.send(tcp('192.168.1.10', 1, '198.51.100.5', 21, 'S', { sequence: 100 }))
    wire.send(tcp('192.168.1.10', 1, '198.51.100.5', 21, 'S', { sequence: 100 }), { helper: 'ftp' })
    expect(wire.status()).toBe('confirmed')
  })
})

it('ten thousand mangled payloads are read without harm', () => {
  const lines = [
    'PORT 192,168,1,10,19,137\r\n',
    'EPRT |2|fd00::10|5001|\r\n',
    '227 (198,51,100,5,1,2)\r\n',
    '229 (|||5002|)\r\n',
  ]
  const mangled = fc.tuple(
    fc.constantFrom(...lines),
    fc.array(fc.tuple(fc.nat(40), fc.nat(255)), { maxLength: 4 }),
    fc.nat(40),
  )
  fc.assert(
    fc.property(
      mangled,
      fc.nat(1),
      fc.constantFrom(4 as const, 6 as const),
      ([line, changes, cut], direction, family) => {
        const bytes = text(line)
        for (const [at, value] of changes) if (at < bytes.length) bytes[at] = value
        const memory = Int32Array.of(1, 7, 0, 1, 7, 0)
        const work = new FakeWork(bytes.subarray(0, Math.max(1, cut)), {
          family,
          protocol: Protocol.tcp,
          direction,
          memory,
        })
        const problem = ftp.read(work)
        expect(typeof problem === 'string' || problem === null).toBe(true)
        for (const request of work.requests) {
          expect(request.destinationPort & ~0xffff).toBe(0)
          expect(request.payloadTo).toBeLessThanOrEqual(work.bytes.length)
        }
      },
    ),
    { numRuns: 10_000 },
  )
})
