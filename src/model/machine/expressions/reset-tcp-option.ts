/** `reset tcp option`: overwrites an option with no-operation bytes (Linux nft_exthdr_tcp_strip_eval). */

import { TcpOption } from '../../packet/index.ts'
import type { ResetTcpOptionStatement } from '../../rules/index.ts'
import { run } from '../code/operation.ts'
import { tcpHeaderAt } from '../header-position.ts'
import type { StatementExpression } from '../machine.ts'
import { Result } from '../result.ts'
import { mendWord } from './checksum-mending.ts'
import { findTcpOption, optionLength, optionsEnd } from './tcp-option.ts'

const checksumOffset = 16

/** Writes one byte and mends the checksum; bytes at odd offsets of the header are the low halves of its words. */
function overwrite(bytes: Uint8Array, header: number, at: number, byte: number): void {
  const shift = ((at - header) & 1) === 0 ? 8 : 0
  mendWord(bytes, header + checksumOffset, bytes[at]! << shift, byte << shift)
  bytes[at] = byte
}

export const resetTcpOption: StatementExpression<ResetTcpOptionStatement> = {
  code(statement, _machine, ruleId) {
    const reset = run((packet) => {
      const { bytes } = packet
      const header = tcpHeaderAt(packet)
      if (header < 0) return Result.break
      packet.joinTo(optionsEnd(bytes, header))
      const at = findTcpOption(bytes, header, statement.option)
      if (at < 0) return Result.next
      const length = optionLength(bytes, at)
      if (at + length > optionsEnd(bytes, header)) {
        packet.rule = ruleId
        return Result.drop
      }
      for (let i = 0; i < length; i++) overwrite(bytes, header, at + i, TcpOption.noOperation)
      return Result.next
    })
    return [reset]
  },
}
