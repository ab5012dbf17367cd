/** Transport checksums as conntrack verifies them: at prerouting only, with nf_conntrack_checksum=1, over the whole rest of the packet. */

import { fold, sumPseudoHeader, sumWords } from '../../bytes/index.ts'
import { Hook, type Packet } from '../../packet/index.ts'
import type { Entries } from '../entries.ts'

export const isChecksumChecked = (entries: Entries, packet: Packet): boolean =>
  packet.hook === Hook.prerouting &&
  !packet.isChecksumTrusted &&
  !packet.isChecksumVerified &&
  entries.settings.isChecksumVerified

/**
 * Whether the sum over pseudo header and bytes `transport` to `to` is right. The pseudo header has the addresses of the fixed
 * header (no routing header is followed), and the length to the packet's end.
 */
export function isChecksumRight(packet: Packet, transport: number, to: number, protocol: number): boolean {
  const { bytes, start } = packet
  const from = start + (packet.family === 4 ? 12 : 8)
  const behind = start + (packet.family === 4 ? 20 : 40)
  const pseudo = sumPseudoHeader(bytes, from, behind, packet.end - transport, protocol)
  return fold(sumWords(bytes, transport, to, pseudo)) === 0xffff
}
