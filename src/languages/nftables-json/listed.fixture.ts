/** A rule in a table that has whatever rules refer to, listed; for tests. */

import type { Ruleset } from '../../model/rules/index.ts'
import { parseRuleset } from '../nftables/index.ts'
import type { Json } from './json.ts'
import { rulesetJson } from './list.ts'

const surroundings = (family: string): string => `
table ${family} t {
  counter c { }
  quota q { over 5 mbytes }
  limit l { rate 10/second burst 3 packets }
  set s { type ipv4_addr; flags dynamic; }
  set ee { type ipv4_addr; flags dynamic; counter; }
  map m { type ipv4_addr : mark; elements = { 1.2.3.4 : 5 } }
  map m2 { type inet_service : verdict; flags interval; elements = { 1-5 : accept, * : drop } }
  map m3 { type ipv4_addr : counter; elements = { 1.2.3.4 : "c" } }
  chain r { }
}
`

/** Lines of `FAMILY RULE => JSON` as a table for `test.each`. */
export const casesOf = (lines: string): [family: string, rule: string, json: string][] =>
  lines
    .trim()
    .split('\n')
    .map((line) => {
      const [, family = '', rule = '', json = ''] = /^(\S+) (.*) => (.*)$/.exec(line) ?? []
      return [family, rule, json]
    })

/** Throws with the first message where the text does not load. */
export function loaded(text: string): Ruleset {
  const { diagnostics, ruleset } = parseRuleset([{ name: 'test', text }])
  if (!ruleset) throw new Error(diagnostics.find(({ severity }) => severity === 'error')?.message)
  return ruleset
}

/** What is listed of a rule under `expr`. */
export function listedRule(family: string, rule: string): Json {
  const ruleset = loaded(`${surroundings(family)}add rule ${family} t r ${rule}\n`)
  const found = rulesetJson(ruleset, null).map((item) => member(item, 'rule'))
  return member(found.find((item) => item !== undefined) ?? null, 'expr') ?? null
}

const isObject = (json: Json): json is { readonly [key: string]: Json } =>
  typeof json === 'object' && json !== null && !Array.isArray(json)

export const member = (json: Json, key: string): Json | undefined => (isObject(json) ? json[key] : undefined)

/** Elements of sets in a fixed order: the kernel lists them in that of its hash table. */
export function inOrder(json: Json): Json {
  if (Array.isArray(json)) return json.map(inOrder)
  if (!isObject(json)) return json
  return Object.fromEntries(
    Object.entries(json).map(([key, value]) => {
      const ordered = inOrder(value)
      return [key, (key === 'set' || key === 'elem') && Array.isArray(ordered) ? sorted(ordered) : ordered]
    }),
  )
}

const sorted = (list: readonly Json[]): Json[] =>
  [...list].sort((a, b) => (JSON.stringify(a) < JSON.stringify(b) ? -1 : 1))
