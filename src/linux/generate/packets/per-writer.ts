/** Writes aligned PER (ITU-T X.691) field by field, and remembers where addresses went. */

import { parseAddress } from '../../../model/bytes/index.ts'

export interface Written {
  readonly bytes: Uint8Array
  /** Where the octets of each named address begin. */
  readonly places: ReadonlyMap<string, number>
}

export interface TransportAddress {
  readonly host: string
  readonly port: number
}

export class PerWriter {
  readonly #bytes: number[] = []
  readonly #places = new Map<string, number>()
  #free = 0

  /** Bits as text, such as `0 1 011`; spaces are for the reader. */
  bits(text: string): this {
    for (const bit of text.replaceAll(' ', '')) {
      if (this.#free === 0) {
        this.#bytes.push(0)
        this.#free = 8
      }
      this.#free--
      const last = this.#bytes.length - 1
      this.#bytes[last] = this.#bytes[last]! | (Number(bit) << this.#free)
    }
    return this
  }

  /** From the next whole byte on. */
  octets(octets: Iterable<number>): this {
    this.#free = 0
    this.#bytes.push(...octets)
    return this
  }

  word(value: number): this {
    return this.octets([(value >>> 8) & 255, value & 255])
  }

  /** A list of bytes with its length before it, as an open type or octet string. */
  open(content: Written): this {
    const { length } = content.bytes
    this.octets(length < 128 ? [length] : [0x80 | (length >>> 8), length & 255])
    const start = this.#bytes.length
    for (const [name, at] of content.places) this.#places.set(name, start + at)
    return this.octets(content.bytes)
  }

  /** Address and port behind the bits that lead to them. */
  address(name: string, { host, port }: TransportAddress): this {
    this.octets([])
    this.#places.set(name, this.#bytes.length)
    return this.octets(parseAddress(host) ?? []).word(port)
  }

  /** Bits of an unsigned number in so many places. */
  number(value: number, bits: number): this {
    return this.bits(value.toString(2).padStart(bits, '0'))
  }

  get written(): Written {
    return { bytes: Uint8Array.from(this.#bytes), places: this.#places }
  }
}
