/** One rule as one closure: its steps in order, until one ends it; hits are counted by rule. */

import type { Packet } from '../packet/index.ts'
import type { Step } from './machine.ts'
import { Result } from './result.ts'

/** Packets and bytes of rules whose matches all succeeded, by rule id. */
export interface Hits {
  readonly packets: Float64Array
  readonly bytes: Float64Array
}

function hit(hits: Hits, ruleId: number, packet: Packet): void {
  hits.packets[ruleId]!++
  // Added as a difference: V8 (of Node 26) adds whole numbers to a double by way of integers, which takes 7 ns in place of 3.
  hits.bytes[ruleId]! -= packet.start - packet.end
}

/** The usual lengths are spelt out: a loop over closures costs more than the closures. */
export function joinSteps(steps: readonly Step[], ruleId: number, hits: Hits): Step {
  const [first, second, third] = steps
  if (!first) {
    return (packet) => {
      hit(hits, ruleId, packet)
      return Result.next
    }
  }
  if (!second) {
    return (packet) => {
      const result = first(packet)
      if (result !== Result.break) hit(hits, ruleId, packet)
      return result
    }
  }
  if (!third) {
    return (packet) => {
      let result = first(packet)
      if (result === Result.next) result = second(packet)
      if (result !== Result.break) hit(hits, ruleId, packet)
      return result
    }
  }
  if (steps.length === 3) {
    return (packet) => {
      let result = first(packet)
      if (result === Result.next) result = second(packet)
      if (result === Result.next) result = third(packet)
      if (result !== Result.break) hit(hits, ruleId, packet)
      return result
    }
  }
  return (packet) => {
    let result: number = Result.next
    for (let i = 0; i < steps.length && result === Result.next; i++) result = steps[i]!(packet)
    if (result !== Result.break) hit(hits, ruleId, packet)
    return result
  }
}
