/** Every set-up of expected connections, by the kernel's name. */

import { callForwarding } from './callforwarding.ts'
import type { ExpectedSetup } from './expected.ts'
import { followMaster } from './follow-master.ts'
import { pptp } from './pptp.ts'
import { q931 } from './q931.ts'
import { sip } from './sip.ts'

const setups: readonly ExpectedSetup[] = [callForwarding, followMaster, pptp, q931, sip]

const byName: ReadonlyMap<string, ExpectedSetup> = new Map(setups.map((setup) => [setup.name, setup]))

/** Undefined where nothing of that name is translated. */
export const findSetup = (name: string): ExpectedSetup | undefined => byName.get(name)
