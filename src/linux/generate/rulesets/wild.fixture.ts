/** Wild rulesets for tests that need no kernel. Not part of the program. */

import { Random } from '../random.ts'
import { wildRuleset } from './wild.ts'

/** Lines of nft commands, the same for the same seed; some of them do not load. */
export const wildText = (seed: number): string => wildRuleset(new Random(seed))
