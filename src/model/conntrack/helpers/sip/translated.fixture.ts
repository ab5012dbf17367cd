/** For tests: a turn of the helper on a connection whose source is translated, from 192.168.1.10:5060 to 203.0.113.1:6000. */

import { FakeWork } from '../fake-work.fixture.ts'
import type { AddressWords } from '../helper.ts'
import { readAddress } from './addresses.ts'

export const outside = '203.0.113.1'

const words = (address: string): AddressWords => {
  const bytes = Uint8Array.from(address, (letter) => letter.charCodeAt(0))
  return readAddress({ bytes, length: bytes.length, family: 4 }, 0)?.words ?? new Int32Array(4)
}

export class TranslatedWork extends FakeWork {
  override isTranslated = true
  readonly adjustments: number[] = []

  override address(direction: 0 | 1, which: 0 | 1): AddressWords {
    if (direction === 0 && which === 0) return words('192.168.1.10')
    return direction === 1 && which === 1 ? words(outside) : words('198.51.100.5')
  }

  override port(direction: 0 | 1, which: 0 | 1): number {
    return direction === 1 && which === 1 ? 6000 : 5060
  }

  override adjustSequence(_sequence: number, difference?: number): void {
    this.adjustments.push(difference ?? 0)
  }

  /** The payload as it is now. */
  text(): string {
    return String.fromCharCode(...this.bytes.subarray(this.from, this.to))
  }
}
