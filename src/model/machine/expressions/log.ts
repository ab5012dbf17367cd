/** `log` changes nothing on a packet's way; the trace shows that it was met. */

import type { LogStatement } from '../../rules/index.ts'
import type { StatementExpression } from '../machine.ts'

export const log: StatementExpression<LogStatement> = { code: () => [] }
