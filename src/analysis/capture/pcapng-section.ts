/** The state of the pcapng section being read, shared by its packet blocks and its framing. */
import type { TimestampUnit } from './pcapng-timestamp.ts'

/** Block types. The section header reads the same in both byte orders. */
export const pcapngBlock = { section: 0x0a0d0d0a, interface: 1, packet: 2, simplePacket: 3, enhancedPacket: 6 } as const

/** Type and length before a block's body, length after it. */
export const frameworkLength = 12

/** One object for the whole file; a section header resets the first two. */
export interface PcapngSection {
  littleEndian: boolean
  /** Index of the section's interface 0 among those of the whole file. */
  firstInterface: number
  /** How each interface of the whole file counts time. */
  readonly units: TimestampUnit[]
}
