/** Where the headers lie that bytes are counted from; -1 when the packet has none. */

import type { Packet } from '../../packet/index.ts'
import { hastyTransportAt, innerAt, transportAt } from '../header-position.ts'
import { type Base, call, slot, type Word } from './word.ts'

export const positions: { readonly [B in Base]: Word } = {
  link: slot('link'),
  network: slot('start'),
  transport: call(transportAt),
  'hasty transport': call(hastyTransportAt),
  inner: call(innerAt),
}

export const positionReaders: { readonly [B in Base]: (packet: Packet) => number } = {
  link: (packet) => packet.link,
  network: (packet) => packet.start,
  transport: transportAt,
  'hasty transport': hastyTransportAt,
  inner: innerAt,
}
