/** UDP and UDP-Lite: questions, answers, errors instead of answers, wrong and missing checksums. */

import { complement, parseAddress, sumPseudoHeader, sumWords, writeUint16 } from '../../../model/bytes/index.ts'
import { buildIp, buildUdpSegment, Protocol, type UdpFields } from '../../../model/packet/index.ts'
import { sendError } from '../abuse/icmp-errors.ts'
import type { Flow } from '../flow.ts'
import { pickPath, pickPort, udpPorts } from '../topology.ts'

export const udp: Flow = function* (world) {
  const { random } = world
  const path = pickPath(random)
  const fromPort = pickPort(random)
  const toPort = random.pick(udpPorts)
  const protocol = random.chance(0.1) ? Protocol.udplite : Protocol.udp
  for (let count = random.integer(1, 4); count > 0; count--) {
    const question = datagram(protocol, {
      from: path.client,
      to: path.server,
      fromPort,
      toPort,
      payload: 'q'.repeat(random.integer(0, 20)),
      dontFragment: random.chance(0.5),
      id: random.integer(0, 65_535),
      ...random.pickWeighted<{ checksum?: number }>([
        [88, {}],
        [5, { checksum: 0x1234 }],
        [7, { checksum: 0 }],
      ]),
    })
    const arrivals = world.send(path.clientSide, question)
    yield
    for (const { device, seen } of arrivals) {
      if (seen?.protocol === protocol && device !== path.clientSide && random.chance(0.75)) {
        world.send(
          device,
          datagram(protocol, {
            from: seen.to,
            to: seen.from,
            fromPort: seen.toPort,
            toPort: seen.fromPort,
            payload: 'reply',
          }),
        )
        yield
      } else if (random.chance(0.5)) {
        sendError(world)
        yield
      }
    }
  }
}

/** UDP, or UDP-Lite whose checksum covers everything, the header alone, or no possible length (RFC 3828). */
function datagram(protocol: number, fields: UdpFields): Uint8Array {
  if (protocol === Protocol.udp) return buildIp(fields, Protocol.udp, buildUdpSegment(fields))
  const segment = buildUdpSegment(fields)
  const coverage = [0, 8, segment.length, 3][(fields.fromPort + segment.length) & 3] ?? 0
  writeUint16(segment, 4, coverage)
  writeUint16(segment, 6, 0)
  const covered = coverage === 0 ? segment.length : Math.min(coverage, segment.length)
  const addresses = Uint8Array.from([...(parseAddress(fields.from) ?? []), ...(parseAddress(fields.to) ?? [])])
  const pseudo = sumPseudoHeader(addresses, 0, addresses.length, segment.length, protocol)
  writeUint16(segment, 6, fields.checksum ?? (complement(sumWords(segment, 0, covered, pseudo)) || 0xffff))
  return buildIp(fields, protocol, segment)
}
