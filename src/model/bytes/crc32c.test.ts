import { expect, test } from 'vitest'
import { continueCrc32c, crc32c } from './crc32c.ts'

test.each([
  ['32 zeros', new Uint8Array(32), 0x8a9136aa],
  ['32 ones', new Uint8Array(32).fill(0xff), 0x62a8ab43],
  ['0 to 31', Uint8Array.from({ length: 32 }, (_, i) => i), 0x46dd794e],
])('the checksum of %s is that of RFC 3720 appendix B.4', (_, bytes, checksum) => {
  expect(crc32c(bytes, 0, bytes.length)).toBe(checksum)
})

test('a sum may be taken in parts', () => {
  const bytes = Uint8Array.from({ length: 32 }, (_, i) => i)
  expect(~continueCrc32c(continueCrc32c(-1, bytes, 0, 9), bytes, 9, 32) >>> 0).toBe(crc32c(bytes, 0, 32))
})
