/** nf_tables requests for a table whose rules nft's text cannot say, linux/netfilter/nf_tables.h. */
import { attribute, be16, be32, beSigned32, bytes, elements, encodeAttributes, nested, text } from './attribute.ts'
import { encodeMessage, requestFlag } from './message.ts'
import { netfilterHeader, netfilterType, subsystem } from './netfilter.ts'

/** The family `inet`, NFPROTO_INET. */
const INET = 1
const command = { newTable: 0, deleteTable: 2, newChain: 3, newRule: 6 } as const
const batch = { begin: 16, end: 17 } as const
const ACCEPT = 1

/** 32-bit registers, NFT_REG32_00 and up. */
export const registers: readonly number[] = [8, 9, 10, 11, 12, 13, 14, 15]

/** Keys of `ct` (enum nft_ct_keys). */
export const ctKey = { state: 0, direction: 1, status: 2, mark: 3, id: 23 } as const

const META_MARK = 3

const table = { name: attribute(1, text) }
const hook = { number: attribute(1, be32), priority: attribute(2, beSigned32) }
const chain = {
  table: attribute(1, text),
  name: attribute(3, text),
  hook: attribute(4, nested(hook)),
  policy: attribute(5, be32),
  type: attribute(7, text),
}
const rule = { table: attribute(1, text), chain: attribute(2, text), expressions: attribute(4, elements) }
const expression = { name: attribute(1, text), data: attribute(2, { ...bytes, isNested: true }) }
const meta = { destination: attribute(1, be32), key: attribute(2, be32), source: attribute(3, be32) }
const ct = { destination: attribute(1, be32), key: attribute(2, be32) }
const log = {
  group: attribute(1, be16),
  prefix: attribute(2, text),
  snapLength: attribute(3, be32),
  queueThreshold: attribute(4, be16),
}

/** Loads the packet's mark into a register. */
export function loadMark(register: number): Uint8Array {
  return encodeExpression('meta', encodeAttributes(meta, { destination: register, key: META_MARK }))
}

/** Sets the packet's mark from a register. */
export function setMark(register: number): Uint8Array {
  return encodeExpression('meta', encodeAttributes(meta, { key: META_MARK, source: register }))
}

/** Loads what conntrack knows of the packet; the rule ends here when there is no entry and the key needs one. */
export function loadCt(register: number, key: number): Uint8Array {
  return encodeExpression('ct', encodeAttributes(ct, { destination: register, key }))
}

/** Sends the packet to an NFLOG group at once. */
export function logToGroup(group: number, prefix: string): Uint8Array {
  return encodeExpression('log', encodeAttributes(log, { group, prefix, queueThreshold: 1, snapLength: 0 }))
}

/** A base chain of type filter with policy accept; `hook` as in NF_INET_PRE_ROUTING to NF_INET_POST_ROUTING, 0 to 4. */
export interface ProbeChain {
  readonly name: string
  readonly hook: number
  readonly priority: number
  /** Each rule is a list of expressions. */
  readonly rules: readonly (readonly Uint8Array[])[]
}

/** One transaction's messages, and how many acknowledgements it brings. */
export interface Batch {
  readonly messages: readonly Uint8Array[]
  readonly acknowledgements: number
}

/** A new table of family inet with its chains and rules. */
export function encodeTable(name: string, chains: readonly ProbeChain[]): Batch {
  const create = requestFlag.create | requestFlag.append
  const requests = [
    request(command.newTable, create, encodeAttributes(table, { name })),
    ...chains.map((each) =>
      request(
        command.newChain,
        create,
        encodeAttributes(chain, {
          table: name,
          name: each.name,
          hook: { number: each.hook, priority: each.priority },
          policy: ACCEPT,
          type: 'filter',
        }),
      ),
    ),
    ...chains.flatMap((each) =>
      each.rules.map((expressions) =>
        request(command.newRule, create, encodeAttributes(rule, { table: name, chain: each.name, expressions })),
      ),
    ),
  ]
  return wrap(requests)
}

/** Removes a table of family inet and all that is in it. */
export function encodeTableDeletion(name: string): Batch {
  return wrap([request(command.deleteTable, 0, encodeAttributes(table, { name }))])
}

function encodeExpression(name: string, data: Uint8Array): Uint8Array {
  return encodeAttributes(expression, { name, data })
}

function request(number: number, flags: number, attributes: Uint8Array): Uint8Array {
  const type = netfilterType(subsystem.nftables, number)
  return encodeMessage(type, flags | requestFlag.acknowledge, Buffer.concat([netfilterHeader(INET), attributes]))
}

function wrap(requests: readonly Uint8Array[]): Batch {
  const frame = netfilterHeader(0, subsystem.nftables)
  return {
    messages: [encodeMessage(batch.begin, 0, frame), ...requests, encodeMessage(batch.end, 0, frame)],
    acknowledgements: requests.length,
  }
}
