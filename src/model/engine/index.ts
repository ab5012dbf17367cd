export type { EngineOptions, Probe } from './engine.ts'
export { Engine } from './engine.ts'
export * from './fate.ts'
export type { Observer } from './observer.ts'
