/** ICMP types by the words that `icmpText` prints, and codes by their own word where it says enough. */

import { icmpNames, icmpv6Names } from '../../model/packet/index.ts'

/** `echo-request`, `destination-unreachable/port-unreachable`, `destination-unreachable/3`, or just `port-unreachable`. */
export function icmpTypeOf(word: string, family: 4 | 6): { type: number; code: number } | null {
  const [typeWord = '', codeWord] = word.split('/')
  for (const [type, name] of Object.entries(family === 4 ? icmpNames : icmpv6Names)) {
    if (name.type === typeWord) {
      const code = codeWord === undefined ? 0 : codeOf(name.codes, codeWord)
      return code === null ? null : { type: Number(type), code }
    }
    const code = name.codes.indexOf(typeWord)
    if (codeWord === undefined && code >= 0) return { type: Number(type), code }
  }
  return null
}

function codeOf(codes: readonly string[], word: string): number | null {
  const code = codes.indexOf(word)
  if (code >= 0) return code
  return /^\d{1,3}$/.test(word) && Number(word) < 256 ? Number(word) : null
}
