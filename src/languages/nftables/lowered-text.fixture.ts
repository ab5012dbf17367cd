/** Lowered rules as short text, for tests and for people who look at the machine: `meta l4proto == 6; tcp dport in { 22, 80 }; accept`. */

import type { SetDefinition, SetElement, Statement, Value, Verdict } from '../../model/rules/index.ts'

const hex = (words: readonly number[]): string =>
  words.map((word) => (word < 1024 ? String(word) : `0x${word.toString(16)}`)).join(':')

export function valueText(value: Value): string {
  switch (value.kind) {
    case 'payload':
    case 'exthdr':
    case 'tcp-option':
    case 'ip-option':
    case 'sctp-chunk':
      return value.name
    case 'meta':
      return `meta ${value.key}`
    case 'ct':
      return `ct ${value.direction === null ? '' : `${value.direction} `}${value.family === null ? '' : `ip${value.family} `}${value.key}`
    case 'fib':
      return `fib ${[value.address, ...value.with].join('.')} ${value.result}`
    case 'rt':
      return `rt ${value.key}`
    case 'bitwise':
      return `(${valueText(value.of)} & ${hex(value.and)} ^ ${hex(value.xor)}${value.shift === 0 ? '' : ` << ${value.shift}`})`
    case 'concatenation':
      return value.parts.map(valueText).join(' . ')
    case 'map':
      return `${valueText(value.key)} map ${setText(value.map)}`
    case 'constant':
      return hex(value.words)
    case 'numgen':
      return `numgen ${value.mode} mod ${value.modulus} offset ${value.offset}`
    case 'hash':
      return `${value.type}(${value.of === null ? '' : valueText(value.of)}) mod ${value.modulus} offset ${value.offset}`
  }
}

export const verdictText = (verdict: Verdict): string =>
  verdict.kind === 'jump' || verdict.kind === 'goto' ? `${verdict.kind} ${verdict.chain}` : verdict.kind

export const setText = (set: SetDefinition): string =>
  set.isAnonymous ? `{ ${set.elements.map(elementText).join(', ')} }` : `@${set.name}`

export function elementText(element: SetElement): string {
  const from = element.interfaceNames?.join('.') ?? hex(element.from)
  const to = hex(element.to)
  const key = element.isCatchAll ? '*' : element.interfaceNames === null && from !== to ? `${from}-${to}` : from
  const data = element.verdict
    ? verdictText(element.verdict)
    : element.data
      ? hex(element.data)
      : (element.object?.name ?? null)
  return data === null ? key : `${key} : ${data}`
}

/** Exhaustive on purpose: a new kind of statement is missed by the compiler here. */
export function statementText(statement: Statement): string {
  switch (statement.kind) {
    case 'compare':
      return `${valueText(statement.left)} ${statement.operator} ${statement.interfaceName ?? hex(statement.right)}${statement.prefixBits === null ? '' : `/${statement.prefixBits}`}`
    case 'range':
      return `${valueText(statement.left)} ${statement.isNegated ? 'not in' : 'in'} ${hex(statement.from)}-${hex(statement.to)}`
    case 'lookup':
      return `${valueText(statement.key)} ${statement.isNegated ? 'not in' : 'in'} ${setText(statement.set)}`
    case 'verdict':
      return verdictText(statement.verdict)
    case 'verdict-map':
      return `${valueText(statement.key)} vmap ${setText(statement.map)}`
    case 'counter':
      return `counter ${statement.packets}/${statement.bytes}`
    case 'limit': {
      const { rate, periodSeconds, burst, isBytes, isOver } = statement.limit
      return `limit ${isOver ? 'over ' : ''}${rate}${isBytes ? ' bytes' : ''} per ${periodSeconds}s burst ${burst}`
    }
    case 'quota':
      return `quota ${statement.isOver ? 'over ' : ''}${statement.bytes} used ${statement.used}`
    case 'ct count':
      return `ct count ${statement.isOver ? 'over ' : ''}${statement.count}`
    case 'log':
      return logText(statement)
    case 'reject':
      return `reject ${statement.type} ${statement.code}`
    case 'last':
    case 'notrack':
      return statement.kind
    case 'nat':
      return natText(statement)
    case 'set meta':
      return `meta ${statement.key} = ${valueText(statement.value)}`
    case 'set ct':
      return `ct ${statement.direction === null ? '' : `${statement.direction} `}${statement.key} = ${valueText(statement.value)}`
    case 'set payload':
      return `${statement.name} = ${valueText(statement.value)}`
    case 'set tcp-option':
      return `tcp option ${statement.option} bits ${statement.offset}+${statement.width} = ${valueText(statement.value)}`
    case 'reset tcp-option':
      return `reset tcp option ${statement.option}`
    case 'update set':
      return `${statement.operation} @${statement.set.name} { ${[valueText(statement.key), statement.timeout === null ? '' : `timeout ${statement.timeout}ms`, ...statement.statements.map(statementText), statement.data === null ? '' : `: ${valueText(statement.data)}`].filter((part) => part !== '').join(' ')} }`
    case 'object':
      return `${statement.object.kind} ${statement.object.name}`
    case 'object-map':
      return `${statement.objectKind} ${valueText(statement.key)} map ${setText(statement.map)}`
  }
}

function logText(log: Statement & { readonly kind: 'log' }): string {
  const flags = log.flags.length === 0 ? '' : ` flags ${log.flags.join()}`
  const length = log.snapLength === null ? '' : ` snaplen ${log.snapLength}`
  const threshold = log.queueThreshold === null ? '' : ` queue-threshold ${log.queueThreshold}`
  return `log ${JSON.stringify(log.prefix)} ${log.group} ${log.level}${flags}${length}${threshold}`
}

/** `dnat ipv4 [0a000001 0050] address 0 port 1 random`. */
function natText(nat: Statement & { readonly kind: 'nat' }): string {
  const bound = (name: string, from: number | null, to: number | null): string =>
    from === null ? '' : ` ${name} ${from}${to === null ? '' : `-${to}`}`
  const values = nat.values.length === 0 ? '' : ` [${nat.values.map(valueText).join(', ')}]`
  const flags = [
    nat.isRandom ? ' random' : '',
    nat.isFullyRandom ? ' fully-random' : '',
    nat.isPersistent ? ' persistent' : '',
    nat.isNetmap ? ' netmap' : '',
  ]
  const family = nat.family === null ? '' : ` ipv${nat.family}`
  const address = bound('address', nat.minimumAddress, nat.maximumAddress)
  return `${nat.type}${family}${values}${address}${bound('port', nat.minimumPort, nat.maximumPort)}${flags.join('')}`
}

export const loweredText = (statements: readonly Statement[]): string => statements.map(statementText).join('; ')
