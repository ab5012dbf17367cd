/** Whatever a file holds, it is a ruleset or it is refused with a place: never an exception, never a hang. */

import fc from 'fast-check'
import { expect, it } from 'vitest'
import { renderDiagnostic } from '../diagnostics/index.ts'
import { parseRuleset } from './parse-ruleset.ts'

const words =
  `table ip ip6 inet chain set map rule add delete flush insert type filter hook input priority policy accept drop jump c d t { } ( ) ; , : . - / | & ^ ! != == < @s @th,0,16 $x = "x" * 22 0x10 1.2.3.4 10.0.0.0/8 ::1 fe80::/10 5s
  tcp udp dport sport saddr daddr flags syn ack option maxseg size meta mark ct state new established original vmap counter limit rate 10/second log prefix reject with icmp reset update elements flags interval timeout define include
  fib oif exists frag jhash mod and or counter name comment elements typeof ipv4_addr 00:11:22:33:44:55 # \\ "open`.split(
    /\s+/,
  )

const sample = `define lan = { 10.0.0.0/8, 192.168.0.0/16 }
table inet t {
  counter web { }
  set s { type ipv4_addr . inet_service; flags interval; elements = { 1.2.3.4 . 22, 10.0.0.0/8 . 1-1023 } }
  map m { type mark : verdict; elements = { 1 : accept, 2 : jump d } }
  chain c { type filter hook input priority filter + 10; policy drop;
    ct state vmap { established : accept, invalid : drop }
    ip saddr $lan tcp dport { 22, 80-90 } tcp flags & (syn|ack) == syn limit rate 10/second burst 5 packets counter accept
    ip saddr . tcp dport @s meta mark set ct mark | 0x10 log prefix "x" level info
    meta mark vmap @m reject with icmpx admin-prohibited
  }
  chain d { }
}
`

/** Loads and, where it was refused, renders: both must hold for any text. */
function survives(text: string): void {
  const { ruleset, diagnostics, texts } = parseRuleset([{ name: 'any', text }])
  if (ruleset === null) expect(diagnostics.length).toBeGreaterThan(0)
  for (const diagnostic of diagnostics) expect(renderDiagnostic(diagnostic, texts)).toContain(diagnostic.code)
}

it('the sample itself loads', () => {
  expect(parseRuleset([{ name: 'any', text: sample }]).diagnostics).toEqual([])
})

it('random bytes', () => {
  const bytes = fc.uint8Array({ maxLength: 200 }).map((array) => String.fromCharCode(...array))
  fc.assert(fc.property(bytes, survives), { numRuns: 3000 })
})

it('soups of the language\u2019s own words', () => {
  const soup = fc.array(fc.constantFrom(...words, '\n'), { maxLength: 40 })
  fc.assert(
    fc.property(soup, (parts) => survives(`table ip t { chain c {\n${parts.join(' ')}\n} }\n${parts.join(' ')}`)),
    { numRuns: 4000 },
  )
})

it('rulesets with parts cut out, doubled or replaced', () => {
  const change = fc.record({ at: fc.nat(sample.length), length: fc.nat(30), by: fc.constantFrom('', ...words) })
  fc.assert(
    fc.property(fc.array(change, { minLength: 1, maxLength: 3 }), (changes) => {
      survives(changes.reduce((text, { at, length, by }) => text.slice(0, at) + by + text.slice(at + length), sample))
    }),
    { numRuns: 3000 },
  )
})

it.each([
  ['parentheses', `mark ${'('.repeat(5000)}1`],
  ['braces', `mark ${'{'.repeat(5000)}1`],
  ['operands', `mark & ${'1 | '.repeat(5000)}1 == 1`],
  ['parts', `mark ${'. mark '.repeat(5000)} { 1 }`],
  ['hashes', `meta mark set ${'jhash '.repeat(5000)} mark mod 2`],
  ['digits', `mark ${'9'.repeat(5000)}`],
  ['colons', `ip6 saddr ${':'.repeat(5000)}`],
])('%s without end', (_, rule) => {
  survives(`table ip t { chain c { ${rule}; } }`)
})
