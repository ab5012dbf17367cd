export {
  type Filter,
  type FilterTexts,
  isEmptyFilter,
  isWanted,
  isWantedFlow,
  parseFilter,
  unknownRule,
} from './filter.ts'
export { type FlowKey, type FlowRow, hostReason } from './flow-table.ts'
export { type Because, type Judgment, type StateName, stateNames, type VerdictName, verdictNames } from './judgment.ts'
export { CaptureMerge, type MergeSource, type MergeStep, summariesOf } from './merge.ts'
export { Replay, type ReplayOptions } from './replay.ts'
export type { Replayed } from './replayed.ts'
export { type PolicyPlace, RuleIndex, type RulePlace } from './rule-index.ts'
export { secondsOf } from './seconds.ts'
export { type Binding, bindingsOf } from './shards/bindings.ts'
export { createRingMemory, FrameRing, type RingMemory } from './shards/frame-ring.ts'
export { MergedReplay, mergeShards } from './shards/merged-replay.ts'
export { Numberer, PacketNumbers, ShardNumbers, type ShardProgress } from './shards/numbering.ts'
export { partitions } from './shards/partition.ts'
export { renumbered } from './shards/renumber.ts'
export { framesInRun } from './shards/ring-writer.ts'
export { findScarcity, type ShardNeeds, type SharedLimits } from './shards/shard-needs.ts'
export { ShardReplay, type ShardResult, type ShardTask } from './shards/shard-replay.ts'
export { stateBits } from './state-bits.ts'
export type { CaptureSummary, RuleCount, SkipCount, Summary } from './summary.ts'
export type { Comparison } from './vantage/at-host.ts'
export { firewallBetween } from './vantage/between.ts'
export { type Guess, guessVantage } from './vantage/guess.ts'
export { parseSides, type Side, sidesText } from './vantage/sides.ts'
export { Survey } from './vantage/survey.ts'
export { chooseBetween, chooseGuess, completeHost, type VantageChoice } from './vantage/vantage-choice.ts'
