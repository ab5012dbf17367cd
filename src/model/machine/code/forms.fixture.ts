/** Runs a ruleset in one form of code and tells all that can be seen of it, to hold the forms against each other. Not part of the model. */

import type { Packet } from '../../packet/index.ts'
import type { Ruleset } from '../../rules/index.ts'
import { compileRuleset } from '../compile.ts'
import { surroundings, testConntrack, testEntry } from '../rules.fixture.ts'
import type { Form } from './joiner.ts'

const entries = () => [
  testEntry({ mark: 7, status: 14, packets: [3, 1], bytes: [300, 60], masterHelper: 'ftp', labels: [1, 0, 0, 2] }),
]

/** Each packet goes through every base chain of its family, as if it were on that hook. */
export function runForm(ruleset: Ruleset, form: Form, makers: readonly (() => Packet)[]): unknown {
  const known = entries()
  const around = surroundings(testConntrack(known))
  around.randoms = [0.9, 0.1, 0.5, 0.7]
  const rules = compileRuleset(ruleset, around, null, form)
  const walks = makers.map((make) => {
    const packet = make()
    return rules.baseChains.map((chain) => {
      if (chain.families !== 'both' && chain.families !== packet.family) return null
      packet.hook = chain.base.hook
      around.clock += 100
      const verdict = chain.run(packet)
      // A packet that stands for all of them is compared as it is now.
      return [verdict, JSON.stringify({ ...packet, bytes: [...packet.bytes] })]
    })
  })
  const { listing } = rules
  return {
    walks,
    packets: [...rules.packets],
    bytes: [...rules.bytes],
    statements: listing.statements().map(({ ruleId, text }) => `${ruleId} ${text}`),
    objects: listing.objects().map(({ object, text }) => `${object.name} ${text}`),
    sets: listing.sets().map((set) => [set.name, [...listing.elements(set)]]),
    known,
    rejected: around.rejected,
    translations: around.translations,
  }
}
