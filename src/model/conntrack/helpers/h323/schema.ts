/**
 * How ASN.1 types are written down here: as much of H.225.0 and H.245 as the kernel's decoder follows, in the standards' names. What
 * aligned PER makes of a type (widths of integers, indexes and bitmaps) follows from it and is not written.
 */

/** `bits`: no alignment, so many bits. `byte`, `word`: aligned. `length`: a length precedes. */
export type Width =
  | { readonly form: 'bits'; readonly bits: number }
  | { readonly form: 'byte' | 'word' | 'length' | 'unconstrained' }

export type Type =
  | { readonly kind: 'null' | 'boolean' | 'object-identifier' }
  | { readonly kind: 'integer'; readonly minimum: number; readonly width: Width }
  | { readonly kind: 'fixed-octets'; readonly size: number }
  /** Strings of `unit` bits a character. */
  | { readonly kind: 'string'; readonly unit: 1 | 4 | 8 | 16; readonly minimum: number; readonly width: Width }
  | Sequence
  | { readonly kind: 'sequence-of'; readonly item: Part; readonly maximum: number }
  | Choice
  /** The kernel's decoder leaves the sequence or choice here, as if it had ended. */
  | { readonly kind: 'stop' }
  /** Stands only among extensions, where its length tells how to pass it. */
  | { readonly kind: 'opaque' }

export interface Sequence {
  readonly kind: 'sequence'
  readonly isExtensible: boolean
  /** Bits of the bitmap: optional parts of the root. */
  readonly optionals: number
  readonly root: readonly Part[]
  readonly extensions: readonly Part[]
}

export interface Choice {
  readonly kind: 'choice'
  readonly isExtensible: boolean
  readonly indexBits: number
  readonly root: readonly Part[]
  readonly extensions: readonly Part[]
}

export interface Part {
  readonly name: string
  readonly type: Type
  readonly isOptional: boolean
  /** The decoder reports it, if its parents are reported. */
  readonly isKept: boolean
  /** An open type: a length precedes. */
  readonly isOpen: boolean
}

type Marked = { readonly mark: 'part' } & Omit<Part, 'name'>
type Member = Type | Marked
type Members = { readonly [name: string]: Member }

const plain = { mark: 'part', isOptional: false, isKept: false, isOpen: false } as const

const marked = (member: Member): Marked => ('mark' in member ? member : { ...plain, type: member })

export const optional = (member: Member): Marked => ({ ...marked(member), isOptional: true })
export const kept = (member: Member): Marked => ({ ...marked(member), isKept: true })
export const open = (member: Member): Marked => ({ ...marked(member), isOpen: true })

const partsOf = (members: Members): Part[] =>
  Object.entries(members).map(([name, member]) => {
    const { type, isOptional, isKept, isOpen } = marked(member)
    return { name, type, isOptional, isKept, isOpen }
  })

const bitsFor = (values: number): number => Math.ceil(Math.log2(values))

export const nothing: Type = { kind: 'null' }
export const boolean: Type = { kind: 'boolean' }
export const objectIdentifier: Type = { kind: 'object-identifier' }
export const stop: Type = { kind: 'stop' }
export const opaque: Type = { kind: 'opaque' }
export const unconstrainedInteger: Type = { kind: 'integer', minimum: 0, width: { form: 'unconstrained' } }

function widthOf(values: number): Width {
  if (values <= 255) return { form: 'bits', bits: bitsFor(values) }
  if (values === 256) return { form: 'byte' }
  return { form: values <= 0x10000 ? 'word' : 'length' }
}

export const integer = (minimum: number, maximum: number): Type => ({
  kind: 'integer',
  minimum,
  width: widthOf(maximum - minimum + 1),
})

/** OCTET STRING of just this size. */
export const fixedOctets = (size: number): Type => ({ kind: 'fixed-octets', size })

const sized =
  (unit: 1 | 4 | 8 | 16) =>
  (minimum: number, maximum: number): Type => ({
    kind: 'string',
    unit,
    minimum,
    width: widthOf(maximum - minimum + 1),
  })

export const bitString: (minimum: number, maximum: number) => Type = sized(1)
/** NumericString, or IA5String of digits, `#`, `*` and comma: four bits each. */
export const digits: (minimum: number, maximum: number) => Type = sized(4)
export const octets: (minimum: number, maximum: number) => Type = sized(8)
export const bmpString: (minimum: number, maximum: number) => Type = sized(16)

export const anyBits: Type = { kind: 'string', unit: 1, minimum: 0, width: { form: 'length' } }
export const anyOctets: Type = { kind: 'string', unit: 8, minimum: 0, width: { form: 'length' } }

/** Without `extensions` it is not extensible; with an empty one it is. */
export function sequence(root: Members, extensions?: Members): Sequence {
  const parts = partsOf(root)
  return {
    kind: 'sequence',
    isExtensible: extensions !== undefined,
    optionals: parts.filter((part) => part.isOptional).length,
    root: parts,
    extensions: partsOf(extensions ?? {}),
  }
}

export function choice(root: Members, extensions?: Members): Choice {
  const parts = partsOf(root)
  return {
    kind: 'choice',
    isExtensible: extensions !== undefined,
    indexBits: bitsFor(parts.length),
    root: parts,
    extensions: partsOf(extensions ?? {}),
  }
}

/** `maximum`: how many items are reported; the others are passed over. */
export const sequenceOf = (item: Member, maximum = 0): Type => ({
  kind: 'sequence-of',
  item: { name: 'item', ...pick(marked(item)) },
  maximum,
})

const pick = ({ type, isOptional, isKept, isOpen }: Marked): Omit<Part, 'name'> => ({
  type,
  isOptional,
  isKept,
  isOpen,
})

/** The same type under several names. */
export const all = (type: Type, ...names: readonly string[]): Readonly<Record<string, Type>> =>
  Object.fromEntries(names.map((name) => [name, type]))

/** Extensions that are only passed over. */
export const opaques = (...names: readonly string[]): Readonly<Record<string, Type>> => all(opaque, ...names)
