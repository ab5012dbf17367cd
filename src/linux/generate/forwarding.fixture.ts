/** A stand-in for the kernel in tests of the generator: it forwards what it is sent, and may translate the lan's addresses. */

import type { PacketRecord, ScenarioPacket } from '../../analysis/lab/index.ts'
import { complement, parseAddress, sumWords, writeUint16 } from '../../model/bytes/index.ts'

/** Sends everything from lan to wan and the other way; with `translates`, IPv4 from the lan comes from 203.0.113.1. */
export function forwardingSession(translates: boolean): { send(packet: ScenarioPacket): PacketRecord } {
  const clients = new Map<string, Uint8Array>()
  return {
    send({ in: device, hex }) {
      const bytes = Uint8Array.from(Buffer.from(hex, 'hex'))
      const isOutward = device === 'lan'
      if (translates && bytes[0] === 0x45 && bytes.length >= 24) translate(bytes, isOutward, clients)
      return { out: [[isOutward ? 'wan' : 'lan', Buffer.from(bytes).toString('hex')]] }
    },
  }
}

function translate(bytes: Uint8Array, isOutward: boolean, clients: Map<string, Uint8Array>): void {
  const at = isOutward ? 12 : 16
  const port = bytes.slice(isOutward ? 20 : 22, isOutward ? 22 : 24).join()
  if (isOutward) clients.set(port, bytes.slice(12, 16))
  const address = isOutward ? parseAddress('203.0.113.1') : clients.get(port)
  if (!address) return
  bytes.set(address, at)
  writeUint16(bytes, 10, 0)
  writeUint16(bytes, 10, complement(sumWords(bytes, 0, 20)))
}
