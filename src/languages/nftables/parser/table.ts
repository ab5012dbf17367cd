/** Tables: their name with family, and everything between their braces. */

import { expectedFound } from '../../diagnostics/index.ts'
import type { ChainNode, Name, ObjectNode, SetNode, TableBody, TableName } from '../ast.ts'
import { refuse } from '../refusal.ts'
import { parseChainBody } from './chain.ts'
import type { NftablesParser } from './nftables-parser.ts'
import { objectKindAt, parseObjectBody, takeObjectKind } from './object.ts'
import { parseSetBody } from './set.ts'

const families = ['ip', 'ip6', 'inet', 'arp', 'bridge', 'netdev'] as const

/** A family, when one stands here and not a table of that name. */
export function takeFamily(parser: NftablesParser): TableName['family'] | null {
  const family = families.find((name) => parser.cursor.isWord(name))
  if (family !== undefined) parser.cursor.next()
  return family ?? null
}

/** `[family] name`. Families that are not modelled are refused by the caller, behind the block. */
export function parseTableName(parser: NftablesParser): TableName {
  const start = parser.cursor.start
  const family = takeFamily(parser) ?? 'ip'
  const name = parser.cursor.expectName('the name of a table').text
  return { family, name, span: parser.cursor.spanFrom(start) }
}

export function refuseFamily({ family, span }: TableName): void {
  if (family === 'arp' || family === 'bridge' || family === 'netdev') {
    refuse('nft-unsupported-family', span, `tables of family ${family} are not modelled; ip, ip6 and inet are`)
  }
}

/** Reads `{ ... }` or nothing. */
export function parseTableBody(parser: NftablesParser): TableBody {
  const body = { flags: [] as Name[], chains: [] as ChainNode[], sets: [] as SetNode[], objects: [] as ObjectNode[] }
  if (!parser.cursor.isSign('{')) return body
  const open = parser.cursor.next()
  parser.inScope(() => parser.items(() => parseItem(parser, body)))
  parser.report.attempt(() => parser.cursor.expectClose(open))
  return body
}

interface Draft {
  flags: Name[]
  chains: ChainNode[]
  sets: SetNode[]
  objects: ObjectNode[]
}

function parseItem(parser: NftablesParser, body: Draft): void {
  const { cursor } = parser
  const start = cursor.start
  const objectKind = objectKindAt(parser)
  if (objectKind !== null) {
    takeObjectKind(parser, objectKind)
    const name = cursor.expectName(`the name of a ${objectKind}`)
    body.objects.push(parseObjectBody(parser, objectKind, name, start))
    return
  }
  const word = cursor.take('word')
  switch (word?.text) {
    case 'chain':
      body.chains.push(parseChainBody(parser, cursor.expectName('the name of a chain'), start))
      return
    case 'set':
    case 'map':
      body.sets.push(parseSetBody(parser, cursor.expectName(`the name of a ${word.text}`), word.text === 'map', start))
      return
    case 'flags':
      do body.flags.push(cursor.expectName('a flag'))
      while (cursor.takeSign(','))
      return
    case 'comment':
      parser.text('a comment in quotes')
      return
    default:
      refuseObject(parser, word === null ? '' : word.text)
      return refuse(
        'nft-syntax',
        word === null ? cursor.here() : cursor.spanOfToken(word),
        expectedFound('chain, set, map or an object', cursor.found(word ?? cursor.peek())),
      )
  }
}

/** Objects that are not modelled; the word is read already. */
export function refuseObject(parser: NftablesParser, word: string): void {
  const span = parser.cursor.here()
  if (word === 'flowtable')
    refuse('nft-unsupported-flowtable', span, 'flowtables pass packets around the rules, which is not modelled')
  if (word === 'synproxy')
    refuse('nft-unsupported-synproxy', span, 'synproxy answers in place of the server, which is not modelled')
  if (word === 'secmark') refuse('nft-unsupported-secmark', span, 'secmark objects need a security module')
  if (word === 'tunnel') refuse('nft-unsupported-tunnel', span, 'tunnels are not modelled')
}
