/** For tests: a client and a server who talk over a connection that has a helper, and what is then expected. */

import { Protocol } from '../../packet/index.ts'
import { expectationSnapshot } from '../snapshot.ts'
import { tcp, udp, Wire } from '../wire.fixture.ts'

export interface Ends {
  readonly client: string
  readonly clientPort: number
  readonly server: string
  readonly port: number
}

export class Conversation {
  readonly wire: Wire
  private readonly ends: Ends
  private readonly helper: string
  private readonly next: [number, number] = [101, 901]

  constructor(helper: string, port: number, of: Partial<Ends> = {}, wire: Wire = new Wire()) {
    this.wire = wire
    this.helper = helper
    this.ends = { client: '192.168.1.10', clientPort: 4000, server: '198.51.100.5', port, ...of }
  }

  /** Opens a TCP connection. */
  connected(): this {
    this.wire.send(this.segment(0, 'S', ''), { helper: this.helper })
    this.wire.send(this.segment(1, 'SA', ''))
    this.wire.send(this.segment(0, 'A', ''))
    return this
  }

  private segment(direction: 0 | 1, flags: string, data: string): Uint8Array {
    const { client, clientPort, server, port } = this.ends
    const isSyn = flags.includes('S') ? 1 : 0
    const of = { sequence: this.next[direction] - isSyn, acknowledgment: this.next[1 - direction] ?? 0, data }
    return direction === 0
      ? tcp(client, clientPort, server, port, flags, of)
      : tcp(server, port, client, clientPort, flags, of)
  }

  /** TCP data of the client (0) or the server (1), one character a byte. */
  say(direction: 0 | 1, data: string): string {
    const bytes = this.segment(direction, 'PA', data)
    this.next[direction] += data.length
    return this.wire.send(bytes)
  }

  /** A datagram. */
  tell(direction: 0 | 1, data: string): string {
    const { client, clientPort, server, port } = this.ends
    const { helper } = this
    return direction === 0
      ? this.wire.send(udp(client, clientPort, server, port, data), { helper })
      : this.wire.send(udp(server, port, client, clientPort, data), { helper })
  }

  /** What is expected, as `tcp any > 192.168.1.10:5000`; of GRE `gre 192.168.1.10:1 > 198.51.100.5:2`. */
  expected(): string[] {
    const { conntrack } = this.wire
    return [...conntrack.expectations()]
      .map((one) => {
        const { tuple, mask } = expectationSnapshot(conntrack, one)
        const source = /^[0.:]+$/.test(mask.src) ? 'any' : tuple.src
        const port = mask.sport ? `:${tuple.sport}` : ''
        return `${protocolName(tuple.proto)} ${source}${port} > ${tuple.dst}:${tuple.dport}`
      })
      .sort()
  }

  /** The bytes that announced each of what is expected. */
  announcements(): string[] {
    return [...this.wire.conntrack.expectations()].map(({ announcement }) => announcement).sort()
  }
}

const protocolName = (protocol: number): string =>
  Object.entries(Protocol).find(([, number]) => number === protocol)?.[0] ?? String(protocol)
