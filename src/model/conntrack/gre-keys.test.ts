import { expect, it } from 'vitest'
import { GreKeys } from './gre-keys.ts'

const key = { source: 1, destination: 2, sourceKey: 30, destinationKey: 40 }

it('the key of the sender is known from both addresses and the key of the receiver', () => {
  const keys = new GreKeys()
  expect(keys.add(8, 0, key)).toBe(true)
  expect(keys.sourceKey(1, 2, 40)).toBe(30)
  for (const [source, destination, receiver] of [
    [9, 2, 40],
    [1, 9, 40],
    [1, 2, 41],
  ] as const)
    expect(keys.sourceKey(source, destination, receiver)).toBe(0)
})

it('an owner has one for each direction, and may say it again', () => {
  const keys = new GreKeys()
  keys.add(8, 0, key)
  expect(keys.add(8, 0, key)).toBe(true)
  expect(keys.add(8, 0, { ...key, destinationKey: 41 })).toBe(false)
  expect(keys.add(8, 1, { ...key, destinationKey: 41 })).toBe(true)
  expect(keys.sourceKey(1, 2, 41)).toBe(30)
})

it('of two that lead to the same the older wins; what an owner said goes with it', () => {
  const keys = new GreKeys()
  keys.add(8, 0, key)
  keys.add(16, 0, { ...key, sourceKey: 31 })
  expect(keys.sourceKey(1, 2, 40)).toBe(30)
  keys.forget(8)
  expect(keys.sourceKey(1, 2, 40)).toBe(31)
})
