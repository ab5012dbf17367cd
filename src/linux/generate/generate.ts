/** Invents scenarios in a closed loop: peers answer what the running kernel really sent, and what they did is kept. */

import { compareResults } from '../../analysis/lab/index.ts'
import { type Beginning, loadAccepted, type Recorded, runScenario, Session } from '../lab/index.ts'
import type { Libc } from '../native/index.ts'
import type { Kind } from './kinds/kind.ts'
import { kinds } from './kinds/table.ts'
import { Random } from './random.ts'
import { interfaces, routes } from './topology.ts'
import { World } from './world.ts'

/** How many conversations go on at a time. */
const AT_A_TIME = 2
const MOST_PACKETS = 250

export const kindNames: readonly string[] = kinds.map(({ name }) => name)

export interface GenerateOptions {
  /** Only these kinds; any when left out. */
  readonly only?: readonly string[]
}

/**
 * Invents the scenario of a seed and records what the kernel does with it. The same seed gives the same scenario as long as
 * the kernel answers the same. The calling thread is left in the scenario's network namespace (see Session).
 */
export function generateScenario(libc: Libc, seed: number, options: GenerateOptions = {}): Recorded {
  const random = new Random(seed)
  const kind = pickKind(random, options.only)
  const { ruleset: commands, flows, abuse, ...settings } = kind.plan(random)
  const name = `${kind.name}-${seed}`
  let ruleset = ''
  const beginning: Beginning = { name, interfaces, routes, ...settings }
  const session = new Session(libc, beginning, () => {
    ruleset = loadAccepted(commands)
  })
  try {
    const world = new World(session, random, { abuse, mostPackets: MOST_PACKETS })
    talk(
      world,
      flows.map((flow) => flow(world)),
    )
    const { packets } = world
    return { name, scenario: { ...beginning, ruleset, packets }, result: session.finish() }
  } finally {
    session.close()
  }
}

/** Whether a second run in the kernel gives the same; a NAT port that the kernel draws by lot makes it differ. */
export function isStable(libc: Libc, { scenario, result }: Recorded): boolean {
  const isInRealTime = scenario.realtime === true
  return compareResults(result, runScenario(libc, scenario), { isInRealTime }) === null
}

function pickKind(random: Random, only: readonly string[] | undefined): Kind {
  const chosen = only === undefined ? kinds : kinds.filter(({ name }) => only.includes(name))
  return random.pickWeighted(chosen.map((kind) => [kind.weight, kind]))
}

/** Has the conversations, a few at a time, in turns that chance decides. */
function talk(world: World, conversations: readonly Generator<void, void>[]): void {
  const { random } = world
  const waiting = [...conversations]
  const active = waiting.splice(0, AT_A_TIME)
  while (active.length > 0 && !world.isFull) {
    const at = random.chance(0.5) ? 0 : random.integer(0, active.length - 1)
    if (active[at]!.next().done !== true) continue
    const following = waiting.shift()
    active.splice(at, 1, ...(following === undefined ? [] : [following]))
  }
}
