/** Socket addresses as bind and sendto take them: struct sockaddr_in, sockaddr_in6, sockaddr_nl. */

import { parseAddress } from '../../model/bytes/index.ts'
import { family } from './constants.ts'
import { LiveError } from './live-error.ts'

/** The bytes of a textual IPv4 or IPv6 address in network order; throws LiveError when it is neither. */
export function addressBytes(text: string): Uint8Array {
  const bytes = parseAddress(text)
  if (bytes === null) throw new LiveError(`expected an IP address, found "${text}"`)
  return bytes
}

/** An IPv4 or IPv6 socket address from 4 or 16 bytes; `port` is 0 for raw sockets. */
export function internetAddress(address: Uint8Array, port: number): Uint8Array {
  const isIpv4 = address.length === 4
  const result = Buffer.alloc(isIpv4 ? 16 : 28)
  result.writeUInt16LE(isIpv4 ? family.ipv4 : family.ipv6, 0)
  result.writeUInt16BE(port, 2)
  result.set(address, isIpv4 ? 4 : 8)
  return result
}

/** The netlink address that lets the kernel choose our port number. */
export function netlinkAddress(): Uint8Array {
  const result = Buffer.alloc(12)
  result.writeUInt16LE(family.netlink, 0)
  return result
}
