import { describe, expect, it } from 'vitest'
import { Journal } from '../machine/index.ts'
import { Packet } from '../packet/index.ts'
import { Course, Courses } from './courses.ts'

const hits = { packets: new Float64Array(100_000), bytes: new Float64Array(100_000) }

function fresh(): { readonly courses: Courses; readonly journal: Journal } {
  hits.packets.fill(0)
  hits.bytes.fill(0)
  const journal = new Journal(hits)
  return { courses: new Courses(journal), journal }
}

const passed = (input: number, rule: number): Packet => Object.assign(new Packet(), { input, passedRule: rule })

describe('courses', () => {
  it('are the same for packets that came in alike and were counted alike', () => {
    const { courses, journal } = fresh()
    const course = (input: number, rule: number, longest: number, ...notes: number[]): number => {
      courses.begin()
      for (const note of notes) journal.add(note)
      return courses.end(passed(input, rule), 40, longest)
    }
    const first = course(1, 5, 1500, 3, 5)
    expect(first).not.toBe(Course.none)
    expect(course(1, 5, 1500, 3, 5)).toBe(first)
    const others = [course(2, 5, 1500, 3, 5), course(1, 6, 1500, 3, 5), course(1, 5, 1400, 3, 5), course(1, 5, 1500, 5)]
    expect(new Set([first, ...others]).size).toBe(5)
    expect(courses.isFor(first, 1, 1500)).toBe(true)
    expect(courses.isFor(first, 1, 1501)).toBe(false)
    expect(courses.isFor(first, 2, 40)).toBe(false)
    expect([Course.none, Course.unsettled, 999].some((none) => courses.isFor(none, 1, 40))).toBe(false)
  })

  it('count when they are settled, once', () => {
    const { courses, journal } = fresh()
    const counter = Float64Array.of(2, 100)
    courses.begin()
    journal.add(7)
    journal.add(journal.noteOf(counter))
    const course = courses.end(passed(1, 7), 40, 1500)
    courses.count(course, 60)
    courses.count(course, 28)
    expect(hits.packets[7]).toBe(0)
    courses.settle()
    courses.settle()
    expect([hits.packets[7], hits.bytes[7], ...counter]).toEqual([3, 128, 5, 228])
  })

  it('are not kept when there are too many: packets are then counted at once', () => {
    const { courses, journal } = fresh()
    let last: number = Course.none
    let made = 0
    for (; last !== Course.unsettled; made++) {
      courses.begin()
      journal.add(2 + made)
      last = courses.end(passed(1, 1), 40, 1500)
    }
    expect(made).toBeLessThan(Course.unsettled)
    expect(hits.packets[2 + made - 1]).toBe(1)
    courses.settle()
    expect(hits.packets.subarray(2, 2 + made).every((count) => count === 1)).toBe(true)
  })
})
