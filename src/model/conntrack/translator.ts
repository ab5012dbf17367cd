/** What NAT does for conntrack; the room `nat` implements it. Without it nothing is translated. */

import type { Expectation } from './expectation.ts'

export interface Translator {
  /** Sets up how an entry that fulfils `expectation` is translated; the entry is new, unconfirmed, and knows its master. */
  expected(entry: number, expectation: Expectation): void
}
