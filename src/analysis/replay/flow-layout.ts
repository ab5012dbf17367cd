/** How the rows of the flow table lie in its arrays. */

/** Words of who speaks with whom, read when a flow begins and when it is reported. IPv4 uses the first word of each address. */
export const Word = { source: 0, destination: 4, ports: 8, protocol: 9, entry: 10, next: 11 } as const
export const stride = 12
/** The first ones are the ends. */
export const probeWords = 10

/** Beside it: when the flow began. */
export const Begin = { number: 0, time: 1 } as const
export const beginStride = 2

/** What every packet of the flow changes: 64 bytes, one line of the processor's cache. Three doubles, then words. */
export const HotDouble = { lastTime: 0, forthBytes: 1, backBytes: 2 } as const
export const Hot = {
  forthPackets: 6,
  backPackets: 7,
  lastForth: 8,
  lastBack: 9,
  flags: 10,
  states: 11,
  related: 12,
  refused: 13,
  openingRule: 14,
  refusingRule: 15,
} as const
export const hotStride = 16
export const hotDoubleStride = 8

/** openingDropped: the packet that would have opened it was refused. expected: a helper foresaw it. swapped: its entry runs the other way than its first packet. */
export const FlowFlag = { openingDropped: 1, expected: 2, swapped: 4, family6: 8, passed: 16, openedLater: 32 } as const

/** The rows of a {@link FlowTable}, one behind the other, as they can be sent from a worker. */
export interface FlowData {
  readonly count: number
  readonly words: Int32Array
  readonly begins: Float64Array
  readonly hot: Float64Array
}
