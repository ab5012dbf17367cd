/** Reads a HOST.yaml into the configuration of a modelled host; everything wrong with it is said with its place. */

import { LineCounter, parseDocument } from 'yaml'
import { type Prefix, parseAddress, parsePrefix } from '../../../model/bytes/index.ts'
import { settingsFromSysctls } from '../../../model/conntrack/index.ts'
import { Host, type HostConfiguration } from '../../../model/host/index.ts'
import { locateIssues, placeOf } from './located-errors.ts'
import { type HostFile, hostFile, parseListening } from './schema.ts'

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
  const checked = hostFile.safeParse(document.toJS())
  if (!checked.success) return locateIssues(file, checked.error.issues, document, lines)
  const unknown = unknownNames(checked.data)
  if (unknown.length > 0) {
    return unknown.map(({ path, name, known }) => {
      const node = document.getIn(path, true)
      const offset = (isRanged(node) ? node.range[0] : undefined) ?? 0
      return `${placeOf(file, offset, lines)}: expected one of the interfaces ${known.join(', ')}, found "${name}"`
    })
  }
  const configuration = configurationOf(checked.data)
  const strange = unknownSysctls(configuration)
  if (strange.length > 0) {
    return strange.map((name) => {
      const node = document.getIn(['sysctls', name], true)
      const offset = (isRanged(node) ? node.range[0] : undefined) ?? 0
      return `${placeOf(file, offset, lines)}: expected a number for a sysctl that the model knows, found ${name}`
    })
  }
  return { configuration, outside: checked.data.outside }
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

/** Names that mean nothing to the host and to conntrack. */
function unknownSysctls(configuration: HostConfiguration): string[] {
  return [
    ...new Set([...new Host(configuration).unknownSysctls, ...settingsFromSysctls(configuration.sysctls).unknown]),
  ]
}

function configurationOf(file: HostFile): HostConfiguration {
  const interfaces = Object.entries(file.interfaces).map(([name, { mac, addresses, mtu }]) => ({
    name,
    addresses: addresses.flatMap((text) => parsePrefix(text) ?? []),
    mtu,
    mac: mac ?? null,
    group: 0,
  }))
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
  }
}

/** `default` is of the next hop's family, or of both where there is none. */
function destinations(to: string, via: Uint8Array | null): readonly Prefix[] {
  if (to !== 'default') return [parsePrefix(to)].flatMap((prefix) => prefix ?? [])
  const lengths = via ? [via.length] : [4, 16]
  return lengths.map((length) => ({ address: new Uint8Array(length), length: 0 }))
}
