/**
 * The tree by which rules that may match a packet are found: at each branch one field is read, and its cell says which rules remain,
 * or which branch asks on. Rules that do not ask about the field, or in too many cells, go to the branch beside it.
 */

import type { Packet } from '../../packet/index.ts'
import { type Placement, placeRules } from './cells.ts'
import type { Field, Ranges } from './field.ts'

/** What each rule asks of fields, by rule number. */
export type Asked = readonly (readonly Ranges[])[]

/** A branch pays when it spares about so many rules, and one in so many of those that would be walked without it. */
const worthwhile = 5
const worthwhilePart = 8
/** Fields that are read one after the other. */
const deepest = 4
/** Branches beside each other. */
const broadest = 8
/** Places in cells for each rule of a branch, and of the whole tree: a place is four bytes. */
const placesOfBranch = 8
const placesOfTree = 16

/** Where to look for candidates: rules in ascending order, several lists of them. */
export class Candidates {
  readonly lists: Int32Array[] = []
  /** Of each list the place of its next rule, and the place behind its last one. */
  readonly next: number[] = []
  readonly end: number[] = []
  count = 0

  add(list: Int32Array, from: number, to: number): void {
    const i = this.count++
    this.lists[i] = list
    this.next[i] = from
    this.end[i] = to
  }
}

export class Branch {
  /** Whether it finds the same for all packets of a connection's direction (settled.ts). */
  readonly isSettled: boolean
  private readonly load: Field['load']
  private readonly registers: Int32Array
  private readonly cells: Placement['cells']
  /** By cell: the branch that asks on about its rules. */
  private readonly inner: readonly (Branch | undefined)[]
  private readonly beside: Branch | null
  /** Rules beside it that no branch asks about. */
  private others: Int32Array

  constructor(
    field: Field,
    registers: Int32Array,
    cells: Placement['cells'],
    inner: readonly (Branch | undefined)[],
    beside: Branch | Int32Array,
  ) {
    this.load = field.load
    this.registers = registers
    this.cells = cells
    this.inner = inner
    this.beside = beside instanceof Branch ? beside : null
    this.others = beside instanceof Branch ? noRules : beside
    const isInnerSettled = inner.every((branch) => branch?.isSettled ?? true)
    this.isSettled = field.isSettled && isInnerSettled && (this.beside?.isSettled ?? true)
  }

  collect(packet: Packet, into: Candidates): void {
    const cell = this.load(packet) ? this.cells.find(this.registers) : -1
    if (cell >= 0) {
      const inner = this.inner[cell]
      if (inner) inner.collect(packet, into)
      else {
        const from = this.cells.offsets[cell]!
        const to = this.cells.offsets[cell + 1]!
        if (from < to) into.add(this.cells.members, from, to)
      }
    }
    if (this.beside) this.beside.collect(packet, into)
    else if (this.others.length > 0) into.add(this.others, 0, this.others.length)
  }

  /** Rules that are candidates for every packet. */
  get always(): Int32Array {
    return this.beside ? this.beside.always : this.others
  }

  /** Leaves out rules before `first` and from `end` on, which are all such. */
  trim(first: number, end: number): void {
    this.others = this.others.filter((rule) => rule >= first && rule < end)
    this.beside?.trim(first, end)
  }
}

const noRules = new Int32Array(0)

/** Null: there is nothing to gain. */
export function branchOf(rules: readonly number[], asked: Asked, registers: Int32Array): Branch | null {
  const grown = new Growth(asked, registers, placesOfTree * rules.length).grow(rules, [], 0)
  return grown instanceof Branch ? grown : null
}

class Growth {
  private readonly asked: Asked
  private readonly registers: Int32Array
  private room: number

  constructor(asked: Asked, registers: Int32Array, room: number) {
    this.asked = asked
    this.registers = registers
    this.room = room
  }

  grow(rules: readonly number[], read: readonly Field[], beside: number): Branch | Int32Array {
    const isOpen = rules.length >= worthwhile && read.length < deepest && beside < broadest
    const best = isOpen ? this.bestField(rules, read) : null
    if (!best) return Int32Array.from(rules)
    const { asking, field, placement } = best
    this.room -= placement.cells.members.length
    const isPlaced = new Set(asking)
    for (const rule of placement.wide) isPlaced.delete(rule)
    const inner = this.innerBranches(placement, [...read, field])
    const others = rules.filter((rule) => !isPlaced.has(rule))
    return new Branch(field, this.registers, placement.cells, inner, this.grow(others, read, beside + 1))
  }

  private innerBranches({ cells }: Placement, read: readonly Field[]): (Branch | undefined)[] {
    const inner: (Branch | undefined)[] = []
    for (let cell = 0; cell + 1 < cells.offsets.length; cell++) {
      const from = cells.offsets[cell]!
      const to = cells.offsets[cell + 1]!
      if (to - from < worthwhile) continue
      const grown = this.grow([...cells.members.subarray(from, to)], read, 0)
      if (grown instanceof Branch) inner[cell] = grown
    }
    return inner
  }

  private bestField(rules: readonly number[], read: readonly Field[]): Choice | null {
    let best: Choice | null = null
    let most = Math.max(worthwhile, rules.length / worthwhilePart)
    for (const [field, { asking, ranges }] of this.byField(rules)) {
      if (read.includes(field) || asking.length < most) continue
      const placement = placeRules(asking, ranges, Math.min(this.room, placesOfBranch * asking.length))
      const spared = placement ? placement.placed - placement.expected : 0
      if (!placement || spared < most) continue
      best = { field, asking, placement }
      most = spared
    }
    return best
  }

  private byField(rules: readonly number[]): Map<Field, { asking: number[]; ranges: Ranges[] }> {
    const groups = new Map<Field, { asking: number[]; ranges: Ranges[] }>()
    for (const rule of rules) {
      for (const ranges of this.asked[rule]!) {
        const group = groups.get(ranges.field)
        if (!group) groups.set(ranges.field, { asking: [rule], ranges: [ranges] })
        // What a rule asks of a field again only narrows it.
        else if (group.asking.at(-1) !== rule) {
          group.asking.push(rule)
          group.ranges.push(ranges)
        }
      }
    }
    return groups
  }
}

/** A field to branch by, and the rules that ask about it. */
interface Choice {
  readonly field: Field
  readonly asking: readonly number[]
  readonly placement: Placement
}
