/** The bundled recording: the model replays it to what the kernel on that box counted and told. */

import { execFileSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { describe, expect, it } from 'vitest'

const root = fileURLToPath(new URL('..', import.meta.url))
const recorded = (name: string): string => readFileSync(`${root}examples/office/${name}`, 'utf8')
const office = ['-r', 'examples/office/fw.nft', '--host', 'examples/office/host.yaml', 'examples/office/office.pcapng']
const kinwall = (command: string, ...words: readonly string[]): string =>
  execFileSync('bin/kinwall', [command, ...office, ...words], { cwd: root, encoding: 'utf8' })

const counters = (text: string): string[] => text.match(/counter packets \d+ bytes \d+/g) ?? []

/** Seconds that are left depend on the moment of listing, `use` on who holds the entry just then. */
const withoutTimes = (text: string): string[] =>
  text
    .trimEnd()
    .split('\n')
    .map((line) => line.replace(/^(\w+ +\d+) \d+/, '$1').replace(/ use=\d+$/, ''))
    .sort()

describe('the office recording, replayed through the ruleset of its box', () => {
  it('counts in every rule what the kernel counted', () => {
    const found = counters(kinwall('replay'))
    expect(found.length).toBeGreaterThan(10)
    expect(found).toEqual(counters(recorded('counters.txt')))
  })

  it('has the conntrack events of the kernel, in its order', () => {
    expect(kinwall('conntrack', '--events')).toBe(recorded('events.txt'))
  })

  it('has the expectations of the kernel', () => {
    const seconds = (text: string): string => text.replace(/\] \d+ /g, '] ')
    expect(seconds(kinwall('conntrack', '--events', '--expect'))).toBe(seconds(recorded('expect.txt')))
  })

  it('ends with the entries of the kernel', () => {
    expect(withoutTimes(kinwall('conntrack'))).toEqual(withoutTimes(recorded('conntrack.txt')))
  })
})
