/** A few addresses that packets are compared with. */

import { readInt32 } from '../../../model/bytes/index.ts'

/** Linear: for tens of addresses, not thousands. */
export class AddressList {
  readonly #ipv4: readonly number[]
  readonly #ipv6: readonly Uint8Array[]

  /** Addresses of 4 and 16 bytes. */
  constructor(addresses: readonly Uint8Array[]) {
    this.#ipv4 = addresses.filter((address) => address.length === 4).map((address) => readInt32(address, 0))
    this.#ipv6 = addresses.filter((address) => address.length === 16)
  }

  get isEmpty(): boolean {
    return this.#ipv4.length + this.#ipv6.length === 0
  }

  has(bytes: Uint8Array, at: number, family: number): boolean {
    if (family === 4) return this.#ipv4.length > 0 && this.#ipv4.includes(readInt32(bytes, at))
    for (const address of this.#ipv6) if (isSame(address, bytes, at)) return true
    return false
  }
}

function isSame(address: Uint8Array, bytes: Uint8Array, at: number): boolean {
  for (let i = 0; i < 16; i++) if (bytes[at + i] !== address[i]) return false
  return true
}
