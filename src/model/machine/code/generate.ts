/** Makes a function of generated text, where that is allowed: a strict content security policy forbids it. */

import type { Step } from '../machine.ts'
import type { Part } from './operation.ts'
import { type Environment, sourceOf } from './source.ts'

let known: boolean | null = null

/** Whether functions can be made of text here. Asked once. */
export function canGenerate(): boolean {
  known ??= doesGenerate()
  return known
}

function doesGenerate(): boolean {
  try {
    return new Function('return 1')() === 1
  } catch {
    // A page's policy: EvalError. There the closures do the same work.
    return false
  }
}

export function generate(parts: readonly Part[], environment: Environment): Step {
  const { constants, text } = sourceOf(parts, environment)
  // The body of `sourceOf` returns a step: nobody else writes such text.
  return new Function('k', text)(constants) as Step
}
