/**
 * Courses: what the walk did with an everyday packet of an established connection, kept so that those behind it need not ask again. Where all
 * that decided is the same for all packets of the connection's direction, so is what comes of it: the same rules and counters count, the packet
 * leaves by the same interface. Connections with the same course share its number. (Linux has the like in its flow tables, which see no rules
 * any more and count nothing.)
 */

import type { CourseBook } from '../conntrack/index.ts'
import type { Journal } from '../machine/index.ts'
import type { Packet } from '../packet/index.ts'

/** Numbers of courses, as conntrack keeps them. `none`: nobody has looked yet. */
export const Course = { none: 0, unsettled: 0xffff } as const

/** So many different ones are kept. */
const mostCourses = 0x4000

/** What there is of one, `stride` words each: interface by which packets come in, longest packet that gets out whole, rule that let it pass. */
const Word = { input: 0, longest: 1, rule: 2 } as const
const stride = 3
const initialCourses = 64
const noNotes = new Int32Array(0)

export class Courses implements CourseBook {
  private readonly journal: Journal
  private words: Int32Array = new Int32Array(stride * initialCourses)
  /** Packets and bytes that were not counted yet, two each. */
  private sums: Float64Array = new Float64Array(2 * initialCourses)
  private readonly notes: Int32Array[] = [noNotes]
  /** By hash: the courses that have it. */
  private readonly byHash = new Map<number, number[]>()

  constructor(journal: Journal) {
    this.journal = journal
  }

  /** Chains that follow note what a new course consists of. */
  begin(): void {
    this.journal.clear()
  }

  /** Whether a packet of so many bytes goes this course. */
  isFor(course: number, input: number, length: number): boolean {
    const at = course * stride
    return at < this.words.length && this.words[at + Word.input] === input && length <= this.words[at + Word.longest]!
  }

  count(course: number, length: number): void {
    this.sums[2 * course]! -= -1
    this.sums[2 * course + 1]! -= -length
  }

  /** Of a packet of so many bytes that went out: the course that has been noted, in which it is counted. */
  end({ input, passedRule }: Packet, length: number, longest: number): number {
    const course = this.find(input, longest, passedRule)
    if (course === Course.unsettled) return this.giveUp(length)
    this.count(course, length)
    return course
  }

  /** There is none: what has been noted is counted. */
  giveUp(length: number): number {
    this.journal.carryOutNow(length)
    return Course.unsettled
  }

  /** Known, or new; {@link Course.unsettled} where there are too many. */
  private find(input: number, longest: number, rule: number): number {
    const { count, notes } = this.journal
    let hash = Math.imul(input ^ Math.imul(longest, 0x85ebca6b), 0x9e3779b1) ^ rule
    for (let i = 0; i < count; i++) hash = Math.imul(hash ^ notes[i]!, 0x9e3779b1) ^ (hash >>> 15)
    const alike = this.byHash.get(hash) ?? []
    for (const course of alike) if (this.isSame(course, input, longest, rule)) return course
    const made = this.make(input, longest, rule)
    if (made !== Course.unsettled) this.byHash.set(hash, [...alike, made])
    return made
  }

  private isSame(course: number, input: number, longest: number, rule: number): boolean {
    const { words } = this
    const at = course * stride
    if (words[at + Word.input] !== input || words[at + Word.longest] !== longest || words[at + Word.rule] !== rule)
      return false
    const own = this.notes[course]!
    const { count, notes } = this.journal
    if (own.length !== count) return false
    for (let i = 0; i < count; i++) if (own[i] !== notes[i]) return false
    return true
  }

  private make(input: number, longest: number, rule: number): number {
    const course = this.notes.length
    if (course >= mostCourses) return Course.unsettled
    if ((course + 1) * stride > this.words.length) this.grow()
    const at = course * stride
    this.words[at + Word.input] = input
    this.words[at + Word.longest] = longest
    this.words[at + Word.rule] = rule
    this.notes.push(this.journal.notes.slice(0, this.journal.count))
    return course
  }

  private grow(): void {
    const words = new Int32Array(2 * this.words.length)
    words.set(this.words)
    this.words = words
    const sums = new Float64Array(2 * this.sums.length)
    sums.set(this.sums)
    this.sums = sums
  }

  /** Counts by rule and counter what was only counted by course: before anybody reads them. */
  settle(): void {
    const { sums } = this
    for (let course = 1; course < this.notes.length; course++) {
      if (sums[2 * course] === 0) continue
      this.journal.carryOut(this.notes[course]!, sums[2 * course]!, sums[2 * course + 1]!)
      sums[2 * course] = 0
      sums[2 * course + 1] = 0
    }
  }
}
