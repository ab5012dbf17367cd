/** Flows as rows for people: who with whom, how much, which states, and the outcome in words. */

import { plural } from '../../languages/diagnostics/index.ts'
import { dropReasons } from '../../model/engine/index.ts'
import { Protocol, protocolNames, withPort } from '../../model/packet/index.ts'
import { type FlowRow, hostReason, type RuleIndex, stateBits, stateNames } from '../replay/index.ts'
import { columns, sizeText } from './columns.ts'
import type { Style } from './style.ts'

/** `udp 10.0.1.2:43671 > 10.0.2.2:4444`. */
export function flowWords(flow: FlowRow): string {
  const { family, protocol, source, destination, sourcePort, destinationPort } = flow
  const name =
    protocol === Protocol.icmpv6 && family === 6 ? 'icmpv6' : (protocolNames[protocol] ?? `protocol ${protocol}`)
  if (sourcePort !== null && destinationPort !== null)
    return `${name} ${withPort(source, sourcePort)} > ${withPort(destination, destinationPort)}`
  const identifier = sourcePort !== null && sourcePort !== 0 ? ` id ${sourcePort}` : ''
  return `${name} ${source} > ${destination}${identifier}`
}

/** `accepted`, `opening dropped by fw.nft:12`, `accepted, 3 packets dropped by policy of inet filter forward`. */
export function outcomeText(flow: FlowRow, rules: RuleIndex): string {
  if (flow.isOpeningDropped) {
    const rest = flow.packets.forth + flow.packets.back > flow.packets.refused
    const later = flow.isOpenedLater ? '; a later packet of it passed as if it opened the flow' : ''
    const follows = rest || flow.packets.back > 0 ? '; what follows in the capture would not have happened' : ''
    return `opening ${refusal(flow.openingRule, rules)}${follows}${later}`
  }
  if (flow.packets.refused === 0) return flow.hasPassed ? 'accepted' : 'held'
  const refused = `${plural(flow.packets.refused, 'packet')} ${refusal(flow.refusingRule, rules)}`
  return flow.hasPassed ? `accepted, but ${refused}` : refused
}

/** `dropped by fw.nft:12`, `rejected by ...`, `dropped by the policy of inet filter input`. */
export function refusal(ruleId: number, rules: RuleIndex): string {
  const rule = rules.rule(ruleId)
  if (rule) return `${rule.isReject ? 'rejected' : 'dropped'} by ${rule.file}:${rule.line}`
  const policy = rules.policy(ruleId)
  if (policy) return `dropped by the policy of ${policy.table} ${policy.chain}`
  const reason = dropReasons[hostReason(ruleId)]
  return reason ? `stopped by the host: ${reason.text}` : 'stopped'
}

/** States of its packets, in the order of conntrack's bits. */
export const flowStates = (flow: FlowRow): string[] =>
  stateNames.filter(
    (name) =>
      (flow.states & stateBits[name]) !== 0 &&
      !(name === 'related' && flow.states === 4 && !flow.isExpected && flow.packets.forth === 0),
  )

/** Widest problems first: refused openings with the most that follows, then other refusals, then the largest. */
export function byTrouble(a: FlowRow, b: FlowRow): number {
  const trouble = (flow: FlowRow): number => (flow.isOpeningDropped ? 2 : flow.packets.refused > 0 ? 1 : 0)
  const packets = (flow: FlowRow): number => flow.packets.forth + flow.packets.back
  return trouble(b) - trouble(a) || packets(b) - packets(a) || a.row - b.row
}

/** A table with a heading line. */
export function printFlows(flows: readonly FlowRow[], rules: RuleIndex, style: Style): string {
  if (flows.length === 0) return 'no flows\n'
  const rows = flows.map((flow) => [
    flow.entry === 0 ? '-' : String(flow.entry),
    flowWords(flow),
    `${flow.packets.forth}/${flow.packets.back}`,
    sizeText(flow.bytes.forth + flow.bytes.back),
    flow.packets.related > 0 ? `+${plural(flow.packets.related, 'error')}` : '',
    flowStates(flow).join(','),
    outcomeText(flow, rules),
  ])
  const [head = '', ...lines] = columns(
    [['entry', 'flow', 'packets →/←', 'bytes', '', 'states', 'outcome'], ...rows],
    [0, 3],
  )
  const painted = lines.map((line, i) => {
    const flow = flows[i]
    if (flow?.isOpeningDropped) return style.bad(line)
    return flow && flow.packets.refused > 0 ? style.warning(line) : line
  })
  return `${[style.heading(head), ...painted].join('\n')}\n`
}
