/** The shape of a helper: what one application protocol announces in its payload. One file per protocol; `helpers` is the table. */

import type { ExpectationPolicy } from '../expectation.ts'
import { ftp } from './ftp.ts'

/** The payload of one packet, as a helper sees it. Helpers read single packets; nothing is reassembled. */
export interface Payload {
  readonly bytes: Uint8Array
  /** The payload is bytes `from` to `to`; it has at least one byte. */
  readonly from: number
  readonly to: number
  readonly family: 4 | 6
  /** Direction in its connection: 0 original, 1 reply. */
  readonly direction: number
  /** TCP sequence number of the first byte; 0 for UDP. */
  readonly sequence: number
}

/** Bytes of the payload that name an address and port, and how to write another one there: for whoever translates addresses. */
export interface Edit {
  readonly from: number
  readonly to: number
  readonly form: 'ftp-comma' | 'ftp-eprt' | 'ftp-epsv'
}

/** A connection that the payload announces: from the peer (any port) to the sender. */
export interface Finding {
  readonly class: number
  readonly protocol: number
  /** Where the payload says to connect (4 or 16 bytes); null where it names no address, which means the sender's own. */
  readonly destination: Uint8Array | null
  readonly destinationPort: number
  readonly edits: readonly Edit[]
}

/** Drop: the helper could not follow a command that it must follow. */
export type HelperOutcome = 'nothing' | 'drop' | Finding

export interface Helper {
  readonly name: string
  readonly protocol: number
  readonly families: readonly (4 | 6)[]
  /** Registered port; an entry gets its helper by rule, from any port. */
  readonly port: number
  /** By class. */
  readonly policies: readonly ExpectationPolicy[]
  /** Words of memory that it wants for each connection. */
  readonly memoryWords: number
  /** Reads one packet; may change its memory. Payloads are seen only once a connection was answered. */
  find(payload: Payload, memory: Int32Array): HelperOutcome
}

/** A helper at work on one entry. */
export interface HelperState {
  readonly helper: Helper
  readonly memory: Int32Array
}

export const helpers: Readonly<Record<string, Helper>> = { ftp }

/** The helper of that name for the protocol and family, or null: then `ct helper` objects of it cannot be. */
export function findHelper(name: string, protocol: number, family: 4 | 6): Helper | null {
  const helper = Object.hasOwn(helpers, name) ? helpers[name] : undefined
  return helper && helper.protocol === protocol && helper.families.includes(family) ? helper : null
}
