/**
 * Nanoseconds that rules of which none matches add to a packet, by their number: for shapes of rules as they are written, over the
 * packets of 60,000 flows.
 */

import { type CompiledRuleset, compileRuleset } from '../src/model/machine/index.ts'
import {
  compare,
  counter,
  ct,
  element,
  field,
  lookup,
  masked,
  meta,
  portField,
  ruleset,
  set,
  surroundings,
  verdict,
  written,
} from '../src/model/machine/rules.fixture.ts'
import { buildUdp, Hook, Packet } from '../src/model/packet/index.ts'
import type { Statement } from '../src/model/rules/index.ts'

export interface Measurement {
  readonly name: string
  readonly value: number
  readonly unit: string
}

type Rules = readonly (readonly Statement[])[]

const drop = verdict('drop')
const isTcp = compare(meta('l4proto'), '==', 6)
const isUdp = compare(meta('l4proto'), '==', 17)
const isIpv4 = compare(meta('nfproto'), '==', 2)
const network24 = { ...masked(field['ip saddr'], 0xffffff00), and: [0xffffff00] }

/** Addresses 10.0.0.0 and up; flows are of 192.168.0.0/16 and 172.16.0.0/12, and of ports from 1024 on. */
const address = (i: number): number => (10 << 24) + i
const port = (i: number): number => 2000 + i

const shapes: readonly { readonly name: string; readonly rule: (i: number, count: number) => readonly Statement[] }[] =
  [
    {
      name: 'ip saddr A tcp dport P drop',
      rule: (i, count) => {
        const ports = Math.ceil(Math.sqrt(count))
        const from = address(Math.floor(i / ports))
        return [
          isIpv4,
          compare(field['ip saddr'], '==', from),
          isTcp,
          compare(field['th dport'], '==', port(i % ports)),
          drop,
        ]
      },
    },
    {
      name: 'ip saddr 10.x.y.0/24 tcp dport P drop',
      rule: (i) => [
        isIpv4,
        compare(network24, '==', address(i << 8)),
        isTcp,
        compare(field['th dport'], '==', port(i % 100)),
        drop,
      ],
    },
    {
      name: 'udp dport FROM-TO ip daddr 10.x.y.0/24 drop',
      rule: (i) => [
        isUdp,
        written({
          kind: 'range',
          isNegated: false,
          left: field['th dport'],
          from: [port(i % 1000)],
          to: [port((i % 1000) + 200)],
        }),
        isIpv4,
        compare({ ...network24, of: field['ip daddr'] }, '==', address(i << 8)),
        drop,
      ],
    },
    {
      name: 'ip saddr X ip daddr Y udp dport { a, b } drop',
      rule: (i) => [
        isIpv4,
        compare(field['ip saddr'], '==', address(i % 200)),
        compare(field['ip daddr'], '==', address(Math.floor(i / 200))),
        isUdp,
        lookup(
          field['th dport'],
          set([portField], [element([port(i)]), element([port(i + 1)])], { isAnonymous: true, isConstant: true }),
        ),
        drop,
      ],
    },
    {
      name: 'mixed: ct state new, counters, addresses, ports',
      rule: (i) =>
        [
          [
            compare(masked(ct('state'), 8), '!=', 0),
            isIpv4,
            compare(field['ip saddr'], '==', address(i)),
            counter,
            drop,
          ],
          [
            isTcp,
            compare(field['th dport'], '==', 20000 + (i % 1000)),
            isIpv4,
            compare(network24, '==', address(i << 8)),
          ],
          [isIpv4, compare(field['ip daddr'], '==', address(i)), counter],
        ][i % 3] ?? [],
    },
  ]

const flows = 60_000
/** Room of one packet in the buffer. */
const slot = 64

/** The packets of all flows side by side, as a capture has them. */
function frames(): Uint8Array {
  const bytes = new Uint8Array(flows * slot)
  for (let i = 0; i < flows; i++) {
    const from = `172.${16 + (i & 15)}.${(i >>> 4) & 255}.${i >>> 12}`
    bytes.set(buildUdp({ from, to: `192.168.${i & 255}.1`, fromPort: 1024 + i, toPort: 1024 + (i % 1500) }), i * slot)
  }
  return bytes
}

const bytes = frames()

/** Nanoseconds a packet; the best of several rounds. */
function timeOf(rules: CompiledRuleset): number {
  const run = rules.baseChains[0]?.run
  if (!run) return 0
  const packet = Object.assign(new Packet(), { bytes, family: 4, protocol: 17, hook: Hook.input, state: 8, entry: 1 })
  let best = Number.POSITIVE_INFINITY
  for (let round = 0; round < 6; round++) {
    const start = performance.now()
    let count = 0
    do {
      for (let i = 0; i < flows; i++) {
        packet.start = i * slot
        packet.end = packet.start + 28
        packet.transport = packet.start + 20
        run(packet)
      }
      count += flows
    } while (performance.now() - start < 60)
    best = Math.min(best, ((performance.now() - start) * 1e6) / count)
  }
  return best
}

const compiled = (rules: Rules): CompiledRuleset => compileRuleset(ruleset(rules), surroundings(), null)

export function measure(): readonly Measurement[] {
  const results: Measurement[] = []
  const empty = timeOf(compiled([]))
  for (const { name, rule } of shapes) {
    const nanoseconds: number[] = []
    for (const count of [10, 100, 1000, 10_000]) {
      const rules = Array.from({ length: count }, (_, i) => rule(i, count))
      const start = performance.now()
      const ready = compiled(rules)
      const milliseconds = performance.now() - start
      nanoseconds.push(timeOf(ready) - empty)
      results.push({ name: `${name}, ${count} rules`, value: nanoseconds.at(-1) ?? 0, unit: 'ns a packet' })
      if (count === 10_000) results.push({ name: `${name}, compiling 10,000 rules`, value: milliseconds, unit: 'ms' })
    }
    const growth = (nanoseconds.at(-1) ?? 0) / (nanoseconds[0] ?? 1)
    results.push({ name: `${name}, from 10 to 10,000 rules`, value: growth, unit: 'times' })
  }
  return results
}

if (import.meta.main) {
  for (const { name, unit, value } of measure())
    console.log(`${name.padEnd(72)} ${value.toFixed(1).padStart(9)} ${unit}`)
}
