/** A small router for tests: lan and wan, what leaves it as lines, and the hooks each packet met. */

import { InvariantError, type Prefix, parseAddress, parsePrefix } from '../bytes/index.ts'
import { defaultSettings, stateNames } from '../conntrack/index.ts'
import { Host, type HostConfiguration, type RouteConfiguration } from '../host/index.ts'
import { Hook, type HookNumber, Packet, packetText, redecode } from '../packet/index.ts'
import type { Ruleset, Statement } from '../rules/index.ts'
import { dropReasons, Engine, fateNames, type Probe } from './index.ts'

const source = { file: 'test', line: 1, column: 1, offset: 0, length: 0 }

const prefixOf = (text: string): Prefix => {
  const prefix = parsePrefix(text)
  if (!prefix) throw new InvariantError(`not a prefix: ${text}`)
  return prefix
}

const device = (name: string, mtu: number, ...addresses: string[]): HostConfiguration['interfaces'][number] => ({
  name,
  addresses: addresses.map(prefixOf),
  mtu,
  mac: null,
  group: 0,
})

export const routeTo = (
  to: string,
  via: string | null,
  through: string | null,
  type: RouteConfiguration['type'] = 'unicast',
): RouteConfiguration => ({
  to: prefixOf(to),
  via: via === null ? null : parseAddress(via),
  device: through,
  type,
})

/** lan 192.168.1.1, wan 203.0.113.1 with the default routes, dmz 10.0.0.1 with an MTU of 1300. */
export const routerConfiguration: HostConfiguration = {
  interfaces: [
    device('wan', 1500, '203.0.113.1/24', '2001:db8:1::1/64'),
    device('lan', 1500, '192.168.1.1/24', 'fd00::1/64'),
    device('dmz', 1300, '10.0.0.1/24', 'fd01::1/64'),
  ],
  routes: [routeTo('0.0.0.0/0', '203.0.113.254', 'wan'), routeTo('::/0', '2001:db8:1::fe', 'wan')],
  isForwarding: { 4: true, 6: true },
  sysctls: {},
  listening: [],
}

/** What a statement is, without where it was written. */
type Unwritten<S> = S extends Statement ? Omit<S, 'text' | 'source'> : never

export const statement = (of: Unwritten<Statement>): Statement => ({ ...of, text: of.kind, source }) as Statement // only `text` and `source` were missing

/** One table with one base chain of one rule. */
export const oneChain = (
  hook: HookNumber,
  statements: readonly Statement[],
  base: {
    readonly type?: 'filter' | 'nat' | 'route'
    readonly priority?: number
    readonly policy?: 'accept' | 'drop'
  } = {},
): Ruleset => ({
  tables: [
    {
      family: 'inet',
      name: 't',
      handle: 1,
      isDormant: false,
      sets: [],
      objects: [],
      source,
      chains: [
        {
          name: 'c',
          handle: 1,
          source,
          base: {
            id: 1,
            type: base.type ?? 'filter',
            hook,
            priority: base.priority ?? 0,
            policy: base.policy ?? 'accept',
          },
          rules: statements.length === 0 ? [] : [{ id: 1, handle: 2, statements, text: 'rule', source, comment: null }],
        },
      ],
    },
  ],
})

export const noRules: Ruleset = { tables: [] }

export interface RouterOptions {
  readonly ruleset?: Ruleset
  readonly sysctls?: Readonly<Record<string, string | number>>
  readonly routes?: readonly RouteConfiguration[]
  readonly listening?: HostConfiguration['listening']
  readonly isForwarding?: HostConfiguration['isForwarding']
  readonly isTracking?: boolean
}

const shortHooks = ['pre', 'in', 'fwd', 'out', 'post']

/** Sends bytes through a router, and keeps what came of it. */
export class TestRouter {
  readonly host: Host
  readonly engine: Engine
  /** What left because of the last packet: interface and bytes. */
  left: { readonly through: string; readonly bytes: Uint8Array }[] = []
  /** Hooks that packets met, with their states: `pre:new`, `out:related/r`. */
  hooks: string[] = []
  private readonly packet = new Packet()
  private number = 0

  constructor(options: RouterOptions = {}) {
    this.host = new Host({
      ...routerConfiguration,
      sysctls: options.sysctls ?? {},
      routes: options.routes ?? routerConfiguration.routes,
      listening: options.listening ?? [],
      isForwarding: options.isForwarding ?? routerConfiguration.isForwarding,
    })
    this.engine = new Engine({
      host: this.host,
      ruleset: options.ruleset ?? noRules,
      settings: defaultSettings,
      random: () => 0,
      isTracking: { 4: options.isTracking ?? true, 6: options.isTracking ?? true },
      probes: shortHooks.map((_, hook) => this.probe(hook as HookNumber)), // the index of a hook's name is its number
    })
    this.engine.onTransmit = (through, packet) => {
      this.left.push({ through: this.host.interfaceName(through), bytes: packet.bytes.slice(packet.start, packet.end) })
    }
  }

  private probe(hook: HookNumber): Probe {
    const run = (packet: Packet): void => {
      const state = packet.isUntracked ? 'untracked' : (stateNames[packet.state] ?? '-')
      this.hooks.push(`${shortHooks[hook]}:${state}${packet.isReply ? '/r' : ''}`)
    }
    return { hook, priority: hook === Hook.prerouting || hook === Hook.output ? -199 : 1000000, run }
  }

  private load(bytes: Uint8Array, time: number): void {
    this.left = []
    this.hooks = []
    this.packet.reset()
    this.packet.bytes = bytes.slice()
    this.packet.start = 0
    this.packet.time = time
    this.packet.number = ++this.number
  }

  /** `forwarded`, or the fate and the code of its reason. */
  receive(bytes: Uint8Array, through = 'lan', time = 0): string {
    this.load(bytes, time)
    this.packet.input = this.host.interfaceIndex(through)
    this.engine.receive(this.packet, bytes.length)
    return this.outcome
  }

  send(bytes: Uint8Array, time = 0): string {
    this.load(bytes, time)
    this.engine.send(this.packet, bytes.length)
    return this.engine.error ?? this.outcome
  }

  private get outcome(): string {
    const fate = fateNames[this.engine.fate]
    return this.engine.reason === 0 ? fate : `${fate} ${dropReasons[this.engine.reason]?.code}`
  }

  /** What left, for people: interface and packet. */
  get lines(): string[] {
    return this.left.map(({ through, bytes }) => `${through} ${textOf(bytes)}`)
  }
}

function textOf(bytes: Uint8Array): string {
  const packet = new Packet()
  packet.bytes = bytes
  packet.end = bytes.length
  packet.family = (bytes[0] ?? 0) >>> 4 === 4 ? 4 : 6
  redecode(packet)
  return packetText(packet)
}
