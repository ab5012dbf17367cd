/** NFLOG: packets that a log rule sends to a group, linux/netfilter/nfnetlink_log.h. */
import { attribute, be32, bytes, decodeAttributes, encodeAttributes, text } from './attribute.ts'
import { NETFILTER_HEADER_BYTES, netfilterHeader } from './netfilter.ts'

export const logCommand = { packet: 0, config: 1 } as const

const CONFIG_BIND = 1
const COPY_META = 1

const configAttributes = { command: attribute(1, bytes), mode: attribute(2, bytes), queueLength: attribute(5, be32) }
// struct nfulnl_msg_packet_hdr: link-layer protocol, hook, padding.
const packetAttributes = { header: attribute(1, bytes), mark: attribute(2, be32), prefix: attribute(10, text) }

/** A logged packet: the hook's number (pre, in, fwd, out, post from 0), the mark that it carried at that moment. */
export interface LoggedPacket {
  readonly hook: number
  readonly mark: number
  readonly prefix: string
}

/** Two config requests that bind a group to the socket, metadata only, and have every packet sent at once. */
export function encodeLogBinding(group: number): readonly [Uint8Array, Uint8Array] {
  const header = netfilterHeader(0, group)
  const bind = encodeAttributes(configAttributes, { command: Uint8Array.of(CONFIG_BIND) })
  // struct nfulnl_msg_config_mode: copy range (none), copy mode, padding.
  const mode = Buffer.concat([be32.encode(0), Uint8Array.of(COPY_META, 0)])
  const tune = encodeAttributes(configAttributes, { mode, queueLength: 1 })
  return [Buffer.concat([header, bind]), Buffer.concat([header, tune])]
}

/** Decodes a packet message. */
export function decodeLoggedPacket(body: Uint8Array): LoggedPacket {
  const decoded = decodeAttributes(packetAttributes, body.subarray(NETFILTER_HEADER_BYTES))
  return { hook: decoded.header?.[2] ?? 0, mark: decoded.mark ?? 0, prefix: decoded.prefix ?? '' }
}
