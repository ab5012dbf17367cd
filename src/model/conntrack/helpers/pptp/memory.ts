/** What the PPTP helper remembers of a control connection, word by word, and the values of its states. */

/** Places in the helper's memory. The client's call id is the one that the server knows; the original one is that before translation. */
export const Memory = {
  session: 0,
  call: 1,
  serverCallId: 2,
  clientCallId: 3,
  originalClientCallId: 4,
} as const
export const memoryWords = 5

/** In this order: a stop is only answered up to `stopRequested`, a start only from `requested`. */
export const Session = { none: 0, failed: 1, stopRequested: 2, requested: 3, confirmed: 4 } as const

export const Call = {
  none: 0,
  outgoingRequested: 1,
  outgoingConfirmed: 2,
  incomingRequested: 3,
  incomingAnswered: 4,
  incomingConfirmed: 5,
  clearRequested: 6,
} as const
