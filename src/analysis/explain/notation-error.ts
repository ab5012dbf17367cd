/** What the notation answers where a text is no packet. */

/** What is wrong with a packet's text. `column` counts from 1. */
export interface NotationError {
  readonly kind: 'notation-error'
  readonly column: number
  readonly message: string
}
