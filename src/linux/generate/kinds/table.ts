/** All kinds of scenarios. */

import { echo } from '../flows/echo.ts'
import { ftp } from '../flows/ftp.ts'
import { tcp } from '../flows/tcp.ts'
import { udp } from '../flows/udp.ts'
import { helperKind } from './helper-kind.ts'
import type { Kind } from './kind.ts'
import { mixed, wildKind } from './mixed.ts'

export const kinds: readonly Kind[] = [
  mixed,
  wildKind('tcp', 1, () => tcp),
  wildKind('udp', 1, () => udp),
  wildKind('echo', 1, () => echo),
  helperKind('ftp', { helpers: ['ftp'], flow: ftp, weight: 2 }),
]
