/**
 * H.323: RAS, Q.931 and H.245 (H.225.0, H.245), as nf_conntrack_h323 and nf_nat_h323 read and rewrite them: only some messages, only
 * single packets, and whatever they cannot decode passes.
 */

import { Protocol } from '../../../packet/index.ts'
import type { Helper, HelperVerdict, HelperWork } from '../helper.ts'
import { followCall } from './calls.ts'
import { followControl } from './channels.ts'
import { decode } from './decode.ts'
import { rasMessage } from './h225-ras-schema.ts'
import { controlMessage } from './h245-schema.ts'
import { memoryWords, mostMediaChannels } from './memory.ts'
import { decodeQ931 } from './q931-envelope.ts'
import { followRas } from './registration.ts'
import { readFrames } from './tpkt.ts'

const timeoutSeconds = 240
/** Four expectations a media channel; and T.120, H.245 and what else a call has. */
const ofMedia = 4 * mostMediaChannels

/** Every datagram, from the first on. */
function readRas(work: HelperWork): HelperVerdict {
  const { from, to, transport, bytes } = work
  if (from >= to) return null
  const decoded = decode(rasMessage, bytes.subarray(from, to))
  return decoded && followRas({ work, data: from - transport, offset: 0 }, decoded)
}

export const ras: Helper = {
  name: 'RAS',
  protocol: Protocol.udp,
  families: [4, 6],
  port: 1719,
  policies: () => [{ name: 'RAS', maximum: 32, timeoutSeconds }],
  memoryWords,
  read: readRas,
}

export const q931: Helper = {
  name: 'Q.931',
  protocol: Protocol.tcp,
  families: [4, 6],
  port: 1720,
  policies: () => [{ name: 'Q.931', maximum: ofMedia + 4, timeoutSeconds }],
  memoryWords,
  read: (work) => readFrames(work, decodeQ931, followCall),
}

/** The kernel registers it for UDP and without a port: it is for connections that Q.931 foresees, which are TCP. */
export const h245: Helper = {
  name: 'H.245',
  protocol: Protocol.udp,
  families: [4, 6],
  port: 0,
  policies: () => [{ name: 'H.245', maximum: ofMedia + 2, timeoutSeconds }],
  memoryWords,
  read: (work) => readFrames(work, (bytes) => decode(controlMessage, bytes), followControl),
}
