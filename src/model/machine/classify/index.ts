export type { Branch } from './branch.ts'
export { changedSetsOf, changesOf } from './changes.ts'
export { choiceAmong, classifyRules, type RuleJoiner, skipped } from './classify.ts'
