/**
 * SNMPv1 and v2c messages (RFC 1157 section 4, RFC 3416 section 3) in the Basic Encoding Rules, as strict and as lenient as the
 * kernel's decoder is with its grammar for nf_nat_snmp_basic.
 */

const Tag = {
  integer: 0x02,
  octetString: 0x04,
  null: 0x05,
  objectIdentifier: 0x06,
  sequence: 0x30,
  ipAddress: 0x40,
} as const

/** Get, get next, get bulk, response, set, inform, trap of v2, report. The trap of v1 (a4) is none of them. */
const protocolUnits: readonly number[] = [0xa0, 0xa1, 0xa5, 0xa2, 0xa3, 0xa6, 0xa7, 0xa8]
/** Counter32, TimeTicks, Opaque, Counter64, Unsigned32: each may follow another, in this order. */
const applicationTags: readonly number[] = [0x41, 0x43, 0x44, 0x46, 0x42]
/** In place of a value: null, no such object, no such instance, end of the view. */
const absentTags: readonly number[] = [Tag.null, 0x80, 0x81, 0x82]

const constructed = 0x20
const longTag = 0x1f
const indefinite = 0x80
const longestLength = 2

/**
 * Calls `onAddress` with the offset of each IpAddress value (four bytes); also where it finds something wrong after that. Null, or
 * what is wrong with the message. Bytes behind it do not matter.
 */
export function readSnmp(bytes: Uint8Array, from: number, to: number, onAddress: (at: number) => void): string | null {
  const reader = new Reader(bytes, from, to)
  readMessage(reader, onAddress)
  return reader.wrong
}

function readMessage(reader: Reader, onAddress: (at: number) => void): boolean {
  return (
    reader.enter(Tag.sequence) &&
    reader.expect(Tag.integer) &&
    isKnownVersion(reader) &&
    reader.expect(Tag.octetString) &&
    readUnits(reader, onAddress) &&
    reader.leave()
  )
}

function isKnownVersion(reader: Reader): boolean {
  if (reader.length !== 1) return reader.fail('a version of more than one byte')
  return reader.bytes[reader.value]! <= 1 || reader.fail('a version that is neither 1 nor 2c')
}

/** Several may follow each other in the order of the list; nothing else may follow. */
function readUnits(reader: Reader, onAddress: (at: number) => void): boolean {
  for (const tag of protocolUnits) {
    if (reader.has(tag, 'optional')) {
      reader.push()
      if (!readUnit(reader, onAddress)) return false
      reader.hasMatched = true
    }
    if (reader.wrong !== null) return false
  }
  return reader.hasMatched || reader.fail('a kind of message that is not known, such as a trap of SNMPv1')
}

/** Request, error and index, then at least one variable. */
function readUnit(reader: Reader, onAddress: (at: number) => void): boolean {
  for (let i = 0; i < 3; i++) if (!reader.expect(Tag.integer)) return false
  if (!reader.enter(Tag.sequence)) return false
  do if (!readVariable(reader, onAddress)) return false
  while (reader.isMore())
  return reader.wrong === null && reader.leave() && reader.leave()
}

function readVariable(reader: Reader, onAddress: (at: number) => void): boolean {
  return (
    reader.enter(Tag.sequence) &&
    reader.expect(Tag.objectIdentifier) &&
    readValue(reader, onAddress) &&
    (reader.hasMatched || reader.fail('a variable without a value')) &&
    reader.leave()
  )
}

function readValue(reader: Reader, onAddress: (at: number) => void): boolean {
  reader.take(Tag.integer, 'optional')
  reader.take(Tag.octetString, 'alternative')
  reader.take(Tag.objectIdentifier, 'alternative')
  if (reader.take(Tag.ipAddress, 'optional')) {
    if (reader.length !== 4) return reader.fail('an IpAddress that is not four bytes long')
    onAddress(reader.value)
  }
  for (const tag of applicationTags) reader.take(tag, 'optional')
  for (const tag of absentTags) reader.take(tag, 'alternative')
  return reader.wrong === null
}

/** `alternative`: optional, and not looked for when the element looked for before was there. */
type Presence = 'required' | 'optional' | 'alternative'

/** Reads element by element. Once something is wrong, it stays so and nothing more is read. */
class Reader {
  readonly bytes: Uint8Array
  wrong: string | null = null
  /** Whether the last element looked for was there; at the end of what encloses it, nothing is looked for. */
  hasMatched = false
  /** Of the last element: offset of its value, and its length; -1 where its end is marked instead. */
  value = 0
  length = 0
  private at: number
  private end: number
  /** Ends of what encloses the elements now read; -1: the end is marked. */
  private readonly enclosing: number[] = []

  constructor(bytes: Uint8Array, from: number, to: number) {
    this.bytes = bytes
    this.at = from
    this.end = to
  }

  fail(what: string): false {
    this.wrong ??= what
    return false
  }

  /** Passes over an element with its value, if it is there. */
  take(tag: number, presence: Presence): boolean {
    if (!this.has(tag, presence)) return false
    this.at += this.length
    return true
  }

  expect(tag: number): boolean {
    return this.take(tag, 'required')
  }

  /** Goes into an element that must be there. */
  enter(tag: number): boolean {
    if (!this.has(tag, 'required')) return false
    this.push()
    return true
  }

  /** Goes into the element that {@link has} found. */
  push(): void {
    this.enclosing.push(this.length < 0 ? -1 : this.end)
    if (this.length >= 0) this.end = this.value + this.length
  }

  /** Whether the element that was entered has more in it. */
  isMore(): boolean {
    if (this.wrong !== null) return false
    if (this.enclosing.at(-1) !== -1) return this.at < this.end
    if (this.end - this.at < 2) return this.fail('it ends too early')
    return this.bytes[this.at] !== 0
  }

  leave(): boolean {
    const enclosing = this.enclosing.pop() ?? -1
    if (enclosing >= 0) {
      if (this.at !== this.end) return this.fail('an element that is longer than what is in it')
      this.end = enclosing
      return true
    }
    if (this.end - this.at < 2) return this.fail('it ends too early')
    if (this.bytes[this.at] !== 0 || this.bytes[this.at + 1] !== 0) return this.fail('an element without its end mark')
    this.at += 2
    return true
  }

  /** Reads tag and length of the next element; nothing is read when it is another. */
  has(tag: number, presence: Presence): boolean {
    if (this.wrong !== null) return false
    if (presence === 'alternative' && this.hasMatched) return false
    if (presence !== 'required' && this.at === this.end) return false
    this.hasMatched = false
    if (this.end - this.at < 2) return this.fail('it ends too early')
    const found = this.bytes[this.at]!
    if ((found & longTag) === longTag) return this.fail('a tag of more than one byte')
    // An element made of others may say that it is none; not the other way round.
    if (((found ^ tag) & ~(tag & constructed)) !== 0)
      return presence === 'required' ? this.fail(`an element of type ${found}, not ${tag}`) : false
    this.at++
    this.hasMatched = true
    return this.readLength((found & constructed) !== 0)
  }

  private readLength(isConstructed: boolean): boolean {
    const first = this.bytes[this.at++]!
    if (first === indefinite) return this.markIndefinite(isConstructed)
    this.length = first
    if (first > indefinite) {
      const count = first - indefinite
      if (count > longestLength) return this.fail('a length of more than two bytes')
      if (count > this.end - this.at) return this.fail('it ends too early')
      this.length = 0
      for (let i = 0; i < count; i++) this.length = (this.length << 8) | this.bytes[this.at++]!
    }
    if (this.length > this.end - this.at) return this.fail('it ends too early')
    this.value = this.at
    return true
  }

  private markIndefinite(isConstructed: boolean): boolean {
    if (!isConstructed) return this.fail('a value without a length')
    if (this.end - this.at < 2) return this.fail('it ends too early')
    this.length = -1
    this.value = this.at
    return true
  }
}
