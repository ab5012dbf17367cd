/** Which ports a worker learnt to be sockets of the box, and of which it said that nobody listens there: other workers may know better. */

/** By protocol and port. */
const ports = 2 * 65_536

export class SocketWatch {
  /** The frame that showed that a program of the box sends from there; 0: none did. UDP ports stand behind those of TCP. */
  readonly learned: Int32Array = new Int32Array(ports)
  /** The last frame at which a packet found no socket there; 0: none. */
  readonly denied: Int32Array = new Int32Array(ports)
  /** The frame at hand, counted over all captures. */
  frame = 0

  learn(isUdp: boolean, port: number): void {
    const at = placeOf(isUdp, port)
    if (this.learned[at] === 0) this.learned[at] = this.frame
  }

  deny(isUdp: boolean, port: number): void {
    this.denied[placeOf(isUdp, port)] = this.frame
  }
}

const placeOf = (isUdp: boolean, port: number): number => (isUdp ? 65_536 : 0) + port

/** Whether one worker said that nobody listens where another had learnt that somebody does. */
export function doSocketsDisagree(shards: readonly Pick<SocketWatch, 'learned' | 'denied'>[]): boolean {
  for (const one of shards) {
    for (const other of shards) {
      if (one === other) continue
      for (let at = 0; at < ports; at++) {
        const since = one.learned[at]!
        if (since !== 0 && other.denied[at]! > since) return true
      }
    }
  }
  return false
}
