/** Where a captured frame belongs in the walk of the host: what a vantage answers. */

import type { Frame, LinkLayer } from '../../capture/index.ts'
import type { IpView } from '../ip-view.ts'

/** receive: it came in by `interface`. send: the box made it. result: what the box made of an earlier packet. skip: none of these. */
export type PlacementAct = 'receive' | 'send' | 'result' | 'skip'

/** Why frames with an IP packet are no input of the box; the text is what people read. */
export const skipTexts = {
  '': '',
  'same-side': 'both ends are on the same side, so it does not cross the firewall',
  'not-forwarded': 'multicast, broadcast or link-local, which no router passes on',
  'other-machines': 'exchanged between other machines on the same network',
  'loopback-copy': 'the second copy of a packet that the box sent to itself',
} as const

export type SkipCode = keyof typeof skipTexts

/** Filled by {@link Vantage.place}; one reused object. */
export interface Placement {
  act: PlacementAct
  /** Index of the interface by which it came in; 0 when sent or skipped. */
  interface: number
  skip: SkipCode
}

/** A point of view: decides for each frame which part it plays. */
export interface Vantage {
  /** What it assumes, in one or more sentences for the person who reads the report. */
  readonly assumptions: readonly string[]
  place(frame: Frame, link: LinkLayer, view: IpView, placement: Placement): void
}

export const createPlacement = (): Placement => ({ act: 'skip', interface: 0, skip: '' })

export function setReceive(placement: Placement, input: number): void {
  placement.act = 'receive'
  placement.interface = input
  placement.skip = ''
}

export function setSkip(placement: Placement, skip: SkipCode): void {
  placement.act = 'skip'
  placement.interface = 0
  placement.skip = skip
}

export function setAct(placement: Placement, act: 'send' | 'result'): void {
  placement.act = act
  placement.interface = 0
  placement.skip = ''
}
