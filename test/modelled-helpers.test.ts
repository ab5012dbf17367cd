/** Languages are told which helpers there are by a table of their own; conntrack has the helpers. */

import { expect, it } from 'vitest'
import { helpers } from '../src/model/conntrack/index.ts'
import { modelledHelpers } from '../src/model/rules/index.ts'

it('the helpers that rulesets may declare are those that conntrack has', () => {
  expect(modelledHelpers).toEqual(
    helpers.map(({ name, protocol, families, isUserSpace }) => ({
      name,
      protocol,
      families,
      isUserSpace: isUserSpace === true,
    })),
  )
})
