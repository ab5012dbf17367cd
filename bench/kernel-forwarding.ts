/**
 * How fast the running kernel forwards a capture's packets under the five rules: from one network namespace through a box to another, all
 * three made for it and gone with the process. Needs root, nft, ip. Run: node bench/kernel-forwarding.ts CAPTURE
 */

import { spawnSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { enterFreshNamespace, setSysctl, sleep } from '../src/linux/namespace/index.ts'
import { CLONE_NEWNET, type Libc, openFlag, requireLibc, succeed } from '../src/linux/native/index.ts'
import { fiveRules } from './captures/five-rules.ts'
import type { Measurement } from './harness/measurement.ts'
import { type Burst, FrameSender, macBytes, readBursts } from './harness/packet-sender.ts'

const mostPackets = 600_000
const longestDrainMilliseconds = 2000
const unit = 'million packets/s'
/** Nobody's: the frames that the box sends on are thrown away where they arrive, as cheaply as can be. */
const nobodysMac = '02:00:00:00:00:09'

interface Side {
  readonly name: 'inside' | 'outside'
  readonly namespace: number
}

/** Runs a program in the network namespace of the calling thread. */
function run(program: string, args: readonly string[], input = ''): string {
  const { error, status, stdout, stderr } = spawnSync(program, args, { input, encoding: 'utf8' })
  if (error) throw new Error(`cannot run ${program}: ${error.message}`)
  if (status !== 0) throw new Error(`${program} ${args.join(' ')}: ${stderr.trim()}`)
  return stdout
}

const ip = (line: string): string => run('ip', line.split(' '))

function freshNamespace(libc: Libc): number {
  enterFreshNamespace(libc)
  const flags = openFlag.closeOnExec
  return succeed('open namespace', libc.open('/proc/thread-self/ns/net', flags))
}

/** The box in the middle, and the two namespaces that its interfaces lead to, each with an interface `end`. */
class ForwardingBox {
  readonly sides: readonly Side[]
  readonly #libc: Libc
  readonly #box: number

  constructor(libc: Libc) {
    this.#libc = libc
    this.#box = freshNamespace(libc)
    this.sides = [
      { name: 'inside', namespace: freshNamespace(libc) },
      { name: 'outside', namespace: freshNamespace(libc) },
    ]
    this.within(this.#box, () => {
      for (const side of this.sides) this.#join(side)
      ip('route add 10.0.0.0/8 via 192.0.2.2 dev inside')
      ip('route add default via 192.0.2.6 dev outside')
      setSysctl('net.ipv4.ip_forward', 1)
      run('nft', ['-f', '-'], fiveRules)
    })
  }

  #join({ name, namespace }: Side): void {
    const [own, other] = name === 'inside' ? ['192.0.2.1/30', '192.0.2.2'] : ['192.0.2.5/30', '192.0.2.6']
    ip(`link add ${name} type veth peer name end netns /proc/${process.pid}/fd/${namespace}`)
    ip(`address add ${own} dev ${name}`)
    ip(`link set ${name} up`)
    ip(`neighbour add ${other} lladdr ${nobodysMac} dev ${name} nud permanent`)
    this.within(namespace, () => ip('link set end up'))
  }

  /** Runs something with the calling thread in a namespace, and returns to the box. */
  within<T>(namespace: number, action: () => T): T {
    succeed('setns', this.#libc.setns(namespace, CLONE_NEWNET))
    try {
      return action()
    } finally {
      succeed('setns', this.#libc.setns(this.#box, CLONE_NEWNET))
    }
  }

  mac(name: string): Uint8Array {
    return macBytes(/link\/ether ([0-9a-f:]+)/.exec(ip(`-o link show dev ${name}`))?.[1] ?? '')
  }

  /** Packets that the box has forwarded so far. */
  forwarded(): number {
    const [names = [], values = []] = readFileSync('/proc/thread-self/net/snmp', 'utf8')
      .split('\n')
      .filter((line) => line.startsWith('Ip:'))
      .map((line) => line.split(' '))
    return Number(values[names.indexOf('ForwDatagrams')])
  }
}

/** Sends a burst and waits until the kernel has forwarded it; answers millions a second of what arrived. */
function timeBurst(box: ForwardingBox, senders: ReadonlyMap<string, FrameSender>, burst: Burst): number {
  const before = box.forwarded()
  const started = performance.now()
  senders.get(burst.side)?.send(burst)
  let ended = performance.now()
  let forwarded = box.forwarded() - before
  while (forwarded < burst.count && ended - started < longestDrainMilliseconds) {
    sleep(0.1)
    forwarded = box.forwarded() - before
    ended = performance.now()
  }
  if (forwarded < burst.count * 0.99)
    throw new Error(`the kernel forwarded only ${forwarded} of ${burst.count} packets of a burst`)
  return forwarded / (ended - started) / 1000
}

/** The same frames to an address that is not the box's: all of the way but the forwarding. */
function timeSending(senders: ReadonlyMap<string, FrameSender>, burst: Burst): number {
  const started = performance.now()
  senders.get(burst.side)?.send(burst)
  return burst.count / (performance.now() - started) / 1000
}

export function measureKernel(file: string): readonly Measurement[] {
  if (process.geteuid?.() !== 0) throw new Error('needs root')
  const libc = requireLibc()
  const box = new ForwardingBox(libc)
  const senders = new Map(
    box.sides.map(({ name, namespace }) => [name, box.within(namespace, () => new FrameSender(libc, 'end'))]),
  )
  const macs = { inside: box.mac('inside'), outside: box.mac('outside') }
  const bursts = readBursts(file, mostPackets, macs)
  const rates = bursts.map((burst) => timeBurst(box, senders, burst))
  const lost = readBursts(file, mostPackets / 3, { inside: macBytes(nobodysMac), outside: macBytes(nobodysMac) })
  const sending = Math.max(...lost.map((burst) => timeSending(senders, burst)))
  const best = Math.max(...rates)
  const sent = bursts.reduce((sum, { count }) => sum + count, 0)
  return [
    {
      name: 'kernel',
      value: best,
      unit,
      note: `sent and forwarded on one core, quickest of ${bursts.length} bursts, ${sent} packets in all; opening the flows ${rates[0]?.toFixed(2)}`,
    },
    {
      name: 'kernel without the sender',
      value: 1 / (1 / best - 1 / sending),
      unit,
      note: `worked out: sending alone, to a box that throws the frames away at its door, makes ${sending.toFixed(2)}`,
    },
  ]
}

const [file] = process.argv.slice(2)
if (file === undefined) {
  console.error('usage: node bench/kernel-forwarding.ts CAPTURE')
  process.exitCode = 2
} else console.log(JSON.stringify(measureKernel(file)))
