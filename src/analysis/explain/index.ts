export { type ExplainError, type ExplainOptions, type Explanation, explain } from './explain.ts'
export { type RecordedEngine, type RecordedEngineOptions, recordedEngine } from './recorded-engine.ts'
export type { RecordedWalk } from './recorded-walk.ts'
export type { StatementStep, Step, Walk } from './walk.ts'
