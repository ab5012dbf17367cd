export type { Aspect, CompareOptions, Difference, Score } from './compare.ts'
export { compareResults, scorePackets, usualAspects } from './compare.ts'
export { quietSysctls } from './defaults.ts'
export type {
  ConntrackEvent,
  Emitted,
  Entry,
  Expectation,
  Failure,
  FlowTuple,
  HookState,
  IptablesRuleset,
  Json,
  Outcome,
  PacketRecord,
  Recorder,
  Result,
  Scenario,
  ScenarioInterface,
  ScenarioPacket,
  ScenarioRoute,
  TraceLine,
} from './format.ts'
export { isKernelAvailable, Kernel, runInKernel } from './kernel.ts'
export type { Availability } from './protocol.ts'
