/** A host whose sockets are those of its configuration and those that the capture shows: whatever it sends from, it also listens on. */

import { readUint16 } from '../../../model/bytes/index.ts'
import { Host } from '../../../model/host/index.ts'
import { Protocol, TcpFlag } from '../../../model/packet/index.ts'
import type { IpView } from '../ip-view.ts'
import type { SocketWatch } from '../shards/socket-watch.ts'

export class ReplayHost extends Host {
  readonly #tcp: Uint8Array = new Uint8Array(65_536)
  readonly #udp: Uint8Array = new Uint8Array(65_536)
  /** Is told of every socket that was found or missed; null: nobody asks. */
  watch: SocketWatch | null = null

  /** A packet that a program of the box sent: what answers it finds a socket. A reset comes from no socket. */
  noteSent(view: IpView): void {
    const { bytes, transport, protocol } = view
    if (transport < 0 || view.isFragment) return
    const port = readUint16(bytes, transport)
    if (protocol === Protocol.udp) this.#learn(true, port)
    const isReset = transport + 14 <= view.available && (bytes[transport + 13]! & TcpFlag.rst) !== 0
    if (protocol === Protocol.tcp && !isReset) this.#learn(false, port)
  }

  #learn(isUdp: boolean, port: number): void {
    ;(isUdp ? this.#udp : this.#tcp)[port] = 1
    this.watch?.learn(isUdp, port)
  }

  override isListening(protocol: number, port: number, bytes: Uint8Array, at: number, length: 4 | 16): boolean {
    if (protocol === Protocol.udp && this.#udp[port] === 1) return true
    if (protocol === Protocol.tcp && this.#tcp[port] === 1) return true
    if (super.isListening(protocol, port, bytes, at, length)) return true
    if (protocol === Protocol.udp || protocol === Protocol.tcp) this.watch?.deny(protocol === Protocol.udp, port)
    return false
  }
}
