/** Fields that rules ask about: values that are read alike are one field, whatever they are called. */

import { registersOf, type Value } from '../../rules/index.ts'
import type { Load, Machine } from '../machine.ts'
import { isValueSettled } from '../settled.ts'
import { dependenciesOf } from './changes.ts'
import type { Demand } from './demand.ts'

export interface Field {
  /** Fills the registers from 0. */
  readonly load: Load
  readonly words: number
  /** `Change` bits. */
  readonly dependencies: number
  /** See settled.ts. */
  readonly isSettled: boolean
}

/** Ranges of one field that a rule has to lie in, as {@link Demand} has them. */
export interface Ranges {
  readonly field: Field
  readonly from: readonly number[]
  readonly to: readonly number[]
}

export class Fields {
  private readonly machine: Machine
  private readonly known = new Map<string, Field>()

  constructor(machine: Machine) {
    this.machine = machine
  }

  rangesOf(demand: Demand): Ranges {
    return { field: this.field(demand.value), from: demand.from, to: demand.to }
  }

  private field(value: Value): Field {
    const identity = identityOf(value)
    const known = this.known.get(identity)
    if (known) return known
    const made: Field = {
      load: this.machine.load(value, 0),
      words: registersOf(value),
      dependencies: dependenciesOf(value),
      isSettled: isValueSettled(value),
    }
    this.known.set(identity, made)
    return made
  }
}

/** Equal for values that are read alike: `tcp dport` and `udp dport` are. */
function identityOf(value: Value): string {
  if (value.kind === 'payload') return `payload ${value.base} ${value.offset} ${value.width}`
  if (value.kind === 'meta') return `meta ${value.key}`
  return JSON.stringify(value)
}
