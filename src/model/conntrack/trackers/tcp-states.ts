/** TCP connection states and which segment leads from which to which; nf_conntrack_proto_tcp. */

/** As ctnetlink and `conntrack -L` name them, in the kernel's order, which is also that of the timeouts. */
export const tcpStateNames: readonly string[] = [
  'NONE',
  'SYN_SENT',
  'SYN_RECV',
  'ESTABLISHED',
  'FIN_WAIT',
  'CLOSE_WAIT',
  'LAST_ACK',
  'TIME_WAIT',
  'CLOSE',
  'SYN_SENT2',
]

export const TcpState = {
  none: 0,
  synSent: 1,
  synReceived: 2,
  established: 3,
  finWait: 4,
  closeWait: 5,
  lastAck: 6,
  timeWait: 7,
  close: 8,
  synSent2: 9,
  /** Not states but answers of the table. */
  invalid: 10,
  ignore: 11,
} as const

/** Whether the connection is ending, so that its entry can be done without. */
export const isClosing = (state: number): boolean => state >= TcpState.finWait && state <= TcpState.close

/** What a segment is to the table: RST before SYN before FIN before ACK. */
export const Seen = { syn: 0, synAck: 1, fin: 2, ack: 3, rst: 4, none: 5 } as const

const cells = { NO: 0, SS: 1, SR: 2, ES: 3, FW: 4, CW: 5, LA: 6, TW: 7, CL: 8, S2: 9, iv: 10, ig: 11 } as const

type Cell = keyof typeof cells
type Row = readonly [Cell, Cell, Cell, Cell, Cell, Cell, Cell, Cell, Cell, Cell]

/** Columns: the state before. iv: INVALID; ig: let through, but believe nothing of it. */
const original = {
  //      NO    SS    SR    ES    FW    CW    LA    TW    CL    S2
  syn: ['SS', 'SS', 'ig', 'ig', 'ig', 'ig', 'ig', 'SS', 'SS', 'S2'], // 1, 2
  synAck: ['iv', 'iv', 'SR', 'iv', 'iv', 'iv', 'iv', 'iv', 'iv', 'SR'], // 3
  fin: ['iv', 'iv', 'FW', 'FW', 'LA', 'LA', 'LA', 'TW', 'CL', 'iv'],
  ack: ['ES', 'iv', 'ES', 'ES', 'CW', 'CW', 'TW', 'TW', 'CL', 'iv'], // 4
  rst: ['iv', 'CL', 'CL', 'CL', 'CL', 'CL', 'CL', 'CL', 'CL', 'CL'],
  none: ['iv', 'iv', 'iv', 'iv', 'iv', 'iv', 'iv', 'iv', 'iv', 'iv'],
} as const satisfies Record<keyof typeof Seen, Row>

const reply = {
  //      NO    SS    SR    ES    FW    CW    LA    TW    CL    S2
  syn: ['iv', 'S2', 'iv', 'iv', 'iv', 'iv', 'iv', 'SS', 'iv', 'S2'], // 2, 3
  synAck: ['iv', 'SR', 'ig', 'ig', 'ig', 'ig', 'ig', 'ig', 'ig', 'SR'], // 5
  fin: ['iv', 'iv', 'FW', 'FW', 'LA', 'LA', 'LA', 'TW', 'CL', 'iv'],
  ack: ['iv', 'ig', 'SR', 'ES', 'CW', 'CW', 'TW', 'TW', 'CL', 'ig'], // 6
  rst: ['iv', 'CL', 'CL', 'CL', 'CL', 'CL', 'CL', 'CL', 'CL', 'CL'],
  none: ['iv', 'iv', 'iv', 'iv', 'iv', 'iv', 'iv', 'iv', 'iv', 'iv'],
} as const satisfies Record<keyof typeof Seen, Row>

// 1  A SYN in the middle may be the client's reboot, or forged: the answer to it will tell.
// 2  After the end the tuple may be used again; tcp.ts decides whether this SYN does so.
// 3  Simultaneous open (RFC 9293, section 3.5): SYNs cross, then SYN-ACKs cross.
// 4  From nothing: picked up in the middle, if nf_conntrack_tcp_loose allows.
// 5  Perhaps the answer to a SYN that was let through (note 1).
// 6  After the first SYN: a challenge ACK of an older connection that only the server remembers.

/** Readable form, for tests and documents. */
export const tcpTable: readonly [typeof original, typeof reply] = [original, reply]

/** Next state at `(direction * 6 + seen) * 10 + state`. */
export const tcpNext: Uint8Array = Uint8Array.from(
  tcpTable.flatMap((rows) =>
    [rows.syn, rows.synAck, rows.fin, rows.ack, rows.rst, rows.none].flatMap((row) => row.map((cell) => cells[cell])),
  ),
)

/** By flags byte: {@link Seen}. */
export const seenByFlags: Uint8Array = Uint8Array.from({ length: 256 }, (_, flags) => {
  if (flags & 4) return Seen.rst
  if (flags & 2) return flags & 16 ? Seen.synAck : Seen.syn
  if (flags & 1) return Seen.fin
  return flags & 16 ? Seen.ack : Seen.none
})

// Without PSH, ECE and CWR, which go with everything.
const validFlags = ['S', 'SU', 'SA', 'R', 'RA', 'FA', 'FAU', 'A', 'AU']
const bits: Readonly<Record<string, number>> = { F: 1, S: 2, R: 4, A: 16, U: 32 }
const valid = new Set(validFlags.map((flags) => [...flags].reduce((sum, letter) => sum | (bits[letter] ?? 0), 0)))

/** By flags byte: 1 if the combination makes sense. */
export const isFlagsValid: Uint8Array = Uint8Array.from({ length: 256 }, (_, flags) =>
  valid.has(flags & 0x37) ? 1 : 0,
)
