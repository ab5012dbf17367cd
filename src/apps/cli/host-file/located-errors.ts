/** Places in a YAML file where a schema was not met, as `file:line:column: expected ..., found ...`. */

import { type Document, isMap, isNode, isScalar, type LineCounter, type Node } from 'yaml'
import type { z } from 'zod'
import { suggestFor } from '../suggest.ts'

type Issue = z.core.$ZodIssue

/** One line for each thing that is wrong. */
export function locateIssues(file: string, issues: readonly Issue[], document: Document, lines: LineCounter): string[] {
  return issues.flatMap((issue) => {
    if (issue.code === 'invalid_key') {
      const key = String(issue.path.at(-1))
      const where = place(file, keyNode(document, issue.path.slice(0, -1), key), lines)
      return [`${where}: expected an interface name of 1 to 15 characters without blanks and slashes, found "${key}"`]
    }
    if (issue.code !== 'unrecognized_keys')
      return [`${place(file, nodeAt(document, issue.path), lines)}: ${expectation(issue, document)}`]
    return issue.keys.map(
      (key) => `${place(file, keyNode(document, issue.path, key), lines)}: ${unknownKey(key, issue.path)}`,
    )
  })
}

/** `file:line:column` of an offset. */
export function placeOf(file: string, offset: number, lines: LineCounter): string {
  const { line, col } = lines.linePos(offset)
  return `${file}:${line}:${col}`
}

/** `file:line:column` of the name at the end of `path`. */
export const placeOfKey = (file: string, path: readonly string[], document: Document, lines: LineCounter): string =>
  place(file, keyNode(document, path.slice(0, -1), path.at(-1) ?? ''), lines)

const place = (file: string, node: Node | null, lines: LineCounter): string =>
  placeOf(file, node?.range?.[0] ?? 0, lines)

function nodeAt(document: Document, path: readonly PropertyKey[]): Node | null {
  for (let length = path.length; length >= 0; length--) {
    const node = length === 0 ? document.contents : document.getIn(path.slice(0, length), true)
    if (isNode(node)) return node
  }
  return null
}

function keyNode(document: Document, path: readonly PropertyKey[], key: string): Node | null {
  const map = path.length === 0 ? document.contents : document.getIn(path, true)
  if (!isMap(map)) return nodeAt(document, path)
  const pair = map.items.find(({ key: one }) => isScalar(one) && String(one.value) === key)
  return pair && isNode(pair.key) ? pair.key : map
}

function expectation(issue: Issue, document: Document): string {
  const isMissing = issue.path.length > 0 && document.getIn(issue.path) === undefined
  const name = issue.path.map(String).join('.')
  if (isMissing) return `expected ${issue.message}, found no "${String(issue.path.at(-1))}"`
  const found = issue.path.length === 0 ? document.toJS() : document.getIn(issue.path)
  return `expected ${issue.message}, found ${shown(found)}${name === '' ? '' : ` as ${name}`}`
}

function shown(value: unknown): string {
  if (value === null || value === undefined) return 'nothing'
  const text = JSON.stringify(value) ?? String(value)
  return text.length > 60 ? `${text.slice(0, 57)}...` : text
}

const keysAt: Readonly<Record<string, readonly string[]>> = {
  '': ['interfaces', 'routes', 'forwarding', 'sysctls', 'kernel', 'modules', 'listening', 'outside'],
  interfaces: ['mac', 'addresses', 'mtu'],
  routes: ['to', 'via', 'dev'],
}

function unknownKey(key: string, path: readonly PropertyKey[]): string {
  const known = keysAt[String(path[0] ?? '')] ?? []
  return `expected one of ${known.join(', ')}, found "${key}"${suggestFor(key, known)}`
}
