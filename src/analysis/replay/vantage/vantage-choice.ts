/** Where a replay takes the capture to have been taken: on a host, or where a firewall is to be put between sides. */

import { addressText, type Prefix, parseAddress } from '../../../model/bytes/index.ts'
import type { HostConfiguration } from '../../../model/host/index.ts'
import { protocolNames } from '../../../model/packet/index.ts'
import type { Guess } from './guess.ts'
import { type Side, sidesText } from './sides.ts'
import type { Survey } from './survey.ts'

/** `words`: what was said or guessed, in sentences. */
export type VantageChoice =
  | { readonly kind: 'host'; readonly configuration: HostConfiguration; readonly words: readonly string[] }
  | { readonly kind: 'between'; readonly sides: readonly Side[]; readonly words: readonly string[] }

export const chooseBetween = (sides: readonly Side[]): VantageChoice => ({
  kind: 'between',
  sides,
  words: [
    `the firewall is put between ${sidesText(sides)} and the rest; the source address says by which interface (${sides.map(({ name }) => name).join(', ')}) a packet comes in`,
  ],
})

/** The host of a guess has one interface, called `interfaceName`, with the addresses that were found and a default route. */
export function chooseGuess(guess: Guess, interfaceName: string): VantageChoice {
  if (guess.kind === 'between') return guess
  const addresses = guess.addresses.flatMap((text) => parseAddress(text) ?? [])
  const device = {
    name: interfaceName,
    addresses: addresses.map((address): Prefix => ({ address, length: address.length * 8 })),
    mtu: 65536,
    mac: null,
    group: 0,
  }
  const anywhere = [4, 16].map((length) => ({
    to: { address: new Uint8Array(length), length: 0 },
    via: null,
    device: interfaceName,
    type: 'unicast' as const,
  }))
  const configuration = {
    interfaces: [device],
    routes: anywhere,
    isForwarding: { 4: false, 6: false },
    sysctls: {},
    listening: [],
  }
  return { kind: 'host', configuration, words: guess.words }
}

/** Longer than any packet. */
const unlimitedMtu = 65_536

/** A host as the capture shows it: sockets that answered listen, and packets that a network card merged are no reason to cut. */
export function completeHost(
  choice: Extract<VantageChoice, { kind: 'host' }>,
  survey: Survey,
): Extract<VantageChoice, { kind: 'host' }> {
  const { configuration } = choice
  const words = [...choice.words]
  const own = new Set(
    configuration.interfaces.flatMap((one) => one.addresses.map((prefix) => addressText(prefix.address))),
  )
  const isKnown = (protocol: number, port: number): boolean =>
    configuration.listening.some((one) => one.protocol === protocol && one.port === port)
  const sockets = [...survey.answering.values()].filter(
    (one) => own.has(one.address) && !isKnown(one.protocol, one.port),
  )
  const listening = sockets.map(({ protocol, port, address }) => ({ protocol, port, address: parseAddress(address) }))
  if (sockets.length > 0) {
    const names = [...new Set(sockets.map(({ protocol, port }) => `${protocolNames[protocol]}/${port}`))]
    words.push(
      `sockets that answer in the capture are taken to listen: ${names.slice(0, 12).join(', ')}${names.length > 12 ? ', ...' : ''}`,
    )
  }
  const isMerged = configuration.interfaces.some(({ mtu }) => mtu < survey.longest)
  if (isMerged)
    words.push(
      `packets of up to ${survey.longest} bytes are longer than the MTU: a network card merged them, so the model neither cuts nor refuses for length`,
    )
  const interfaces = isMerged
    ? configuration.interfaces.map((one) => ({ ...one, mtu: unlimitedMtu }))
    : configuration.interfaces
  return {
    kind: 'host',
    configuration: { ...configuration, interfaces, listening: [...configuration.listening, ...listening] },
    words,
  }
}
