/** A walk that was recorded. Most of what is told is text, so it is made when somebody reads it, from what was noted on the way. */

import { type KeptBytes, keptView } from './kept-bytes.ts'
import type { Step } from './walk.ts'

/** Tells a step from what was noted of it; null where it turns out that there is nothing to tell. */
export type Noted = () => Step | null

export class RecordedWalk {
  /** Name of the interface by which the packet left or would have left; null: by none. */
  readonly out: string | null
  readonly #noted: readonly Noted[]
  readonly #left: KeptBytes | null
  #steps: readonly Step[] | null = null

  constructor(noted: readonly Noted[], out: string | null, left: KeptBytes | null) {
    this.#noted = noted
    this.out = out
    this.#left = left
  }

  get steps(): readonly Step[] {
    this.#steps ??= this.#noted.map((tell) => tell()).filter((step) => step !== null)
    return this.#steps
  }

  /** Bytes of what left because of the packet itself, for later packets to refer to; null: nothing did. */
  get left(): Uint8Array | null {
    return this.#left && keptView(this.#left)
  }
}
