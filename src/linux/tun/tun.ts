/** TUN devices: point-to-point IP interfaces whose other end is a file, Documentation/networking/tuntap.rst. */
import type { Libc } from '../native/index.ts'
import { errno, LiveError, openFlag, succeed } from '../native/index.ts'

const TUNSETIFF = 0x400454ca
const TUNSETPERSIST = 0x400454cb
const IFF_TUN = 0x0001
const IFF_NO_PI = 0x1000
const IFREQ_BYTES = 40
/** IFNAMSIZ with its final zero. */
const LONGEST_NAME = 15
const LARGEST_PACKET = 70_000

/** One device; it lives as long as its network namespace. */
export class Tun {
  readonly name: string
  readonly #libc: Libc
  readonly #descriptor: number
  readonly #buffer = new Uint8Array(LARGEST_PACKET)

  /** Makes the device in the caller's network namespace, down and without addresses. */
  constructor(libc: Libc, name: string) {
    if (name === '' || Buffer.byteLength(name) > LONGEST_NAME) {
      throw new LiveError(`expected an interface name of 1 to ${LONGEST_NAME} bytes, found "${name}"`)
    }
    this.name = name
    this.#libc = libc
    const flags = openFlag.readWrite | openFlag.nonBlocking | openFlag.closeOnExec
    this.#descriptor = succeed('open /dev/net/tun', libc.open('/dev/net/tun', flags))
    const request = Buffer.alloc(IFREQ_BYTES)
    request.write(name, 0, 'utf8')
    request.writeUInt16LE(IFF_TUN | IFF_NO_PI, 16)
    succeed(`TUNSETIFF ${name}`, libc.ioctl(this.#descriptor, TUNSETIFF, request))
    // Closing a device that is not persistent takes 30 ms; the namespace removes it anyway.
    succeed(`TUNSETPERSIST ${name}`, libc.ioctlNumber(this.#descriptor, TUNSETPERSIST, 1))
  }

  /** A packet arrives on the interface. All that the kernel does with it at once is done when this returns. */
  send(packet: Uint8Array): number {
    return this.#libc.write(this.#descriptor, packet)
  }

  /** The packets that left through the interface since the last call. */
  receiveAll(): Uint8Array[] {
    const packets: Uint8Array[] = []
    for (;;) {
      const length = this.#libc.read(this.#descriptor, this.#buffer)
      if (length === -errno.again) return packets
      packets.push(this.#buffer.slice(0, succeed(`read ${this.name}`, length)))
    }
  }

  close(): void {
    this.#libc.close(this.#descriptor)
  }
}
