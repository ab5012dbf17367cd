/** The box of a scenario inside a fresh network namespace: its interfaces, routes, sysctls, and what it is sent. */

import type { Emitted, Scenario, ScenarioPacket } from '../../analysis/lab/index.ts'
import { DEFAULT_MTU, quietSysctls } from '../../analysis/lab/index.ts'
import { enterFreshNamespace, Network, setSysctl } from '../namespace/index.ts'
import type { Libc } from '../native/index.ts'
import {
  addressBytes,
  errnoName,
  family,
  IPPROTO_RAW,
  internetAddress,
  LiveError,
  socketOption,
  socketType,
  succeed,
} from '../native/index.ts'
import { Tun } from '../tun/index.ts'
import type { Beginning } from './beginning.ts'

/** Everything of one scenario that is not netfilter. Whoever owns the C library's descriptors closes them. */
export class Box {
  readonly #libc: Libc
  readonly #devices: readonly Tun[]
  readonly #senders = new Map<string, number>()

  /** Moves the calling thread into a new network namespace and builds the box there. */
  constructor(libc: Libc, scenario: Beginning) {
    this.#libc = libc
    if (scenario.userspaceHelpers?.length)
      throw new LiveError('the kernel lab runs no conntrackd: helpers in user space are for the model only')
    enterFreshNamespace(libc)
    setSysctls(quietSysctls)
    const network = new Network(libc)
    network.setUp('lo')
    this.#devices = Object.entries(scenario.interfaces).map(([name, settings]) => {
      const device = new Tun(libc, name)
      setSysctl(`net.ipv6.conf.${name}.accept_ra`, 0)
      network.prepare(name, settings.mtu ?? DEFAULT_MTU)
      network.setUp(name)
      for (const address of addressesOf(settings)) network.addAddress(name, address, settings.broadcast?.[address])
      return device
    })
    // Only now: with multicast still on, becoming a router would send MLD reports at random moments.
    setSysctl('net.ipv6.conf.all.forwarding', 1)
    for (const route of scenario.routes ?? []) network.addRoute(route.dst, route.via, route.dev, route.type)
    for (const address of localAddressesOf(scenario)) if (address.includes(':')) network.waitUntilLocal(address)
    setSysctls(scenario.sysctls ?? {})
  }

  /** Opens the UDP sockets that swallow datagrams. */
  listen(sockets: Scenario['udp_sockets']): void {
    for (const { addr, port } of sockets ?? []) {
      const descriptor = this.#socket(addr.includes(':'), socketType.datagram, 0)
      succeed(`bind ${addr} port ${port}`, this.#libc.bind(descriptor, internetAddress(addressBytes(addr), port)))
    }
  }

  /** Has the packet arrive, or sends it from the box itself; the errno's name when the kernel refuses it. */
  send(packet: ScenarioPacket): string | undefined {
    const bytes = Buffer.from(packet.hex, 'hex')
    const result = packet.in === 'local' ? this.#sendLocal(packet, bytes) : this.#device(packet.in).send(bytes)
    return result < 0 ? errnoName(-result) : undefined
  }

  /** What left through the interfaces since the last call, by interface, in order. */
  emitted(): Emitted[] {
    return this.#devices.flatMap((device) =>
      device.receiveAll().map((bytes): Emitted => [device.name, Buffer.from(bytes).toString('hex')]),
    )
  }

  #device(name: string): Tun {
    const device = this.#devices.find((each) => each.name === name)
    if (device === undefined)
      throw new LiveError(`a packet comes in on ${name}, which is not an interface of the scenario`)
    return device
  }

  #sendLocal(packet: ScenarioPacket, bytes: Uint8Array): number {
    const isIpv6 = (bytes[0] ?? 0) >> 4 === 6
    const destination = isIpv6 ? bytes.subarray(24, 40) : bytes.subarray(16, 20)
    if (destination.length !== (isIpv6 ? 16 : 4))
      throw new LiveError('a local packet is too short to have a destination')
    const descriptor = this.#sender(isIpv6, packet)
    return this.#libc.sendTo(descriptor, bytes, 0, internetAddress(destination, 0))
  }

  /** A raw socket that takes whole packets, one for each mark and interface, and for broadcasts. */
  #sender(isIpv6: boolean, { mark = 0, oif: device = '', broadcast = false }: ScenarioPacket): number {
    const key = `${isIpv6} ${mark} ${device} ${broadcast}`
    const known = this.#senders.get(key)
    if (known !== undefined) return known
    const descriptor = this.#socket(isIpv6, socketType.raw, IPPROTO_RAW)
    this.#setOption(descriptor, socketOption.receiveBuffer, number32(0))
    if (mark !== 0) this.#setOption(descriptor, socketOption.mark, number32(mark))
    if (broadcast) this.#setOption(descriptor, socketOption.broadcast, number32(1))
    if (device !== '') this.#setOption(descriptor, socketOption.bindToDevice, Buffer.from(device))
    this.#senders.set(key, descriptor)
    return descriptor
  }

  #socket(isIpv6: boolean, type: number, protocol: number): number {
    const domain = isIpv6 ? family.ipv6 : family.ipv4
    return succeed('socket', this.#libc.socket(domain, type | socketType.closeOnExec, protocol))
  }

  #setOption(descriptor: number, [level, option]: readonly [number, number], value: Uint8Array): void {
    succeed(`setsockopt ${level}/${option}`, this.#libc.setSocketOption(descriptor, level, option, value))
  }
}

/** The box's own addresses without their prefix lengths. */
export function localAddressesOf(scenario: Beginning): string[] {
  const addresses = Object.values(scenario.interfaces).flatMap(addressesOf)
  return addresses.map((address) => address.split('/')[0] ?? '')
}

function addressesOf(settings: Scenario['interfaces'][string]): readonly string[] {
  return [...(settings.addr4 ?? []), ...(settings.addr6 ?? [])]
}

function setSysctls(values: Readonly<Record<string, number | string>>): void {
  for (const [name, value] of Object.entries(values)) setSysctl(name, value)
}

function number32(value: number): Uint8Array {
  const bytes = Buffer.alloc(4)
  bytes.writeUInt32LE(value >>> 0)
  return bytes
}
