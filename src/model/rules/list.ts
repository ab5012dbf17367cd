/** Lists whose members are made when somebody asks for them: a million elements of a set are two arrays of words until then. */

/** What arrays and lazy lists have in common. */
export interface List<T> extends Iterable<T> {
  readonly length: number
  at(index: number): T | undefined
  every(test: (member: T) => boolean): boolean
  some(test: (member: T) => boolean): boolean
  find(test: (member: T) => boolean): T | undefined
  filter(test: (member: T) => boolean): T[]
  map<U>(of: (member: T, index: number) => U): U[]
  flatMap<U>(of: (member: T) => U | readonly U[]): U[]
}

export class LazyList<T> implements List<T> {
  readonly length: number
  private readonly make: (index: number) => T

  /** `make` gives the same member for an index each time, though not the same object. */
  constructor(length: number, make: (index: number) => T) {
    this.length = length
    this.make = make
  }

  at(index: number): T | undefined {
    return index >= 0 && index < this.length ? this.make(index) : undefined
  }

  *[Symbol.iterator](): Iterator<T> {
    for (let i = 0; i < this.length; i++) yield this.make(i)
  }

  every(test: (member: T) => boolean): boolean {
    return !this.some((member) => !test(member))
  }

  some(test: (member: T) => boolean): boolean {
    for (let i = 0; i < this.length; i++) if (test(this.make(i))) return true
    return false
  }

  find(test: (member: T) => boolean): T | undefined {
    for (const member of this) if (test(member)) return member
    return undefined
  }

  filter(test: (member: T) => boolean): T[] {
    return Array.from(this).filter(test)
  }

  map<U>(of: (member: T, index: number) => U): U[] {
    return Array.from({ length: this.length }, (_, i) => of(this.make(i), i))
  }

  flatMap<U>(of: (member: T) => U | readonly U[]): U[] {
    return Array.from(this).flatMap((member) => of(member))
  }
}
