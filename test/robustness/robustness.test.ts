/** Ten thousand spoiled messages for everything in conntrack that reads strangers' bytes; `npm run robustness` gives it a million. */

import { expect, test } from 'vitest'
import { seeded } from './mutate.ts'
import { addRecorded, SeedStore } from './seeds.ts'
import { subjects } from './subjects.ts'

const inputs = 10_000

const store = new SeedStore(subjects)
addRecorded(store)

test.each(subjects.map((subject) => [subject.name, subject] as const))('%s survives any bytes', (_, subject) => {
  const seeds = store.of(subject)
  expect(seeds.length).toBeGreaterThan(0)
  subject.read(seeds, seeded(1), inputs)
})
