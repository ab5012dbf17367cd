export * from './json/list.ts'
export * from './parse-ruleset.ts'
export type { IncludedFile, ReadInclude } from './parser/nftables-parser.ts'
