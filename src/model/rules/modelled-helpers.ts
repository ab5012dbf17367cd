/** Which helpers conntrack has, and for what: a language refuses to declare any other. */

import { helpers } from '../conntrack/index.ts'

/** A name may stand for several protocols. */
export interface ModelledHelper {
  readonly name: string
  readonly protocol: number
  readonly families: readonly (4 | 6)[]
  /** Runs in conntrackd: it is there only where it was added to the kernel. */
  readonly isUserSpace?: boolean
}

export const modelledHelpers: readonly ModelledHelper[] = helpers
