import { expect, test } from 'vitest'
import { setSysctl } from './sysctl.ts'

test.each(['kernel.hostname', 'net', 'net.ipv4/../../kernel/hostname', 'net...kernel.hostname'])(
  '%s is not a sysctl of a network namespace',
  (name) => {
    expect(() => setSysctl(name, 1)).toThrow('expected a name under net.')
  },
)

test('a sysctl that is not there is named with its value', () => {
  expect(() => setSysctl('net.ipv4.no_such_thing', 1)).toThrow(/^sysctl net\.ipv4\.no_such_thing=1: /)
})
