/** The language as data: what the parser makes of a file, before names, types and protocols are looked at. */

import type {
  Direction,
  Family,
  LimitParameters,
  List,
  LogFlag,
  NatStatement,
  PayloadValue,
  RejectStatement,
  RuleObject,
  Source,
  UpdateSetStatement,
} from '../../model/rules/index.ts'
import type { HeaderName } from './symbols/headers.ts'

interface Placed {
  readonly span: Source
}

/** What the left side of a match can be made of; each kind is one file in `terms/`. */
export type Term = Placed &
  (
    | { readonly kind: 'payload'; readonly header: HeaderName; readonly field: string }
    | {
        readonly kind: 'raw-payload'
        readonly base: PayloadValue['base']
        readonly offset: number
        readonly width: number
      }
    | { readonly kind: 'meta'; readonly key: string }
    | { readonly kind: 'ct'; readonly key: string; readonly direction: Direction | null; readonly family: 4 | 6 | null }
    | {
        readonly kind: 'fib'
        readonly address: 'saddr' | 'daddr'
        readonly with: readonly ('mark' | 'iif' | 'oif')[]
        readonly result: 'oif' | 'oifname' | 'type' | 'exists'
      }
    | { readonly kind: 'rt'; readonly key: 'classid' | 'nexthop' | 'mtu' | 'ipsec'; readonly family: 4 | 6 | null }
    | { readonly kind: 'exthdr'; readonly header: string; readonly field: string | null }
    | { readonly kind: 'tcp-option'; readonly option: string; readonly field: string | null }
    | {
        readonly kind: 'raw-tcp-option'
        readonly option: number
        readonly offset: number
        readonly width: number
        readonly exists: boolean
      }
    | { readonly kind: 'ip-option'; readonly option: string; readonly field: string | null }
    | { readonly kind: 'sctp-chunk'; readonly chunk: string; readonly field: string | null }
    | { readonly kind: 'numgen'; readonly mode: 'inc' | 'random'; readonly modulus: number; readonly offset: number }
    | {
        readonly kind: 'hash'
        readonly type: 'jhash' | 'symhash'
        readonly of: Expression | null
        readonly modulus: number
        readonly seed: number | null
        readonly offset: number
      }
  )

export type TermKind = Term['kind']
export type TermOf<K extends TermKind> = Extract<Term, { readonly kind: K }>

export type BinaryOperator = '&' | '|' | '^' | '<<' | '>>'

export type VerdictNode =
  | { readonly kind: 'accept' | 'drop' | 'continue' | 'return'; readonly span: Source }
  | { readonly kind: 'jump' | 'goto'; readonly chain: string; readonly span: Source }

export type Expression = Placed &
  (
    | { readonly kind: 'term'; readonly term: Term }
    /** A word: a name of the type that is expected, or a string. */
    | { readonly kind: 'word'; readonly text: string; readonly isQuoted: boolean }
    | { readonly kind: 'number'; readonly value: bigint }
    | { readonly kind: 'literal'; readonly of: 'ipv4' | 'ipv6' | 'mac' | 'time' | 'class'; readonly text: string }
    | { readonly kind: 'catch-all' }
    | { readonly kind: 'range'; readonly from: Expression; readonly to: Expression }
    | { readonly kind: 'prefix'; readonly of: Expression; readonly length: number }
    | { readonly kind: 'list'; readonly items: readonly Expression[] }
    /** `value / mask` of flags. */
    | { readonly kind: 'masked'; readonly value: Expression; readonly mask: Expression }
    | { readonly kind: 'set'; readonly elements: List<ElementNode> }
    | { readonly kind: 'set-reference'; readonly name: string }
    | { readonly kind: 'concatenation'; readonly parts: readonly Expression[] }
    | {
        readonly kind: 'binary'
        readonly operator: BinaryOperator
        readonly left: Expression
        readonly right: Expression
      }
    | { readonly kind: 'map'; readonly key: Expression; readonly map: Expression }
    | { readonly kind: 'verdict'; readonly verdict: VerdictNode }
  )

export type ExpressionOf<K extends Expression['kind']> = Extract<Expression, { readonly kind: K }>

export interface ElementNode {
  readonly key: Expression
  readonly data: Expression | null
  readonly timeout: number | null
  readonly expires: number | null
  readonly comment: string | null
  readonly statements: readonly StatementNode[]
  readonly span: Source
}

export type NatFlag = 'random' | 'fully-random' | 'persistent'

export interface NatNode extends Placed {
  readonly kind: 'nat'
  readonly type: NatStatement['type']
  readonly family: { readonly is: 'ip' | 'ip6'; readonly span: Source } | null
  /** What stands before `to`: nothing, `prefix`, `interval` or `addr . port`. */
  readonly form: 'plain' | 'prefix' | 'interval' | 'address and port'
  readonly address: Expression | null
  readonly port: Expression | null
  /** Null: none are written. */
  readonly flags: readonly NatFlag[] | null
}

export type ComparisonOperator = 'implicit' | '==' | '!=' | '<' | '>' | '<=' | '>=' | '!'

export type ObjectKind = RuleObject['kind']

/** Each kind is one file in `statements/`. */
export type StatementNode = Placed &
  (
    | {
        readonly kind: 'match'
        readonly left: Expression
        readonly operator: ComparisonOperator
        readonly right: Expression
      }
    | { readonly kind: 'verdict'; readonly verdict: VerdictNode }
    | { readonly kind: 'verdict-map'; readonly key: Expression; readonly map: Expression }
    | { readonly kind: 'counter'; readonly packets: number; readonly bytes: number }
    | { readonly kind: 'limit'; readonly limit: LimitParameters }
    | { readonly kind: 'quota'; readonly bytes: number; readonly used: number; readonly isOver: boolean }
    | { readonly kind: 'ct count'; readonly count: number; readonly isOver: boolean }
    | { readonly kind: 'last' }
    | {
        readonly kind: 'log'
        readonly prefix: string | null
        readonly group: number | null
        readonly level: string | null
        readonly flags: readonly LogFlag[]
        readonly snapLength: number | null
        readonly queueThreshold: number | null
      }
    | { readonly kind: 'reject'; readonly with: RejectStatement['type'] | null; readonly code: Expression | null }
    | { readonly kind: 'notrack' }
    | NatNode
    | { readonly kind: 'set'; readonly target: Term; readonly value: Expression }
    | { readonly kind: 'reset'; readonly target: Term }
    | {
        readonly kind: 'update'
        readonly operation: UpdateSetStatement['operation']
        readonly set: string
        readonly setSpan: Source
        readonly element: ElementNode
      }
    | { readonly kind: 'meter'; readonly name: string; readonly size: number | null; readonly element: ElementNode }
    | { readonly kind: 'object'; readonly objectKind: ObjectKind; readonly name: Expression }
  )

export type StatementKind = StatementNode['kind']
export type StatementOf<K extends StatementKind> = Extract<StatementNode, { readonly kind: K }>

export interface RuleNode {
  readonly statements: readonly StatementNode[]
  readonly comment: string | null
  readonly text: string
  readonly span: Source
}

export interface TableName {
  readonly family: Family
  readonly name: string
  readonly span: Source
}

export interface Name {
  readonly text: string
  readonly span: Source
}

export interface HookNode {
  readonly type: Name
  readonly hook: Name
  /** Name (null: none) and the number that is added to it. */
  readonly priority: { readonly name: string | null; readonly offset: number; readonly span: Source }
  readonly span: Source
}

export interface ChainNode {
  readonly name: Name
  readonly hook: HookNode | null
  readonly policy: Name | null
  readonly comment: string | null
  readonly rules: readonly RuleNode[]
  readonly span: Source
}

/** A type by name or by example (`typeof`). */
export type TypeNode =
  | { readonly kind: 'named'; readonly names: readonly Name[]; readonly span: Source }
  | { readonly kind: 'typeof'; readonly expression: Expression; readonly span: Source }

export interface SetNode {
  readonly name: Name
  readonly isMap: boolean
  readonly key: TypeNode | null
  readonly data:
    | { readonly kind: 'type'; readonly type: TypeNode; readonly isInterval: boolean }
    | { readonly kind: 'verdict' }
    | { readonly kind: 'object'; readonly object: ObjectKind }
    | null
  readonly flags: readonly Name[]
  readonly timeout: number | null
  readonly sweepInterval: number | null
  readonly isSmall: boolean
  readonly size: number | null
  readonly isAutoMerge: boolean
  readonly statements: readonly StatementNode[]
  readonly elements: List<ElementNode>
  readonly comment: string | null
  /** Whether its type was refused; that is told already. */
  readonly isRefused: boolean
  readonly span: Source
}

/** Properties of a named object, by kind; null where not given. */
export type ObjectNode = { readonly name: Name; readonly comment: string | null; readonly span: Source } & (
  | { readonly kind: 'counter'; readonly packets: number; readonly bytes: number }
  | { readonly kind: 'quota'; readonly bytes: number; readonly used: number; readonly isOver: boolean }
  | { readonly kind: 'limit'; readonly limit: LimitParameters }
  | { readonly kind: 'ct helper'; readonly helper: Name; readonly protocol: Name; readonly family: Name | null }
  | {
      readonly kind: 'ct timeout'
      readonly protocol: Name
      readonly family: Name | null
      readonly policy: readonly { readonly state: Name; readonly seconds: number }[]
    }
  | {
      readonly kind: 'ct expectation'
      readonly protocol: Name
      readonly family: Name | null
      readonly port: number
      readonly timeout: number
      readonly size: number
    }
)

export interface TableBody {
  readonly flags: readonly Name[]
  readonly chains: readonly ChainNode[]
  readonly sets: readonly SetNode[]
  readonly objects: readonly ObjectNode[]
}

/** Where a rule goes: before or behind a rule that is there already. */
export interface Position {
  readonly kind: 'index' | 'handle'
  readonly number: number
  readonly span: Source
}

export type Command = Placed &
  (
    | { readonly kind: 'add table'; readonly isCreate: boolean; readonly table: TableName; readonly body: TableBody }
    | { readonly kind: 'add chain'; readonly isCreate: boolean; readonly table: TableName; readonly chain: ChainNode }
    | { readonly kind: 'add set'; readonly isCreate: boolean; readonly table: TableName; readonly set: SetNode }
    | {
        readonly kind: 'add object'
        readonly isCreate: boolean
        readonly table: TableName
        readonly object: ObjectNode
      }
    | {
        readonly kind: 'add elements'
        readonly isCreate: boolean
        readonly table: TableName
        readonly set: Name
        readonly elements: List<ElementNode>
      }
    | {
        readonly kind: 'add rule'
        readonly verb: 'add' | 'insert' | 'replace'
        readonly table: TableName
        readonly chain: Name
        readonly position: Position | null
        readonly rule: RuleNode
      }
    | {
        readonly kind: 'delete'
        readonly isDestroy: boolean
        readonly what: 'table' | 'chain' | 'set' | 'object'
        readonly object: ObjectKind | null
        readonly table: TableName
        readonly name: Name | null
      }
    | {
        readonly kind: 'delete rule'
        readonly isDestroy: boolean
        readonly table: TableName
        readonly chain: Name
        readonly position: Position
      }
    | {
        readonly kind: 'delete elements'
        readonly isDestroy: boolean
        readonly table: TableName
        readonly set: Name
        readonly elements: List<ElementNode>
      }
    | { readonly kind: 'flush'; readonly what: 'ruleset'; readonly family: Family | null }
    | {
        readonly kind: 'flush'
        readonly what: 'table' | 'chain' | 'set'
        readonly table: TableName
        readonly name: Name | null
      }
    | { readonly kind: 'rename chain'; readonly table: TableName; readonly chain: Name; readonly to: Name }
  )

export type CommandOf<K extends Command['kind']> = Extract<Command, { readonly kind: K }>
