/** TFTP (RFC 1350): a request to port 69, blocks from another port, acknowledgments to it. */

import type { Flow } from '../flow.ts'
import { answerDatagram, sendDatagram } from '../packets/answer.ts'
import { hosts, pickPort, pickUsualPath } from '../topology.ts'

/** Read, write, data, and too short to be anything. */
const requests = ['\0\x01file\0octet\0', '\0\x02file\0octet\0', '\0\x01f\0octet\0', '\0\x03\0\x01', '\0\x01', '\0', '']

export const tftp: Flow = function* (world) {
  const { random } = world
  const path = pickUsualPath(random)
  const ends = {
    from: path.client,
    fromPort: pickPort(random),
    to: path.server,
    toPort: random.pick([69, 69, 69, 69, 6969]),
  }
  for (let count = random.integer(1, 2); count > 0; count--) {
    const arrivals = sendDatagram(world, path.clientSide, ends, random.pick([...requests.slice(0, 3), ...requests]))
    yield
    for (const arrival of arrivals) {
      const fromPort = random.pick([pickPort(random), pickPort(random), 69])
      const from = random.chance(0.85) ? arrival.seen.to : random.pick(hosts[path.family].wan)
      for (let block = 1; block <= 2; block++) {
        const blocks = answerDatagram(world, arrival, `\0\x03\0${String.fromCharCode(block)}data`, { from, fromPort })
        yield
        for (const read of blocks) {
          answerDatagram(world, read, `\0\x04\0${String.fromCharCode(block)}`)
          yield
        }
      }
    }
  }
}
