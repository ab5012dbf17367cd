/** Which helpers conntrack has: a language refuses to assign any other. */

import { helpers } from '../conntrack/index.ts'

export const modelledHelpers: readonly string[] = [...new Set(helpers.map(({ name }) => name))]
