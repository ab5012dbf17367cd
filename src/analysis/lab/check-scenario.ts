/** Checks that a JSON value is a scenario: the first thing that is not as it should be, with its path. */

import { parseAddress, parsePrefix } from '../../model/bytes/index.ts'
import type { Scenario } from './format.ts'

export type CheckedScenario =
  | { readonly kind: 'scenario'; readonly scenario: Scenario }
  | { readonly kind: 'not-a-scenario'; readonly message: string }

/** What is expected of a value; a string says what was found wrong, with its path. */
type Check = (value: unknown, path: string) => string | null

export function checkScenario(value: unknown): CheckedScenario {
  const message = scenario(value, 'scenario')
  // The check has just proven the type.
  return message === null ? { kind: 'scenario', scenario: value as Scenario } : { kind: 'not-a-scenario', message }
}

const found = (value: unknown): string => {
  const text = JSON.stringify(value) ?? 'nothing'
  return text.length > 60 ? `${text.slice(0, 57)}...` : text
}

const is =
  (expected: string, test: (value: unknown) => boolean): Check =>
  (value, path) =>
    test(value) ? null : `${path}: expected ${expected}, found ${found(value)}`

const list =
  (each: Check): Check =>
  (value, path) => {
    if (!Array.isArray(value)) return `${path}: expected a list, found ${found(value)}`
    for (const [index, member] of value.entries()) {
      const message = each(member, `${path}[${index}]`)
      if (message !== null) return message
    }
    return null
  }

const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

const record =
  (each: Check): Check =>
  (value, path) => {
    if (!isObject(value)) return `${path}: expected an object, found ${found(value)}`
    for (const [key, member] of Object.entries(value)) {
      const message = each(member, `${path}.${key}`)
      if (message !== null) return message
    }
    return null
  }

/** An object with these members; those in `optional` may be left out, others that are not named are not allowed. */
const object =
  (required: Record<string, Check>, optional: Record<string, Check> = {}): Check =>
  (value, path) => {
    if (!isObject(value)) return `${path}: expected an object, found ${found(value)}`
    for (const key of Object.keys(required))
      if (!(key in value)) return `${path}: expected a member "${key}", found none`
    const known: Record<string, Check> = { ...required, ...optional }
    for (const [key, member] of Object.entries(value)) {
      const check = known[key]
      if (!check)
        return `${path}.${key}: not a member that is known here; expected one of ${Object.keys(known).join(', ')}`
      const message = check(member, `${path}.${key}`)
      if (message !== null) return message
    }
    return null
  }

const text = is('a text', (value) => typeof value === 'string')
const flag = is('true or false', (value) => typeof value === 'boolean')
const whole = (limit: number): Check =>
  is(
    `a whole number from 0 to ${limit}`,
    (value) => Number.isInteger(value) && Number(value) >= 0 && Number(value) <= limit,
  )
const prefix = (family: 4 | 6): Check =>
  is(
    `an IPv${family} address with a prefix length`,
    (value) => typeof value === 'string' && parsePrefix(value)?.address.length === (family === 4 ? 4 : 16),
  )
const anyPrefix = is(
  'an address block such as 10.0.0.0/8',
  (value) => typeof value === 'string' && parsePrefix(value) !== null,
)
const address = is('an address', (value) => typeof value === 'string' && parseAddress(value) !== null)
const bytes = is(
  'an even number of hexadecimal digits',
  (value) => typeof value === 'string' && /^([0-9a-fA-F]{2})+$/.test(value),
)

const ruleset: Check = (value, path) =>
  typeof value === 'string'
    ? null
    : object(
        {},
        {
          backend: is('"legacy" or "nft"', (name) => name === 'legacy' || name === 'nft'),
          iptables: text,
          ip6tables: text,
          nft: text,
        },
      )(value, path)

const scenario = object(
  {
    interfaces: record(
      object({}, { addr4: list(prefix(4)), addr6: list(prefix(6)), broadcast: record(address), mtu: whole(65535) }),
    ),
    packets: list(
      object(
        { in: text, hex: bytes },
        {
          at_ms: is('milliseconds from 0', (value) => typeof value === 'number' && value >= 0),
          mark: whole(0xffffffff),
          oif: text,
          broadcast: flag,
        },
      ),
    ),
  },
  {
    name: text,
    ruleset,
    routes: list(object({ dst: anyPrefix }, { via: address, dev: text, type: whole(255) })),
    sysctls: record(is('a number or a text', (value) => typeof value === 'number' || typeof value === 'string')),
    udp_sockets: list(object({ addr: address, port: whole(65535) })),
    userspaceHelpers: list(text),
    realtime: flag,
    probe: is('"ct", "bare" or "none"', (value) => value === 'ct' || value === 'bare' || value === 'none'),
    trace: flag,
    walk: flag,
    note: text,
  },
)
