export type { CaptureOptions } from './captures/run-capture.ts'
export { runCapture } from './captures/run-capture.ts'
export type { GenerateOptions } from './generate.ts'
export { generateScenario, isStable, kindNames } from './generate.ts'
