/** SCTP association states and which chunk leads from which to which; nf_conntrack_proto_sctp. */

export const sctpStateNames: readonly string[] = [
  'NONE',
  'CLOSED',
  'COOKIE_WAIT',
  'COOKIE_ECHOED',
  'ESTABLISHED',
  'SHUTDOWN_SENT',
  'SHUTDOWN_RECD',
  'SHUTDOWN_ACK_SENT',
  'HEARTBEAT_SENT',
]

/** In the kernel's order, which is also that of the timeouts. `invalid` is no state but an answer of the table. */
export const SctpState = { none: 0, closed: 1, cookieWait: 2, cookieEchoed: 3, established: 4, invalid: 9 } as const

/** Whether the association is ending, so that its entry can be done without. */
export const isShuttingDown = (state: number): boolean => state >= 5 && state <= 7

/** Chunk types, RFC 9260 section 3.2. */
export const Chunk = {
  data: 0,
  init: 1,
  initAck: 2,
  heartbeat: 4,
  heartbeatAck: 5,
  abort: 6,
  shutdown: 7,
  shutdownAck: 8,
  error: 9,
  cookieEcho: 10,
  cookieAck: 11,
  shutdownComplete: 14,
} as const

const cells = { NO: 0, CL: 1, CW: 2, CE: 3, ES: 4, SS: 5, SR: 6, SA: 7, HS: 8, iv: 9 } as const
type Cell = keyof typeof cells
type Row = readonly [Cell, Cell, Cell, Cell, Cell, Cell, Cell, Cell, Cell]
type Moving = Exclude<keyof typeof Chunk, 'data'>

/** Columns: the state before. Chunks that are not listed (DATA, SACK, ...) change nothing. */
const original = {
  //                 NO    CL    CW    CE    ES    SS    SR    SA    HS
  init: ['CL', 'CL', 'CW', 'CE', 'ES', 'CL', 'CL', 'SA', 'CW'],
  initAck: ['CL', 'CL', 'CW', 'CE', 'ES', 'SS', 'SR', 'SA', 'CL'],
  abort: ['CL', 'CL', 'CL', 'CL', 'CL', 'CL', 'CL', 'CL', 'CL'],
  shutdown: ['CL', 'CL', 'CW', 'CE', 'SS', 'SS', 'SR', 'SA', 'CL'],
  shutdownAck: ['SA', 'CL', 'CW', 'CE', 'ES', 'SA', 'SA', 'SA', 'SA'],
  error: ['CL', 'CL', 'CW', 'CE', 'ES', 'SS', 'SR', 'SA', 'CL'],
  cookieEcho: ['CL', 'CL', 'CE', 'CE', 'ES', 'SS', 'SR', 'SA', 'CL'],
  cookieAck: ['CL', 'CL', 'CW', 'ES', 'ES', 'SS', 'SR', 'SA', 'CL'],
  shutdownComplete: ['CL', 'CL', 'CW', 'CE', 'ES', 'SS', 'SR', 'CL', 'CL'],
  heartbeat: ['HS', 'CL', 'CW', 'CE', 'ES', 'SS', 'SR', 'SA', 'HS'],
  heartbeatAck: ['CL', 'CL', 'CW', 'CE', 'ES', 'SS', 'SR', 'SA', 'HS'],
} as const satisfies Record<Moving, Row>

const reply = {
  //                 NO    CL    CW    CE    ES    SS    SR    SA    HS
  init: ['iv', 'CL', 'CW', 'CE', 'ES', 'SS', 'SR', 'SA', 'iv'],
  initAck: ['iv', 'CW', 'CW', 'CE', 'ES', 'SS', 'SR', 'SA', 'iv'],
  abort: ['iv', 'CL', 'CL', 'CL', 'CL', 'CL', 'CL', 'CL', 'iv'],
  shutdown: ['iv', 'CL', 'CW', 'CE', 'SR', 'SS', 'SR', 'SA', 'iv'],
  shutdownAck: ['iv', 'CL', 'CW', 'CE', 'ES', 'SA', 'SA', 'SA', 'iv'],
  error: ['iv', 'CL', 'CW', 'CL', 'ES', 'SS', 'SR', 'SA', 'iv'],
  cookieEcho: ['iv', 'CL', 'CE', 'CE', 'ES', 'SS', 'SR', 'SA', 'iv'],
  cookieAck: ['iv', 'CL', 'CW', 'ES', 'ES', 'SS', 'SR', 'SA', 'iv'],
  shutdownComplete: ['iv', 'CL', 'CW', 'CE', 'ES', 'SS', 'SR', 'CL', 'iv'],
  heartbeat: ['iv', 'CL', 'CW', 'CE', 'ES', 'SS', 'SR', 'SA', 'HS'],
  heartbeatAck: ['iv', 'CL', 'CW', 'CE', 'ES', 'SS', 'SR', 'SA', 'ES'],
} as const satisfies Record<Moving, Row>

/** Readable form, for tests and documents. */
export const sctpTable: readonly [typeof original, typeof reply] = [original, reply]

/** Next state at `(direction * 16 + chunk) * 9 + state`; 255: this chunk changes nothing. */
const next: Uint8Array = new Uint8Array(2 * 16 * 9).fill(255)
const moving = Object.keys(original).filter((name): name is Moving => name in original)
for (const [direction, rows] of sctpTable.entries()) {
  for (const name of moving) {
    const row: Row = rows[name]
    for (const [state, cell] of row.entries()) next[(direction * 16 + Chunk[name]) * 9 + state] = cells[cell]
  }
}

export function nextState(direction: number, chunk: number, state: number): number {
  if (chunk > 15) return state
  const cell = next[(direction * 16 + chunk) * 9 + state]!
  return cell === 255 ? state : cell
}
