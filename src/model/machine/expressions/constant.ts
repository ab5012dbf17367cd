/** A value written in the rule (Linux nft_immediate). */

import type { ConstantValue } from '../../rules/index.ts'
import { wordsWhere } from '../code/operation.ts'
import { constant as word } from '../code/word.ts'
import type { ValueExpression } from '../machine.ts'

export const constant: ValueExpression<ConstantValue> = {
  code: (value) => wordsWhere([], ...value.words.map(word)),
  describe: (value) => value.words.map((each) => String(each >>> 0)).join(' '),
}
