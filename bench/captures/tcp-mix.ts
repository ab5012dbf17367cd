/**
 * What a box that masquerades an office sees: web, uploads, FTP with passive data connections, DNS; thousands of connections at once.
 * Packets as they reach the box: those from inside with inside addresses, those from outside addressed to the box. Nothing by chance.
 */

import type { RecordSource } from './capture-file.ts'
import { datagrams, headerLengthOf, Script, type Step } from './conversation.ts'
import { checksum, halves, linkHeaderLength, recordHeaderLength, writeFrameHeader, writeIpv4 } from './record.ts'

/** The firewall's address towards the outside, when it is put between sides; inside of it for its vantage, so that answers cross it. */
const boxAddress = 0xc0586302
export const mixSides = 'inside=10.0.0.0/8+192.88.99.2/32,outside=any'

const concurrent = 4000
const firstClient = 0x0a010000
const clients = 5000
/** 198.51.100.100 and on: all as long in digits, so that translating FTP's answers never shifts sequence numbers. */
const firstServer = 0xc6336464
const lowestPort = 1024
const portCount = 60_000
const serversATurn = 40
const windowSize = 0xf000

const mixFilter = `table inet filter {
  ct helper ftp-standard {
    type "ftp" protocol tcp
  }
  set blocked {
    type ipv4_addr
    elements = { ${Array.from({ length: 1000 }, (_, i) => `203.0.${110 + (i >>> 8)}.${i & 255}`).join(', ')} }
  }
  set offices {
    type ipv4_addr
    flags interval
    elements = { 10.1.0.0/18, 10.1.64.0/19, 10.2.0.0-10.2.3.255, 10.9.9.9 }
  }
  set services {
    type inet_service
    elements = { 21, 25, 80, 110, 143, 443, 587, 993, 8080 }
  }
  set destinations {
    type ipv4_addr . inet_service
    elements = { 192.0.2.80 . 443, 192.0.2.81 . 443, 192.0.2.82 . 8443 }
  }
  chain forward {
    type filter hook forward priority filter; policy drop;
    ip saddr @blocked counter drop
    ip daddr @blocked counter drop
    ct state established,related counter accept
    ct state invalid counter drop
    iifname "inside" tcp dport 21 ct helper set "ftp-standard"
    iifname "inside" ip daddr . tcp dport @destinations counter accept
    iifname "inside" ip saddr @offices tcp dport @services counter accept
    iifname "inside" ip saddr @offices udp dport { 53, 123 } counter accept
    counter reject
  }
}
`

export const mixRuleset: string = `${mixFilter}table ip nat {
  chain postrouting {
    type nat hook postrouting priority srcnat; policy accept;
    oifname "outside" masquerade
  }
}
`

/** The same without translation: a box between an office and the outside that workers can share. */
export const plainMixRuleset: string = mixFilter
export const plainMixSides = 'inside=10.0.0.0/8,outside=any'

const text = (length: number): Uint8Array => new Uint8Array(length).fill(0x61)
const client = false
const server = true

interface Kind {
  /** The server's port of connection 0. */
  readonly port: number
  /** How often of {@link kinds} altogether. */
  readonly share: number
  readonly steps: readonly Step[]
}

function ftp(): Script {
  const script = new Script().open(0).say(0, server, '220 ready\r\n')
  for (const [word, answer] of [
    ['USER office', '331 password'],
    ['PASS secret', '230 welcome'],
    ['TYPE I', '200 binary'],
  ]) {
    script.say(0, client, `${word}\r\n`).say(0, server, `${answer}\r\n`)
  }
  script.say(0, client, 'PASV\r\n').say(0, server, '227 Entering Passive Mode (198,51,100,100,200,100).\r\n')
  script.say(0, client, 'RETR report\r\n').open(1).say(0, server, '150 here it comes\r\n')
  script.say(1, server, text(9000)).close(1, server)
  return script.say(0, server, '226 done\r\n').say(0, client, 'QUIT\r\n').say(0, server, '221 bye\r\n').close(0, server)
}

function web(): Script {
  const script = new Script().open(0)
  for (let request = 0; request < 4; request++) {
    script.say(0, client, text(180 + 90 * request)).say(0, server, text(350 + 420 * request))
  }
  return script.close(0, client)
}

/** Shares of connections, not of packets. */
const kinds: readonly Kind[] = [
  { port: 443, share: 10, steps: web().steps },
  {
    port: 80,
    share: 5,
    steps: new Script().open(0).say(0, client, text(420)).say(0, server, text(6000)).close(0, server).steps,
  },
  {
    port: 25,
    share: 2,
    steps: new Script().open(0).say(0, client, text(3500)).say(0, server, text(60)).close(0, client).steps,
  },
  { port: 21, share: 1, steps: ftp().steps },
  { port: 53, share: 12, steps: datagrams(44, 120) },
]

const deck: readonly Kind[] = kinds.flatMap((kind) => Array.from({ length: kind.share }, () => kind))

/** One run of a script, with addresses and ports of its own. */
class Conversation {
  readonly #kind: Kind
  readonly #number: number
  readonly #client: number
  readonly #server: number
  readonly #clientPort: number
  readonly #dataPort: number
  readonly #isTranslated: boolean
  #at = 0

  constructor(number: number, isTranslated: boolean) {
    this.#number = number
    this.#isTranslated = isTranslated
    this.#kind = deck[(number * 17) % deck.length]!
    this.#client = firstClient + ((number * 611) % clients)
    // The same port to the same server comes again only after 360,000 conversations: the box keeps all ports when it masquerades.
    this.#clientPort = lowestPort + ((2 * number) % portCount)
    const turn = Math.floor((2 * number) / portCount) % 6
    this.#server = firstServer + turn * 256 + (number % serversATurn)
    this.#dataPort = 51_300 + (number % 100)
  }

  get isOver(): boolean {
    return this.#at === this.#kind.steps.length
  }

  /** Writes its next packet. */
  write(bytes: Buffer, at: number, packetNumber: number): number {
    const step = this.#kind.steps[this.#at++]!
    const length = headerLengthOf(step) + step.data.length
    const { isFromServer, protocol } = step
    const source = isFromServer ? this.#server : this.#client
    const inside = this.#isTranslated ? boxAddress : this.#client
    const destination = isFromServer ? inside : this.#server
    const ip = writeFrameHeader(bytes, at, packetNumber, length)
    writeIpv4(bytes, ip, { length, number: packetNumber, protocol, source, destination })
    const clientPort = this.#clientPort + step.connection
    const serverPort = step.connection === 0 ? this.#kind.port : this.#dataPort
    bytes.writeUInt16BE(isFromServer ? serverPort : clientPort, ip + 20)
    bytes.writeUInt16BE(isFromServer ? clientPort : serverPort, ip + 22)
    const pseudoHeader = halves(source) + halves(destination) + protocol + length - 20
    if (protocol === 6) this.#writeTcp(bytes, ip + 20, step, pseudoHeader + clientPort + serverPort)
    else writeUdp(bytes, ip + 20, step, pseudoHeader + clientPort + serverPort)
    return recordHeaderLength + linkHeaderLength + length
  }

  #writeTcp(bytes: Buffer, tcp: number, step: Step, sum: number): void {
    const { connection, isFromServer, flags, data } = step
    const own = this.#firstSequence(connection, isFromServer)
    const other = this.#firstSequence(connection, !isFromServer)
    const sequence = (own + step.sequence) >>> 0
    const acknowledgment = flags & 16 ? (other + step.acknowledgment) >>> 0 : 0
    bytes.writeUInt32BE(sequence, tcp + 4)
    bytes.writeUInt32BE(acknowledgment, tcp + 8)
    bytes.writeUInt16BE(0x5000 | flags, tcp + 12)
    bytes.writeUInt16BE(windowSize, tcp + 14)
    bytes.writeUInt32BE(0, tcp + 16)
    bytes.set(data, tcp + 20)
    let dataSum = step.dataSum
    if (step.endpointAt >= 0) dataSum = this.#writePort(bytes, tcp + 20, data.length, step.endpointAt)
    const rest = halves(sequence) + halves(acknowledgment) + (0x5000 | flags) + windowSize
    bytes.writeUInt16BE(checksum(sum + rest + dataSum), tcp + 16)
  }

  /** The address and port of FTP's answer to PASV; answers the sum of the data as it is now. */
  #writePort(bytes: Buffer, data: number, length: number, endpointAt: number): number {
    const server = this.#server
    const parts = [server >>> 24, (server >>> 16) & 255, (server >>> 8) & 255, server & 255]
    const words = [...parts, this.#dataPort >>> 8, this.#dataPort & 255]
    bytes.write(words.join(','), data + endpointAt, 'latin1')
    let sum = 0
    for (let i = 0; i < length; i += 2) sum += (bytes[data + i]! << 8) | (i + 1 < length ? bytes[data + i + 1]! : 0)
    return sum
  }

  #firstSequence(connection: number, isFromServer: boolean): number {
    return Math.imul(this.#number * 4 + connection * 2 + (isFromServer ? 1 : 0), 0x9e3779b1) >>> 0
  }
}

function writeUdp(bytes: Buffer, udp: number, { data, dataSum }: Step, sum: number): void {
  bytes.writeUInt16BE(8 + data.length, udp + 4)
  bytes.writeUInt16BE(checksum(sum + 8 + data.length + dataSum) || 0xffff, udp + 6)
  bytes.set(data, udp + 8)
}

/** Thousands of conversations, a packet of each in turn; one that is over makes room for a new one. */
export class TcpMix implements RecordSource {
  readonly meanRecordLength: number = meanRecordLength()
  readonly #open: Conversation[] = []
  readonly #isTranslated: boolean
  #begun = 0
  #written = 0
  #turn = 0

  /** Whether the box masquerades, so that answers are addressed to it. */
  constructor(isTranslated = true) {
    this.#isTranslated = isTranslated
  }

  writeRecord(bytes: Buffer, at: number): number {
    const slot = this.#turn
    this.#turn = (slot + 1) % concurrent
    let conversation = this.#open[slot]
    if (conversation === undefined || conversation.isOver) {
      conversation = new Conversation(this.#begun++, this.#isTranslated)
      this.#open[slot] = conversation
    }
    return conversation.write(bytes, at, this.#written++)
  }
}

function meanRecordLength(): number {
  const steps = deck.flatMap((kind) => kind.steps)
  const bytes = steps.reduce((sum, step) => sum + headerLengthOf(step) + step.data.length, 0)
  return recordHeaderLength + linkHeaderLength + bytes / steps.length
}
