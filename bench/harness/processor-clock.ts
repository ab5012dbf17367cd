/** The time that this thread has had the processor: what others do beside it on a busy machine is not in it, unlike in time of day. */

import { loadKoffi } from './load-koffi.ts'

/** clock_gettime(2). getrusage(2), which Node asks (process.threadCpuUsage), is only as exact as the kernel's tick: some milliseconds. */
const CLOCK_THREAD_CPUTIME_ID = 3

const gettime = loadClock()
const time = new BigInt64Array(2)

/** Milliseconds. Where the optional package koffi is not there, time of day: a clock that is as coarse as a round misleads more. */
export function processorMilliseconds(): number {
  if (gettime === null || gettime(CLOCK_THREAD_CPUTIME_ID, time) !== 0) return performance.now()
  return Number(time[0]) * 1000 + Number(time[1]) / 1e6
}

function loadClock(): ((clock: number, into: BigInt64Array) => number) | null {
  try {
    return loadKoffi().load(null).func('int clock_gettime(int, void *)')
  } catch {
    return null
  }
}
