export { changedSetsOf, changesOf } from './changes.ts'
export { classifyRules, type RuleJoiner } from './classify.ts'
