/** 46-byte UDP packets of many flows from inside (10.0.0.0/8) to port 53 outside: all flows ask, then all are answered, and so on. */

import type { RecordSource } from './capture-file.ts'
import { checksum, halves, linkHeaderLength, recordHeaderLength, writeFrameHeader, writeIpv4 } from './record.ts'

export const udpPacketLength = 46
const udpHeaderLength = 8
const dataLength = udpPacketLength - 20 - udpHeaderLength
const udpProtocol = 17
const dataByte = 0x61
const dataSum = (dataLength / 2) * ((dataByte << 8) | dataByte)

export const insideAddress = (flow: number): number => 0x0a000000 + (flow >>> 4) + 1
export const outsideAddress = (flow: number): number => 0xc6336400 + (flow & 127)

export class UdpFlows implements RecordSource {
  readonly meanRecordLength: number = recordHeaderLength + linkHeaderLength + udpPacketLength
  readonly #flows: number
  #number = 0

  constructor(flows: number) {
    this.#flows = flows
  }

  writeRecord(bytes: Buffer, at: number): number {
    const number = this.#number++
    const isAnswer = Math.floor(number / this.#flows) % 2 === 1
    const flow = number % this.#flows
    const inside = insideAddress(flow)
    const outside = outsideAddress(flow)
    const insidePort = 1024 + ((flow * 7919) % 60000)
    const source = isAnswer ? outside : inside
    const destination = isAnswer ? inside : outside
    const ip = writeFrameHeader(bytes, at, number, udpPacketLength)
    writeIpv4(bytes, ip, { length: udpPacketLength, number, protocol: udpProtocol, source, destination })
    const udp = ip + 20
    const udpLength = udpPacketLength - 20
    bytes.writeUInt16BE(isAnswer ? 53 : insidePort, udp)
    bytes.writeUInt16BE(isAnswer ? insidePort : 53, udp + 2)
    bytes.writeUInt16BE(udpLength, udp + 4)
    const sum = halves(source) + halves(destination) + udpProtocol + 2 * udpLength + insidePort + 53 + dataSum
    bytes.writeUInt16BE(checksum(sum) || 0xffff, udp + 6)
    bytes.fill(dataByte, udp + udpHeaderLength, ip + udpPacketLength)
    return this.meanRecordLength
  }
}
