/** Why an expectation could not be made, in words for whoever asks why a packet was dropped. */

import type { ExpectationRefusal } from '../expectation.ts'

const words = {
  busy: 'another connection expects the same',
  already: 'another class of expectations holds the same',
  full: 'there are too many expectations',
} as const satisfies Record<ExpectationRefusal, string>

/** `what` is what was announced: "the transfer". */
export const refusalWords = (what: string, refusal: ExpectationRefusal): string =>
  `${what} cannot be expected: ${words[refusal]}`
