/** Chooses the link layer by the frame's LINKTYPE and reads it. */
import type { Frame } from '../frame.ts'
import * as ethernet from './ethernet.ts'
import { type DecodeLink, type LinkLayer, resetLinkLayer, setSkip } from './link-layer.ts'
import * as linuxCookedV1 from './linux-cooked-v1.ts'
import * as linuxCookedV2 from './linux-cooked-v2.ts'
import * as nullLoopback from './null-loopback.ts'
import * as ppp from './ppp.ts'
import * as pppoe from './pppoe.ts'
import * as rawIp from './raw-ip.ts'

interface LinkFile {
  readonly linkTypes: readonly number[]
  readonly decode: DecodeLink
}

const files: readonly LinkFile[] = [ethernet, linuxCookedV1, linuxCookedV2, nullLoopback, ppp, pppoe, rawIp]

const decoders: ReadonlyMap<number, DecodeLink> = new Map(
  files.flatMap((file) => file.linkTypes.map((type) => [type, file.decode])),
)

let lastType = -1
let lastDecode: DecodeLink | undefined

/** Fills `link` from any frame; never throws. A link type that we do not know is the skip reason `unknown-link-type`. */
export function decodeLink(frame: Frame, link: LinkLayer): void {
  resetLinkLayer(frame, link)
  // Nearly every frame of a capture has the link type of the one before.
  if (frame.linkType !== lastType) {
    lastType = frame.linkType
    lastDecode = decoders.get(lastType)
  }
  const decode = lastDecode
  if (decode === undefined) setSkip(link, 'unknown-link-type', frame.linkType)
  else decode(frame, link)
}
