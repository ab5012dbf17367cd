/** Expecting what a payload announces at an address and port, and naming others in it where the connection is translated. */

import type { ExpectationRequest, HelperVerdict, HelperWork } from './helper.ts'
import { bytesOf } from './payload-words.ts'
import { refusalWords } from './refusal-words.ts'

/** What replaces the announcing bytes of a translated connection. */
export interface Rewriting {
  /** Direction of the master in which the expected connection runs. */
  readonly direction: 0 | 1
  text(port: number): string
}

/** `what`: the expected connection, as a subject with its article. */
export function announce(
  work: HelperWork,
  request: ExpectationRequest,
  what: string,
  rewriting: Rewriting,
): HelperVerdict {
  if (work.isTranslated) return translate(work, request, what, rewriting)
  const refusal = work.expect(request)
  return refusal && refusalWords(what, refusal)
}

function translate(work: HelperWork, request: ExpectationRequest, what: string, rewriting: Rewriting): HelperVerdict {
  const { direction, text } = rewriting
  const savedPort = request.destinationPort
  const port = work.expectOnFreePort({
    ...request,
    translation: { name: 'nat-follow-master', direction, savedAddress: null, savedPort },
  })
  if (port === 0) return `${what} cannot be expected: all ports are in use`
  if (work.replace(request.payloadFrom, request.payloadTo, bytesOf(text(port)))) return null
  for (const made of work.expectations().slice(0, 1)) work.forget(made)
  return `${what} cannot be announced: the packet would become too long`
}
