export type { GenerateOptions } from './generate.ts'
export { generateScenario, isStable, kindNames } from './generate.ts'
