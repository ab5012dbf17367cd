/** What the H.323 helpers remember of a connection, as words of its memory. Ports and lengths are kept for each direction. */

import type { HelperWork } from '../helper.ts'

type Memory = Pick<HelperWork, 'memory'>

const mediaFrom = 2
const headerFrom = 10
const lifetimeAt = 12

/** How many media channels are translated. */
export const mostMediaChannels = 4
export const memoryWords = 13

/** Signalling port (Q.931 or H.245) of the endpoint that sends in `direction`: its own there, its public one in the other. */
export const signalPort = ({ memory }: Memory, direction: 0 | 1): number => memory[direction]!

export function rememberSignalPorts({ memory }: Memory, direction: 0 | 1, port: number, otherPort: number): void {
  memory[direction] = port
  memory[1 - direction] = otherPort
}

/** RTP port of channel `index`, below {@link mostMediaChannels}; as for signalling ports. */
export const mediaPort = ({ memory }: Memory, index: number, direction: 0 | 1): number =>
  memory[mediaFrom + 2 * index + direction]!

export function rememberMediaPorts(
  { memory }: Memory,
  index: number,
  direction: 0 | 1,
  port: number,
  otherPort: number,
): void {
  memory[mediaFrom + 2 * index + direction] = port
  memory[mediaFrom + 2 * index + 1 - direction] = otherPort
}

/** Bytes that the TPKT header before this segment announced; 0: it did not come alone. */
export const announcedLength = ({ memory }: Memory, direction: 0 | 1): number => memory[headerFrom + direction]!

export function rememberLength({ memory }: Memory, direction: 0 | 1, length: number): void {
  memory[headerFrom + direction] = length
}

/** Of a registration, in seconds, 32 bits; 0: none was asked for. */
export const lifetime = ({ memory }: Memory): number => memory[lifetimeAt]! >>> 0

export function rememberLifetime({ memory }: Memory, seconds: number): void {
  memory[lifetimeAt] = seconds
}
