import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { PackedElements, type SetElement, type Source } from '../../../model/rules/index.ts'
import { parseRuleset } from '../parse-ruleset.ts'

/** Few values, so that elements repeat, touch and overlap; some that have to be looked at one by one. */
const octet = fc.constantFrom(0, 1, 2, 3, 8, 9, 255)
const ipv4 = fc.tuple(octet, octet).map(([c, d]) => `10.0.${c}.${d}`)
const ipv6 = fc.oneof(
  fc.tuple(octet, octet).map(([a, b]) => `2001:db8::${a}:${b}`),
  fc.constantFrom('::', '::1', '1::', 'fe80::1:2', '1:2:3:4:5:6:7:8', 'FFFF::ABCD', '1:2:3:4:5:6:7::', '1:2:3:4:5:6::'),
)
const port = fc.constantFrom('0', '1', '22', '080', '65535')

const withRanges = (address: fc.Arbitrary<string>, lengths: readonly number[]): fc.Arbitrary<string> =>
  fc.oneof(
    { arbitrary: address, weight: 4 },
    { arbitrary: fc.tuple(address, fc.constantFrom(...lengths)).map((parts) => parts.join('/')), weight: 3 },
    { arbitrary: fc.tuple(address, address).map((parts) => parts.join('-')), weight: 1 },
  )
const ports = fc.oneof({ arbitrary: port, weight: 3 }, fc.constantFrom('1-22', '22-22', '0-65535'))
const oddOnes = [
  '65536',
  '10.0.0.256',
  '10.0.0.1/33',
  '9-8',
  'http',
  '1.2.3',
  '1::2:3:4:5:6:7:8',
  '1:2',
  '10.0.0.1 comment "x"',
  ':::',
  '4294967296',
] as const
const odd = fc.constantFrom(...oddOnes)

const shapes: Readonly<Record<string, fc.Arbitrary<string>>> = {
  'ipv4_addr;': ipv4,
  'ipv4_addr; flags interval;': withRanges(ipv4, [24, 30, 31, 32]),
  'ipv4_addr; flags interval; auto-merge;': withRanges(ipv4, [0, 24, 30, 32]),
  'ipv4_addr; timeout 1h;': ipv4,
  'ipv4_addr; counter;': ipv4,
  'ipv6_addr;': ipv6,
  'ipv6_addr; flags interval; auto-merge;': withRanges(ipv6, [0, 16, 64, 112, 127, 128]),
  'inet_service;': port,
  'inet_service; flags interval; auto-merge;': ports,
  'mark;': fc.oneof(port, fc.constant('4294967295')),
  'ipv4_addr . inet_service;': fc.tuple(ipv4, port).map((parts) => parts.join(' . ')),
  'ipv6_addr . inet_service . inet_proto;': fc
    .tuple(ipv6, port, fc.constantFrom('6', '17'))
    .map((parts) => parts.join(' . ')),
  'ipv4_addr . inet_service; flags interval;': fc
    .tuple(withRanges(ipv4, [24, 31]), ports)
    .map((parts) => parts.join(' . ')),
}

const placeOf = ({ file, length, offset }: Source): string => `${file} ${offset} ${length}`

/** Elements and mistakes; `behind` each comma stands something of the same length. */
function read(declaration: string, elements: readonly string[], behind: string) {
  const text = `table inet t { set s { type ${declaration} elements = { ${elements.join(`,${behind}`)} } } }`
  const { diagnostics, ruleset } = parseRuleset([{ name: 'x', text }])
  const list = ruleset?.tables[0]?.sets[0]?.elements
  return {
    isPacked: list instanceof PackedElements,
    elements:
      list && Array.from(list, ({ source, ...element }: SetElement) => ({ ...element, source: placeOf(source) })),
    diagnostics: diagnostics.map(({ code, message, related, span }) => [
      code,
      message,
      placeOf(span),
      related.map((each) => placeOf(each.span)),
    ]),
  }
}

const many = (of: (i: number) => string): string[] => Array.from({ length: 40 }, (_, i) => of(i))

describe('long lists of plain elements', () => {
  it.each(Object.entries(shapes))(
    'of %s are the elements that the parser reads one by one, and its mistakes',
    (declaration, shape) => {
      const lists = fc.array(fc.oneof({ arbitrary: shape, weight: 400 }, odd), { minLength: 33, maxLength: 60 })
      fc.assert(
        fc.property(lists, (elements) => {
          const plain = read(declaration, elements, '  ')
          // A line that goes on is nothing that the quick reader knows.
          const careful = read(declaration, elements, '\\\n')
          expect(careful.isPacked).toBe(false)
          expect(plain.diagnostics).toEqual(careful.diagnostics)
          expect(plain.elements).toEqual(careful.elements)
        }),
        { numRuns: 60 },
      )
    },
  )

  const anywhere: readonly (readonly [declaration: string, element: (i: number) => string])[] = [
    ['ipv4_addr; flags interval;', (i) => `10.0.1.${i}`],
    ['ipv6_addr; flags interval;', (i) => `fd00::${i}`],
    ['inet_service; flags interval;', (i) => `${i + 100}`],
  ]
  it.each(oddOnes.flatMap((text) => anywhere.map((shape) => [text, ...shape] as const)))(
    'with %s among elements of %s tell what the parser tells',
    (text, declaration, element) => {
      const elements = [...many(element), text]
      const { isPacked: _, ...plain } = read(declaration, elements, '  ')
      const { isPacked: __, ...careful } = read(declaration, elements, '\\\n')
      expect(plain).toEqual(careful)
    },
  )

  it.each([
    ['addresses', 'ipv4_addr;', many((i) => `10.0.0.${i}`), true],
    ['addresses with comments between', 'ipv4_addr;', many((i) => `10.0.0.${i} # ${i}, {\n`), true],
    ['prefixes', 'ipv4_addr; flags interval;', many((i) => `10.0.${i}.0/24`), true],
    [
      'prefixes and addresses that overlap',
      'ipv4_addr; flags interval; auto-merge;',
      many((i) => `10.0.${i >> 1}.0/${23 + (i % 2)}`),
      true,
    ],
    ['pairs', 'ipv6_addr . inet_service; flags interval;', many((i) => `fd00::${i} . 1-${i + 1}`), true],
    ['ports', 'inet_service;', many(String), true],
    ['names', 'inet_service;', [...many(String), 'http'], false],
    ['few', 'inet_service;', many(String).slice(20), false],
    ['elements with counters', 'ipv4_addr; counter;', many((i) => `10.0.0.${i}`), false],
  ])('%s are packed or not', (_, declaration, elements, isPacked) => {
    const result = read(declaration, elements, ' ')
    expect(result.diagnostics).toEqual([])
    expect(result.isPacked).toBe(isPacked)
  })

  it('can be changed by later commands', () => {
    const text = `table inet t { set s { type ipv4_addr; flags interval; elements = { ${many((i) => `10.0.${i}.0/24`).join()} } } }
      add element inet t s { 10.1.0.0/16 }
      delete element inet t s { 10.0.7.0/24 }`
    const { diagnostics, ruleset } = parseRuleset([{ name: 'x', text }])
    expect(diagnostics).toEqual([])
    const elements = ruleset?.tables[0]?.sets[0]?.elements.map(({ from }) => from[0])
    const expected = Array.from({ length: 40 }, (_, i) => 0x0a000000 + i * 256).filter((_, i) => i !== 7)
    expect(elements).toEqual([...expected, 0x0a010000])
  })

  it('count as many words of a definition', () => {
    const doubled = Array.from({ length: 16 }, (_, i) => `define d${i + 1} = { $d${i}, $d${i} }`)
    const text = [`define d0 = { ${many((i) => `10.0.0.${i}`).join()} }`, ...doubled].join('\n')
    expect(parseRuleset([{ name: 'x', text }]).diagnostics.map(({ code }) => code)).toContain('nft-too-deep')
  })
})
