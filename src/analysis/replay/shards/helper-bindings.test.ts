import { expect, it } from 'vitest'
import { modelledHelpers } from '../../../model/rules/index.ts'
import { helperBindings } from './helper-bindings.ts'

it('every helper is in the table', () => {
  const names = [...new Set(modelledHelpers.map(({ name }) => name))].sort()
  expect(Object.keys(helperBindings).sort()).toEqual(names)
})
