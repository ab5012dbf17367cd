/** Sends packets through a ruleset in generated code, where that is allowed, and prints whether it is and what became of them. */

import { compare, compiled, field, judge, surroundings, verdict } from '../src/model/machine/rules.fixture.ts'
import { buildUdp, Hook, packetOf } from '../src/model/packet/index.ts'

function canGenerate(): boolean {
  try {
    return new Function('return true')()
  } catch {
    return false
  }
}

console.log(canGenerate() ? 'can generate' : 'cannot generate')
const rules = [[compare(field['udp dport'], '<', 1024), verdict('drop')], [verdict('accept')]]
const compiledRules = compiled(rules, surroundings(), {}, null, 'source')
for (const toPort of [53, 5353]) {
  const packet = packetOf(buildUdp({ from: '10.0.0.1', to: '10.0.0.2', fromPort: 5000, toPort }), 2)
  packet.hook = Hook.input
  console.log(toPort, judge(compiledRules, packet), packet.rule)
}
console.log(...compiledRules.packets)
