/** How connections that a helper foresaw are translated: the shape of a set-up. One file per set-up; `table.ts` lists them. */

import type { AddressWords, Conntrack, Expectation, ExpectationTranslation } from '../../conntrack/index.ts'

/** A new connection that was expected, before any chain has seen it. */
export interface ExpectedConnection {
  readonly conntrack: Conntrack
  /** Handle of the new, unconfirmed entry; of its master, which is alive. */
  readonly entry: number
  readonly master: number
  /** It is used up already. */
  readonly expectation: Expectation
  readonly translation: ExpectationTranslation
  /** Translates the source to this address; with a `port`, to that port whether it is free or not. At most once. */
  source(address: AddressWords, port?: number): void
  /** The same for the destination. */
  destination(address: AddressWords, port?: number): void
}

export interface ExpectedSetup {
  /** The kernel's name, which helpers put into `ExpectationTranslation.name`. */
  readonly name: string
  set(connection: ExpectedConnection): void
}
