/** Service Location Protocol (RFC 2608 section 6.1): answers to a request to a group; as conntrackd's helper expects them. */

import { Protocol } from '../../../packet/index.ts'
import type { Helper } from '../helper.ts'
import { userSpace } from './conntrackd.ts'
import { expectFromAnyone } from './group-answers.ts'

export const slp: Helper = userSpace({
  name: 'slp',
  protocol: Protocol.udp,
  families: [4, 6],
  memoryWords: 0,
  maximum: 8,
  timeoutSeconds: 16,
  read: expectFromAnyone,
})
