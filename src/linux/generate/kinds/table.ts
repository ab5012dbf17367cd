/** All kinds of scenarios. */

import { amanda } from '../flows/amanda.ts'
import { netbiosNs, snmp } from '../flows/broadcast.ts'
import { echo } from '../flows/echo.ts'
import { ftp } from '../flows/ftp.ts'
import { h323 } from '../flows/h323.ts'
import { irc } from '../flows/irc.ts'
import { local } from '../flows/local.ts'
import { other } from '../flows/other.ts'
import { pptp } from '../flows/pptp.ts'
import { sane } from '../flows/sane.ts'
import { sctp } from '../flows/sctp.ts'
import { sip } from '../flows/sip.ts'
import { tcp } from '../flows/tcp.ts'
import { tftp } from '../flows/tftp.ts'
import { udp } from '../flows/udp.ts'
import { helperKind } from './helper-kind.ts'
import type { Kind } from './kind.ts'
import { mixed, wildKind } from './mixed.ts'
import { events, objects } from './objects.ts'
import { pressure } from './pressure.ts'
import { timeouts } from './timeouts.ts'
import { zones } from './zones.ts'

export const kinds: readonly Kind[] = [
  mixed,
  wildKind('tcp', 1, () => tcp),
  wildKind('udp', 1, () => udp),
  wildKind('echo', 1, () => echo),
  wildKind('sctp', 1, () => sctp),
  wildKind('other', 1, () => other),
  wildKind('local', 1, () => local),
  helperKind('ftp', { helpers: ['ftp'], flow: ftp, weight: 2 }),
  helperKind('sip', { helpers: ['sip'], flow: sip, weight: 3 }),
  helperKind('pptp', { helpers: ['pptp'], flow: pptp, weight: 2 }),
  helperKind('tftp', { helpers: ['tftp'], flow: tftp }),
  helperKind('irc', { helpers: ['irc'], flow: irc }),
  helperKind('amanda', { helpers: ['amanda'], flow: amanda }),
  helperKind('sane', { helpers: ['sane'], flow: sane }),
  helperKind('h323', { helpers: ['RAS', 'Q.931'], flow: h323, weight: 2 }),
  helperKind('netbios-ns', { helpers: ['netbios-ns'], flow: netbiosNs }),
  helperKind('snmp', { helpers: ['snmp'], flow: snmp }),
  zones,
  objects,
  events,
  pressure,
  timeouts,
]
