export { type ExplainError, type ExplainOptions, type Explanation, explain } from './explain.ts'
export type { StatementStep, Step, Walk } from './walk.ts'
