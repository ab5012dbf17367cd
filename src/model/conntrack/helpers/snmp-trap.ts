/** SNMP traps: expects nothing, only rewrites addresses in messages of translated connections (nf_nat_snmp_basic). */

import { Protocol } from '../../packet/index.ts'
import type { Helper } from './helper.ts'
import { translateSnmp } from './snmp-translation.ts'

export const snmpTrap: Helper = {
  name: 'snmp_trap',
  protocol: Protocol.udp,
  families: [4],
  port: 162,
  policies: () => [{ name: 'snmp_trap', maximum: 0, timeoutSeconds: 180 }],
  memoryWords: 0,
  read: translateSnmp,
}
