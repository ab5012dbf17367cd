/** One guarded workload in a process of its own: rounds of it and of the reference loop in turn, for so long; a line of JSON at the end. */

import { processorMilliseconds } from '../harness/processor-clock.ts'
import { farFlows, nearFlows, Reference } from '../harness/reference.ts'
import { type Rounds, timeRound } from '../harness/rounds.ts'

/** Nanoseconds a packet, and nanoseconds a step of each reference, round by round. */
export interface ChildTimes {
  readonly work: readonly number[]
  /** In the processor's nearest caches. */
  readonly near: readonly number[]
  /** Waiting for memory. */
  readonly far: readonly number[]
}

/** Milliseconds of processor time. */
const warming = 1000
const fewestWarmingRounds = 6
const fewestRounds = 12
const nearSteps = 200_000
const farSteps = 2 * farFlows

const [name = '', secondsText = ''] = process.argv.slice(2)
const module: { readonly rounds?: () => Rounds } = await import(new URL(`../${name}.ts`, import.meta.url).href)
if (!module.rounds) throw new Error(`bench/${name}.ts exports no rounds`)
const rounds = module.rounds()
const near = new Reference(nearFlows)
const far = new Reference(farFlows)

function round(times: { work: number[]; near: number[]; far: number[] }): void {
  times.work.push(timeRound(rounds))
  times.near.push(near.time(nearSteps, processorMilliseconds))
  times.far.push(far.time(farSteps, processorMilliseconds))
}

/** Rounds until both the fewest and the time are over. */
function measure(fewest: number, milliseconds: number): ChildTimes {
  const times = { work: [], near: [], far: [] }
  const until = processorMilliseconds() + milliseconds
  for (let done = 0; done < fewest || processorMilliseconds() < until; done++) round(times)
  return times
}

// Until the engine has compiled all for good.
measure(fewestWarmingRounds, warming)
process.stdout.write(`\n${JSON.stringify(measure(fewestRounds, Number(secondsText) * 1000))}\n`)
