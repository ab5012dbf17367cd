/** Neighbour advertisements: what the host answers to whoever asks for one of its addresses (RFC 4861 section 7.2.4, Linux ndisc_recv_ns). */

import { isAny6, isMulticast6, noRoute, type Route, RouteType } from '../host/index.ts'
import type { Packet } from '../packet/index.ts'
import { Icmpv6Type, ipv6HeaderLength, Protocol } from '../packet/index.ts'
import type { Box } from './box.ts'
import type { DropNumber } from './fate.ts'
import { Drop } from './fate.ts'
import { copyAddress, finishMade, pseudo6, writeChecksum, writeIpv6 } from './write-header.ts'

/** ICMPv6 header and target address; options follow. */
const messageLength = 24
const optionUnit = 8
const sourceAddressOption = 1
const targetAddressOption = 2
const Flag = { router: 0x80, solicited: 0x40, override: 0x20 } as const
const greatestHopLimit = 255
const allNodes = Uint8Array.of(0xff, 2, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1)

/** Answers a solicitation for an address of the interface that it came in by; others are ignored. */
export function answerSolicitation(box: Box, packet: Packet): DropNumber {
  const { bytes, start, transport } = packet
  const device = box.host.interfaces[packet.input - 1]
  if (!device || !isSolicitation(packet)) return Drop.ignored
  const target = transport + 8
  const isOwn = device.addresses.some(({ address }) => isAddressAt(address, bytes, target))
  if (!isOwn) return Drop.ignored
  const isProbe = isAny6(bytes, start + 8)
  const isToGroup = isMulticast6(bytes, start + 24)
  const flags =
    (box.host.settings.isForwarding6 ? Flag.router : 0) |
    (isProbe ? 0 : Flag.solicited) |
    (isProbe || isToGroup ? Flag.override : 0)
  const hasAddress = isProbe || isToGroup
  const made = box.make(packet, ipv6HeaderLength + messageLength + (hasAddress && device.mac ? optionUnit : 0))
  if (!made) return Drop.tooMany
  if (isProbe) made.bytes.set(allNodes, 24)
  else copyAddress(bytes, start + 8, made.bytes, 24, 16)
  copyAddress(bytes, target, made.bytes, 8, 16)
  writeAdvertisement(made, flags, bytes, target, hasAddress ? device.mac : null)
  box.sendMade(made, { ...noRoute, type: RouteType.unicast, output: packet.input, mtu: device.mtu } satisfies Route)
  return Drop.answered
}

/** RFC 4861 section 7.1.1, as far as Linux holds senders to it. */
function isSolicitation({ bytes, start, transport, end }: Packet): boolean {
  if (transport + messageLength > end || bytes[transport + 1] !== 0 || bytes[start + 7] !== greatestHopLimit)
    return false
  if (isMulticast6(bytes, transport + 8)) return false
  const isProbe = isAny6(bytes, start + 8)
  if (isProbe && !isSolicitedGroup(bytes, start + 24)) return false
  for (let at = transport + messageLength; at < end; ) {
    const length = (bytes[at + 1] ?? 0) * optionUnit
    if (at + 1 >= end || length === 0 || at + length > end) return false
    if (bytes[at] === sourceAddressOption && (isProbe || length !== optionUnit)) return false
    at += length
  }
  return true
}

/** ff02::1:ff00:0/104 */
function isSolicitedGroup(bytes: Uint8Array, at: number): boolean {
  if (bytes[at] !== 0xff || bytes[at + 1] !== 2 || bytes[at + 11] !== 1 || bytes[at + 12] !== 0xff) return false
  for (let i = 2; i < 11; i++) if (bytes[at + i] !== 0) return false
  return true
}

function isAddressAt(address: Uint8Array, bytes: Uint8Array, at: number): boolean {
  return address.length === 16 && address.every((byte, i) => byte === bytes[at + i])
}

function writeAdvertisement(made: Packet, flags: number, bytes: Uint8Array, target: number, mac: string | null): void {
  const at = ipv6HeaderLength
  const length = messageLength + (mac ? optionUnit : 0)
  writeIpv6(made, length, 0, Protocol.icmpv6, greatestHopLimit)
  made.bytes.fill(0, at, at + length)
  made.bytes[at] = Icmpv6Type.neighbourAdvertisement
  made.bytes[at + 4] = flags
  copyAddress(bytes, target, made.bytes, at + 8, 16)
  if (mac) {
    made.bytes[at + messageLength] = targetAddressOption
    made.bytes[at + messageLength + 1] = 1
    made.bytes.set(
      mac.split(/[:-]/).map((octet) => Number.parseInt(octet, 16)),
      at + messageLength + 2,
    )
  }
  writeChecksum(made.bytes, at, at + length, at + 2, pseudo6(made.bytes, length, Protocol.icmpv6))
  finishMade(made)
}
