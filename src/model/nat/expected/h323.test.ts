/** Calls that H.323 foresees, behind NAT: where they come from and go to. What the kernel does with the rest is recorded (test/kernel). */

import { describe, expect, it } from 'vitest'
import { printAddress, writeUint32 } from '../../bytes/index.ts'
import { at, ras } from '../../conntrack/helpers/h323/messages.fixture.ts'
import type { AddressWords, ExpectationTranslation } from '../../conntrack/index.ts'
import { defaultSettings } from '../../conntrack/index.ts'
import { tcp, udp, Wire } from '../../conntrack/wire.fixture.ts'
import type { ExpectedSetup } from './expected.ts'
import { findSetup } from './table.ts'

const endpoint = '192.168.1.10'
const gatekeeper = '198.51.100.5'
const caller = '198.51.100.77'
const forwarded = Int32Array.of((192 << 24) | (168 << 16) | (1 << 8) | 20, 0, 0, 0)

describe('a call to an endpoint that registered', () => {
  it.each([
    ['from its gatekeeper runs as the registration does', true, [`from ${gatekeeper}`, `to ${endpoint}:1720`]],
    ['from anywhere keeps its source', false, [`from ${caller}`, `to ${endpoint}:1720`]],
  ])('%s', (_, isGatekeeperRoutedOnly, expected) => {
    expect(translated(findSetup('Q.931'), isGatekeeperRoutedOnly, null)).toEqual(expected)
  })
})

it('a forwarded call goes to the address that was named', () => {
  expect(translated(findSetup('callforwarding'), true, forwarded)).toEqual([`from ${caller}`, 'to 192.168.1.20:1720'])
})

/** The endpoint registers; then somebody calls. */
function translated(
  setup: ExpectedSetup | undefined,
  isGatekeeperRoutedOnly: boolean,
  savedAddress: AddressWords | null,
): string[] {
  const { parameters } = defaultSettings
  const wire = new Wire({ parameters: { ...parameters, h323: { ...parameters.h323, isGatekeeperRoutedOnly } } })
  const registration = ras('registrationRequest', { callSignalAddress: [at(endpoint, 1720)] })
  wire.send(udp(endpoint, 1719, gatekeeper, 1719, registration), { helper: 'RAS' })
  const master = wire.packet.entry
  const [expectation] = wire.conntrack.expectations()
  if (!expectation) throw new Error('nothing is expected')
  wire.track(tcp(caller, 40_000, '203.0.113.1', 1720, 'S'))
  const told: string[] = []
  const translation: ExpectationTranslation = { name: '', direction: 1, savedAddress, savedPort: 1720 }
  setup?.set({
    conntrack: wire.conntrack,
    entry: wire.packet.entry,
    master,
    expectation,
    translation,
    source: (address) => told.push(`from ${print(address)}`),
    destination: (address, port) => told.push(`to ${print(address)}:${port}`),
  })
  return told
}

function print(address: AddressWords): string {
  const bytes = new Uint8Array(4)
  writeUint32(bytes, 0, address[0] ?? 0)
  return printAddress(bytes, 0, 4)
}
