export { makeRange, type NatRange, type RuleNat } from './range.ts'
