import { describe, expect, it } from 'vitest'
import { parseAddress } from '../../../model/bytes/index.ts'
import { parseSides, SideFinder, sidesText } from './sides.ts'

describe('--between', () => {
  const cases: readonly (readonly [string, Readonly<Record<string, string>>])[] = [
    ['inside=10.0.0.0/8', { '10.1.2.3': 'inside', '11.0.0.1': 'outside', '2001:db8::1': 'outside' }],
    ['lan=10.0.1.0/24,wan=any', { '10.0.1.9': 'lan', '10.0.2.9': 'wan', '2001:db8::1': 'wan' }],
    ['in=10.0.0.0/8,dmz=10.9.0.0/16', { '10.9.1.1': 'dmz', '10.8.1.1': 'in', '192.0.2.1': 'outside' }],
    ['in=10.0.0.0/8+fd00::/8', { '10.0.0.1': 'in', 'fd00::1': 'in', 'fe00::1': 'outside' }],
    ['a=192.0.2.1,b=192.0.2.2/32', { '192.0.2.1': 'a', '192.0.2.2': 'b', '192.0.2.3': 'outside' }],
  ]
  it.each(cases)('%s puts each address on its side', (text, expected) => {
    const sides = parseSides(text)
    if (typeof sides === 'string') throw new Error(sides)
    const finder = new SideFinder(sides)
    for (const [address, side] of Object.entries(expected)) {
      const bytes = parseAddress(address) ?? new Uint8Array(4)
      expect([address, sides[finder.find(bytes, 0, bytes.length === 4 ? 4 : 6)]?.name]).toEqual([address, side])
    }
  })

  it.each([
    ['10.0.0.0/8', 'expected NAME=ADDRESS/LENGTH, found "10.0.0.0/8"'],
    ['in=10.0.0.0/33', 'expected an address block such as 10.0.0.0/8, or "any", found "10.0.0.0/33"'],
    ['a name=10.0.0.0/8', 'expected an interface name of 1 to 15 characters, found "a name"'],
    ['', 'expected NAME=ADDRESS/LENGTH, found ""'],
    ['lan=any,wan=any', 'expected each block on one side, found any on lan and wan'],
    ['lan=10.1.0.0/16,wan=10.1.0.0/16', 'expected each block on one side, found 10.1.0.0/16 on lan and wan'],
    ['lan=any', 'expected at least two sides, found only lan'],
    ['lo=127.0.0.0/8', 'expected the name of an interface towards a side, found "lo", which leads nowhere'],
  ])('%s is refused', (text, message) => {
    expect(parseSides(text)).toBe(message)
  })

  it('is printed as it is written', () => {
    const sides = parseSides('lan=10.0.1.0/24+fd00::/8,wan=any')
    expect(typeof sides === 'string' ? sides : sidesText(sides)).toBe('lan=10.0.1.0/24+fd00::/8')
  })
})
