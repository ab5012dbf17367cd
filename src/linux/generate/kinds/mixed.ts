/** Anything at once: wild rules over conversations of every protocol. */

import type { Flow } from '../flow.ts'
import { amanda } from '../flows/amanda.ts'
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
import type { Random } from '../random.ts'
import { wildRuleset } from '../rulesets/wild.ts'
import { type Kind, pickSysctls } from './kind.ts'

const flows: readonly (readonly [weight: number, flow: Flow])[] = [
  [5, tcp],
  [3, udp],
  [2, echo],
  [4, ftp],
  [1, sip],
  [1, pptp],
  [1, tftp],
  [1, irc],
  [0.5, amanda],
  [0.5, sane],
  [0.5, h323],
  [1, sctp],
  [1, other],
  [1, local],
]

/** Wild rules over conversations that `pick` picks. */
export const wildKind = (name: string, weight: number, pick: (random: Random) => Flow): Kind => ({
  name,
  weight,
  plan: (random) => ({
    ruleset: wildRuleset(random),
    sysctls: pickSysctls(random),
    ...(random.chance(0.3) ? { udp_sockets: [{ addr: '0.0.0.0', port: 53 }] } : {}),
    flows: Array.from({ length: random.integer(2, 7) }, () => pick(random)),
    abuse: random.pick([0.04, 0.1, 0.2, 0.3]),
  }),
})

export const mixed: Kind = wildKind('mixed', 6, (random) => random.pickWeighted(flows))
