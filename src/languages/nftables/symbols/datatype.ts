/** What a data type of nft is: bits, how its values are written, which names they have. */

/** Names of values; several names may stand for one value. */
export type Names = Readonly<Record<string, number>>

/**
 * How values are written. integer: numbers and names; bitmask: names that may be joined by commas; index: a number is a bit's position;
 * string: bytes padded to the width; interface: the name stands for an index that only the host knows.
 */
export type Notation =
  | 'integer'
  | 'bitmask'
  | 'index'
  | 'string'
  | 'interface'
  | 'ipv4'
  | 'ipv6'
  | 'link'
  | 'boolean'
  | 'milliseconds'
  | 'instant'
  | 'hour'
  | 'class'
  | 'user'
  | 'verdict'

export interface DataType {
  /** As `type` in a set declaration names it. */
  readonly name: string
  /** For messages: `an IPv4 address`. */
  readonly title: string
  readonly width: number
  readonly notation: Notation
  readonly names: Names | null
}
