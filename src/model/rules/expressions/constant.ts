/** A value written in the rule (Linux nft_immediate). */

import { wordsWhere } from '../code/operation.ts'
import { constant as word } from '../code/word.ts'
import type { ValueExpression } from '../machine.ts'
import type { ConstantValue } from '../value.ts'

export const constant: ValueExpression<ConstantValue> = {
  code: (value) => wordsWhere([], ...value.words.map(word)),
  describe: (value) => value.words.map((each) => String(each >>> 0)).join(' '),
}
