/** Multicast DNS (RFC 6762 section 5.1): answers to a one-shot query; as conntrackd's helper expects them. */

import { Protocol } from '../../../packet/index.ts'
import type { Helper } from '../helper.ts'
import { userSpace } from './conntrackd.ts'
import { expectFromAnyone } from './group-answers.ts'

export const mdns: Helper = userSpace({
  name: 'mdns',
  protocol: Protocol.udp,
  families: [4, 6],
  memoryWords: 0,
  maximum: 8,
  timeoutSeconds: 30,
  read: expectFromAnyone,
})
