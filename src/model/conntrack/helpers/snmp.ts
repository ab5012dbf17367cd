/**
 * SNMP: answers to a request that was broadcast (nf_conntrack_snmp), and addresses in messages of translated connections
 * (nf_nat_snmp_basic, which is part of the kernel where it is built in).
 */

import { Protocol } from '../../packet/index.ts'
import { expectAnswers } from './broadcast.ts'
import type { Helper, HelperVerdict, HelperWork } from './helper.ts'
import { translateSnmp } from './snmp-translation.ts'

const port = 161

function read(work: HelperWork): HelperVerdict {
  expectAnswers(work, port, work.parameters.snmp.timeout)
  return translateSnmp(work)
}

export const snmp: Helper = {
  name: 'snmp',
  protocol: Protocol.udp,
  families: [4],
  port,
  policies: (parameters) => [{ name: 'snmp', maximum: 1, timeoutSeconds: parameters.snmp.timeout }],
  memoryWords: 0,
  read,
}
