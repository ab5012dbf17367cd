/** Parameters of the helpers' kernel modules by their own names, as in modprobe.d, over the defaults. */

import { defaultHelperParameters, type HelperParameters } from './helper-parameters.ts'

/** Numbers; true, Y and 1 are the same, and so are [21, 2121] and "21,2121". */
export type ModuleValue = number | boolean | string | readonly number[]

export type ModuleParameters = Readonly<Record<string, Readonly<Record<string, ModuleValue>>>>

/** What one parameter takes, and what it changes. */
interface Parameter {
  readonly expected: string
  readonly isRight: (numbers: readonly number[]) => boolean
  readonly change: (parameters: HelperParameters, numbers: readonly number[]) => HelperParameters
}

const largest = 0xffff_ffff
const isWithin = (from: number, to: number) => (numbers: readonly number[]) => {
  const [only] = numbers
  return numbers.length === 1 && only !== undefined && Number.isInteger(only) && only >= from && only <= to
}

type Set<T> = (value: T) => (parameters: HelperParameters) => HelperParameters

const number = (from: number, to: number, set: Set<number>): Parameter => ({
  expected: `a whole number from ${from} to ${to}`,
  isRight: isWithin(from, to),
  change: (parameters, numbers) => set(numbers[0] ?? 0)(parameters),
})

const seconds = (set: Set<number>): Parameter => number(0, largest, set)

const flag = (set: Set<boolean>): Parameter => ({
  expected: 'true or false',
  isRight: isWithin(0, 1),
  change: (parameters, numbers) => set(numbers[0] === 1)(parameters),
})

const mostPorts = 8

const ports = (helper: string): Parameter => ({
  expected: `1 to ${mostPorts} ports`,
  isRight: (numbers) =>
    numbers.length >= 1 && numbers.length <= mostPorts && numbers.every((port) => isWithin(0, 65535)([port])),
  change: (parameters, numbers) => ({ ...parameters, ports: { ...parameters.ports, [helper]: numbers } }),
})

const modules: Readonly<Record<string, Readonly<Record<string, Parameter>>>> = {
  nf_conntrack_ftp: {
    ports: ports('ftp'),
    loose: flag((isLoose) => (all) => ({ ...all, ftp: { ...all.ftp, isLoose } })),
  },
  nf_conntrack_tftp: { ports: ports('tftp') },
  nf_conntrack_sane: { ports: ports('sane') },
  nf_conntrack_irc: {
    ports: ports('irc'),
    max_dcc_channels: number(1, 255, (maximumChannels) => (all) => ({ ...all, irc: { ...all.irc, maximumChannels } })),
    dcc_timeout: seconds((channelTimeout) => (all) => ({ ...all, irc: { ...all.irc, channelTimeout } })),
  },
  nf_conntrack_sip: {
    ports: ports('sip'),
    sip_timeout: seconds((timeout) => (all) => ({ ...all, sip: { ...all.sip, timeout } })),
    sip_direct_signalling: flag((isDirectSignalling) => (all) => ({ ...all, sip: { ...all.sip, isDirectSignalling } })),
    sip_direct_media: flag((isDirectMedia) => (all) => ({ ...all, sip: { ...all.sip, isDirectMedia } })),
    sip_external_media: flag((isExternalMedia) => (all) => ({ ...all, sip: { ...all.sip, isExternalMedia } })),
  },
  nf_conntrack_h323: {
    default_rrq_ttl: seconds((registrationTimeout) => (all) => ({
      ...all,
      h323: { ...all.h323, registrationTimeout },
    })),
    gkrouted_only: flag((isGatekeeperRoutedOnly) => (all) => ({
      ...all,
      h323: { ...all.h323, isGatekeeperRoutedOnly },
    })),
    callforward_filter: flag((isCallForwardFiltered) => (all) => ({
      ...all,
      h323: { ...all.h323, isCallForwardFiltered },
    })),
  },
  nf_conntrack_amanda: { master_timeout: seconds((masterTimeout) => (all) => ({ ...all, amanda: { masterTimeout } })) },
  nf_conntrack_netbios_ns: { timeout: seconds((timeout) => (all) => ({ ...all, netbiosNs: { timeout } })) },
  nf_conntrack_snmp: { timeout: seconds((timeout) => (all) => ({ ...all, snmp: { timeout } })) },
}

/** One thing that is wrong: where (module, or module and parameter), and what was expected there. */
export interface ModuleMistake {
  readonly path: readonly string[]
  readonly expected: string
  /** Names that could have stood there; empty where the value is wrong. */
  readonly known: readonly string[]
}

/** The parameters, and every mistake; a mistaken one changes nothing. */
export function readModuleParameters(given: ModuleParameters): {
  readonly parameters: HelperParameters
  readonly mistakes: readonly ModuleMistake[]
} {
  let parameters = defaultHelperParameters
  const mistakes: ModuleMistake[] = []
  for (const [name, values] of Object.entries(given)) {
    const known = Object.hasOwn(modules, name) ? modules[name] : undefined
    if (!known) {
      mistakes.push({ path: [name], expected: 'a module of conntrack helpers', known: Object.keys(modules) })
      continue
    }
    for (const [key, value] of Object.entries(values)) {
      const parameter = Object.hasOwn(known, key) ? known[key] : undefined
      const numbers = numbersOf(value)
      if (!parameter)
        mistakes.push({ path: [name, key], expected: `a parameter of ${name}`, known: Object.keys(known) })
      else if (!parameter.isRight(numbers))
        mistakes.push({ path: [name, key], expected: parameter.expected, known: [] })
      else parameters = parameter.change(parameters, numbers)
    }
  }
  return { parameters, mistakes }
}

/** NaN for what is no number. */
function numbersOf(value: ModuleValue): readonly number[] {
  if (typeof value === 'number') return [value]
  if (typeof value === 'boolean') return [Number(value)]
  if (typeof value !== 'string') return value
  if (/^[yYnN]$/.test(value)) return [Number(value.toLowerCase() === 'y')]
  return value.split(',').map((part) => (/^\d+$/.test(part.trim()) ? Number(part) : Number.NaN))
}
