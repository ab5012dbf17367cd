/** Names of bits and code points in IP and TCP headers. */

export const tcpFlags = {
  fin: 0x01,
  syn: 0x02,
  rst: 0x04,
  psh: 0x08,
  ack: 0x10,
  urg: 0x20,
  ecn: 0x40,
  cwr: 0x80,
} as const

export const dscpNames = {
  cs0: 0,
  cs1: 8,
  cs2: 16,
  cs3: 24,
  cs4: 32,
  cs5: 40,
  cs6: 48,
  cs7: 56,
  df: 0,
  be: 0,
  lephb: 1,
  af11: 10,
  af12: 12,
  af13: 14,
  af21: 18,
  af22: 20,
  af23: 22,
  af31: 26,
  af32: 28,
  af33: 30,
  af41: 34,
  af42: 36,
  af43: 38,
  va: 44,
  ef: 46,
} as const

export const ecnNames = { 'not-ect': 0, ect1: 1, ect0: 2, ce: 3 } as const

export const mptcpSubtypes = {
  'mp-capable': 0,
  'mp-join': 1,
  dss: 2,
  'add-addr': 3,
  'remove-addr': 4,
  'mp-prio': 5,
  'mp-fail': 6,
  'mp-fastclose': 7,
  'mp-tcprst': 8,
} as const

/** Syslog levels of `log level`. `audit` is no level but another kind of log. */
export const logLevels = ['emerg', 'alert', 'crit', 'err', 'warn', 'notice', 'info', 'debug', 'audit'] as const

/** Priorities of base chains by name, with the hooks on which the name is allowed; null: all. */
export const chainPriorities: Readonly<
  Record<string, { readonly priority: number; readonly hooks: readonly string[] | null }>
> = {
  raw: { priority: -300, hooks: null },
  mangle: { priority: -150, hooks: null },
  dstnat: { priority: -100, hooks: ['prerouting', 'output'] },
  filter: { priority: 0, hooks: null },
  security: { priority: 50, hooks: null },
  srcnat: { priority: 100, hooks: ['postrouting', 'input'] },
}
