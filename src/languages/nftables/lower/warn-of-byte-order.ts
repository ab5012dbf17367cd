/** Warns where nft 1.0.6 writes a number into an address or port with its bytes reversed. The machine writes what the rule says. */

import type { Statement } from '../../../model/rules/index.ts'
import { type Diagnostic, diagnosticOf } from '../../diagnostics/index.ts'

/** Generators and hashes make numbers in the byte order of the processor, which nft 1.0.6 leaves as they are. */
export const warnOfByteOrder = (statements: readonly Statement[]): Diagnostic[] =>
  statements.flatMap((statement) => {
    const isMade = statement.kind === 'nat' && statement.values.some(({ kind }) => kind === 'numgen' || kind === 'hash')
    if (!isMade) return []
    return diagnosticOf(
      'nft-byte-order',
      statement.source,
      'nft 1.0.6 translates to this number with its bytes reversed',
      { severity: 'warning', hint: 'a map from the number to addresses or ports is loaded as written' },
    )
  })
