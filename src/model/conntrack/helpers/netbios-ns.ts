/** NetBIOS name service: answers to a name query that was broadcast (RFC 1002 section 4.2); as nf_conntrack_netbios_ns. */

import { Protocol } from '../../packet/index.ts'
import { expectAnswers } from './broadcast.ts'
import type { Helper, HelperVerdict, HelperWork } from './helper.ts'

const port = 137

function read(work: HelperWork): HelperVerdict {
  expectAnswers(work, port, work.parameters.netbiosNs.timeout)
  return null
}

export const netbiosNs: Helper = {
  name: 'netbios-ns',
  protocol: Protocol.udp,
  families: [4],
  port,
  policies: (parameters) => [{ name: 'netbios-ns', maximum: 1, timeoutSeconds: parameters.netbiosNs.timeout }],
  memoryWords: 0,
  read,
}
