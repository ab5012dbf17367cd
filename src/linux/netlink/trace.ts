/** nftrace events: which rules, ends of chains and policies a packet met, enum nft_trace_attributes. */
import { attribute, be32, be64, beSigned32, decodeAttributes, nested, text } from './attribute.ts'
import { NETFILTER_HEADER_BYTES } from './netfilter.ts'

/** One step: `rule` is the rule's handle, `to` the chain of a jump or goto, `what` is policy, rule or end (of a chain). */
export interface TraceStep {
  table: string
  chain: string
  what: string
  rule?: number
  verdict?: string
  to?: string
}

const kinds: Readonly<Record<number, string>> = { 1: 'policy', 2: 'end', 3: 'rule' }
const verdicts: Readonly<Record<number, string>> = {
  0: 'drop',
  1: 'accept',
  2: 'stolen',
  3: 'queue',
  [-1]: 'continue',
  [-2]: 'break',
  [-3]: 'jump',
  [-4]: 'goto',
  [-5]: 'return',
}

const verdict = { code: attribute(1, beSigned32), chain: attribute(2, text) }
const step = {
  table: attribute(1, text),
  chain: attribute(2, text),
  rule: attribute(3, be64),
  kind: attribute(4, be32),
  verdict: attribute(5, nested(verdict)),
  policy: attribute(16, beSigned32),
}

/** Decodes the body of a trace message. */
export function decodeTraceStep(body: Uint8Array): TraceStep {
  const decoded = decodeAttributes(step, body.subarray(NETFILTER_HEADER_BYTES))
  const result: TraceStep = {
    table: decoded.table ?? '',
    chain: decoded.chain ?? '',
    what: kinds[decoded.kind ?? 0] ?? String(decoded.kind),
  }
  // A rule event without a handle is the end of a chain that a verdict has not left.
  if (decoded.rule !== undefined) result.rule = decoded.rule
  else if (result.what === 'rule') result.what = 'end'
  if (decoded.verdict?.code !== undefined) result.verdict = verdictName(decoded.verdict.code)
  if (decoded.verdict?.chain !== undefined) result.to = decoded.verdict.chain
  if (decoded.policy !== undefined) result.verdict = verdictName(decoded.policy)
  return result
}

function verdictName(code: number): string {
  return verdicts[code] ?? '?'
}
