/** What a rule before conntrack asks for the entry that the packet may open (`-j CT`, `ct zone set`); the kernel's template entry. */

/** What stands in it beside the zone, which is on the packet itself. Events are masks of IPCT_* and IPEXP_* bits. */
export interface Template {
  /** The helper that the entry gets, unless it is an expected one. */
  readonly helper: {
    readonly helper: string
    readonly protocol: number
    readonly family: 4 | 6 | null
  } | null
  /** Seconds by state name, for entries of this protocol. */
  readonly timeout: {
    readonly protocol: number
    readonly family: 4 | 6 | null
    readonly policy: Readonly<Record<string, number>>
  } | null
  /** Which events of the entry and of its expectations are told; both 0: as without a template. */
  readonly eventMask: number
  readonly expectationMask: number
}

/** What `ct zone set` leaves: nothing but the zone. */
export const bareTemplate: Template = { helper: null, timeout: null, eventMask: 0, expectationMask: 0 }
