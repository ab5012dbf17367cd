/**
 * The key map of PPTP: a GRE packet of version 1 carries only the call id of its receiver; which id its sender has, the control
 * connection said (Linux nf_ct_gre_keymap). It knows no zones.
 */

/** One way of a call, IPv4 only. */
export interface GreKey {
  readonly source: number
  readonly destination: number
  readonly sourceKey: number
  readonly destinationKey: number
}

interface Owned extends GreKey {
  readonly owner: number
  readonly direction: 0 | 1
}

export class GreKeys {
  private known: readonly Owned[] = []

  /** 0 where nobody said; the oldest wins. */
  sourceKey(source: number, destination: number, destinationKey: number): number {
    for (const key of this.known) if (leadsTo(key, source, destination, destinationKey)) return key.sourceKey
    return 0
  }

  /** An owner has one for each direction. False: it has another one for this direction. */
  add(owner: number, direction: 0 | 1, key: GreKey): boolean {
    const former = this.known.find((one) => one.owner === owner && one.direction === direction)
    if (former) return leadsTo(former, key.source, key.destination, key.destinationKey)
    this.known = [...this.known, { ...key, owner, direction }]
    return true
  }

  /** All of an owner. */
  forget(owner: number): void {
    this.known = this.known.filter((one) => one.owner !== owner)
  }
}

const leadsTo = (key: GreKey, source: number, destination: number, destinationKey: number): boolean =>
  key.source === source && key.destination === destination && key.destinationKey === destinationKey
