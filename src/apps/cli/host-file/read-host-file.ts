/** Reads a HOST.yaml into the configuration of a modelled host; everything wrong with it is said with its place. */

import { type Document, LineCounter, parseDocument } from 'yaml'
import { isInPrefix, type Prefix, parseAddress, parsePrefix } from '../../../model/bytes/index.ts'
import { readModuleParameters, settingsOfHost } from '../../../model/conntrack/index.ts'
import { Host, type HostConfiguration, withBroadcast } from '../../../model/host/index.ts'
import { suggestFor } from '../suggest.ts'
import { locateIssues, placeOf, placeOfKey } from './located-errors.ts'
import { type HostFile, hostFile, parseKernel, parseListening } from './schema.ts'

/** `outside`: interfaces that face strangers. */
export interface HostDescription {
  readonly configuration: HostConfiguration
  readonly outside: readonly string[]
}

/** The description, or what is wrong: one line each, `file:line:column: expected ..., found ...`. */
export function readHostFile(file: string, text: string): HostDescription | readonly string[] {
  const lines = new LineCounter()
  const document = parseDocument(text, { lineCounter: lines, prettyErrors: false })
  // One mistake in the syntax makes many: the first says what is wrong.
  const [error] = document.errors
  if (error)
    return [`${placeOf(file, error.pos[0], lines)}: expected YAML, found a mistake: ${lowerFirst(error.message)}`]
  const values = valuesOf(document)
  if (values === null)
    return [`${placeOf(file, 0, lines)}: expected a host, found aliases that stand for more than a file may hold`]
  const checked = hostFile.safeParse(values.whole)
  if (!checked.success) return locateIssues(file, checked.error.issues, document, lines)
  const at = (path: readonly (string | number)[]): string => {
    const node = document.getIn(path, true)
    return placeOf(file, (isRanged(node) ? node.range[0] : undefined) ?? 0, lines)
  }
  const unknown = unknownNames(checked.data)
  if (unknown.length > 0) {
    return unknown.map(
      ({ path, name, known }) => `${at(path)}: expected one of the interfaces ${known.join(', ')}, found "${name}"`,
    )
  }
  const routers = strangeRouters(checked.data).map(
    ({ index, via }) =>
      `${at(['routes', index, 'via'])}: expected a router in the network of an interface, or its interface as "dev", found ${via} as routes.${index}.via`,
  )
  const configuration = configurationOf(checked.data)
  const wrong = wrongSysctls(checked.data)
  const numbers = wrong.map(
    ({ name, expected, found }) => `${at(['sysctls', name])}: expected ${expected}, found ${found} as sysctls.${name}`,
  )
  const strange = unknownSysctls(configuration)
    .filter((name) => !wrong.some((one) => one.name === name))
    .map((name) => `${at(['sysctls', name])}: expected a sysctl that the model knows, found ${name}`)
  const mistakes = [
    ...routers,
    ...numbers,
    ...strange,
    ...moduleMistakes(checked.data, at, (path) => placeOfKey(file, path, document, lines)),
  ]
  if (mistakes.length > 0) return mistakes
  return { configuration, outside: checked.data.outside }
}

/** Null where aliases of aliases would blow up to more than memory holds. */
function valuesOf(document: Document): { readonly whole: unknown } | null {
  try {
    return { whole: document.toJS() }
  } catch (error) {
    if (error instanceof ReferenceError) return null
    throw error
  }
}

/** A number, or several with blanks between; of conntrack, none below 0. Booleans are 0 and 1. */
function wrongSysctls(file: HostFile): { name: string; expected: string; found: string }[] {
  return Object.entries(file.sysctls).flatMap(([name, value]) => {
    const least = name.startsWith('net.netfilter.') ? 0 : -0x8000_0000
    const texts = String(Number.isInteger(value) ? value : typeof value === 'boolean' ? Number(value) : value)
    const areRight = texts.split(/\s+/).every((text) => {
      const number = /^-?\d+$/.test(text) ? Number(text) : Number.NaN
      return number >= least && number <= 0xffff_ffff
    })
    return areRight
      ? []
      : [{ name, expected: `a whole number from ${least} to 4294967295`, found: JSON.stringify(value) }]
  })
}

/** Of modules and parameters: unknown names at the name, wrong values at the value. */
function moduleMistakes(
  file: HostFile,
  at: (path: readonly string[]) => string,
  atKey: (path: readonly string[]) => string,
): string[] {
  return readModuleParameters(file.modules).mistakes.map((mistake) => {
    const { expected, known } = mistake
    const path = ['modules', ...mistake.path]
    const name = path.at(-1) ?? ''
    if (known.length > 0)
      return `${atKey(path)}: expected ${expected} (${known.join(', ')}), found "${name}"${suggestFor(name, known)}`
    const [module = '', parameter = ''] = mistake.path
    const found = JSON.stringify(file.modules[module]?.[parameter])
    return `${at(path)}: expected ${expected}, found ${found} as ${path.join('.')}`
  })
}

/** Next routers without `dev` must be neighbours: Linux refuses such a route as "network is unreachable". */
function strangeRouters(file: HostFile): { index: number; via: string }[] {
  const networks = Object.values(file.interfaces).flatMap(({ addresses }) =>
    addresses.flatMap((text) => parsePrefix(text) ?? []),
  )
  return file.routes.flatMap(({ via, dev }, index) => {
    const address = via === undefined || dev !== undefined ? null : parseAddress(via)
    if (address === null || via === undefined) return []
    return networks.some((network) => network.address.length === address.length && isInPrefix(address, 0, network))
      ? []
      : [{ index, via }]
  })
}

const lowerFirst = (text: string): string => text.charAt(0).toLowerCase() + text.slice(1)

const isRanged = (node: unknown): node is { readonly range: readonly number[] } =>
  typeof node === 'object' && node !== null && 'range' in node && Array.isArray(node.range)

/** Names of interfaces that the file uses but does not have. */
function unknownNames(file: HostFile): { path: (string | number)[]; name: string; known: string[] }[] {
  const known = [...Object.keys(file.interfaces), 'lo']
  const used = [
    ...file.routes.flatMap(({ dev }, i) =>
      dev === undefined ? [] : [{ path: ['routes', i, 'dev'], name: dev, known }],
    ),
    ...file.outside.map((name, i) => ({ path: ['outside', i], name, known })),
  ]
  return used.filter(({ name }) => !known.includes(name))
}

/** Names that mean nothing to the host or to conntrack, in the order of the file. */
function unknownSysctls(configuration: HostConfiguration): string[] {
  const { sysctls } = configuration
  const unknown = new Set([...new Host(configuration).unknownSysctls, ...settingsOfHost(configuration).unknown])
  return Object.keys(sysctls).filter((name) => unknown.has(name))
}

function configurationOf(file: HostFile): HostConfiguration {
  const interfaces = Object.entries(file.interfaces).map(([name, { mac, addresses, mtu }]) => ({
    name,
    addresses: addresses.flatMap((text) => parsePrefix(text) ?? []).map(withBroadcast),
    mtu,
    mac: mac ?? null,
    group: 0,
  }))
  const kernel = file.kernel === undefined ? null : parseKernel(file.kernel)
  const isForwarding = file.forwarding ?? interfaces.filter(({ name }) => name !== 'lo').length > 1
  return {
    interfaces,
    routes: file.routes.flatMap(({ to, via, dev }) => {
      const next = via === undefined ? null : parseAddress(via)
      return destinations(to, next).map((prefix) => ({
        to: prefix,
        via: next,
        device: dev ?? null,
        type: 'unicast' as const,
      }))
    }),
    isForwarding: { 4: isForwarding, 6: isForwarding },
    sysctls: Object.fromEntries(
      Object.entries(file.sysctls).map(([name, value]) => [name, typeof value === 'boolean' ? Number(value) : value]),
    ),
    listening: file.listening.flatMap((text) => parseListening(text) ?? []),
    userSpaceHelpers: file.userspaceHelpers,
    ...(kernel === null ? {} : { kernel }),
    modules: file.modules,
  }
}

/** `default` is of the next hop's family, or of both where there is none. */
function destinations(to: string, via: Uint8Array | null): readonly Prefix[] {
  if (to !== 'default') return [parsePrefix(to)].flatMap((prefix) => prefix ?? [])
  const lengths = via ? [via.length] : [4, 16]
  return lengths.map((length) => ({ address: new Uint8Array(length), length: 0 }))
}
