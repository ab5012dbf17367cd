/** `log` changes nothing on a packet's way; the trace shows that it was met. */

import type { StatementExpression } from '../machine.ts'
import type { LogStatement } from '../statement.ts'

export const log: StatementExpression<LogStatement> = { code: () => [] }
