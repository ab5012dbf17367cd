/** One captured frame, as a reusable object that points into the reader's bytes; nothing is copied or allocated per frame. */

/** Which way a frame went past the interface, as the capture itself says; `unknown` when it does not. */
export const directions = ['unknown', 'inbound', 'outbound'] as const
export type Direction = (typeof directions)[number]

/**
 * For whom the frame was, in the kernel's terms (`skb->pkt_type`): `other` is another station's unicast seen in
 * promiscuous mode. `unknown` is a unicast of which the capture does not say whose it is.
 */
export const packetTypes = ['unknown', 'host', 'broadcast', 'multicast', 'other', 'outgoing'] as const
export type PacketType = (typeof packetTypes)[number]

/** What `CaptureReader.next` fills. Valid until the next call of `next` or `push`: copy what you keep. */
export interface Frame {
  /** Counts delivered frames over the whole capture, from 1. */
  number: number
  /** The bytes around the frame: only `start` to `start + capturedLength` belong to it. */
  bytes: Uint8Array
  start: number
  capturedLength: number
  /** Length on the wire. Larger than `capturedLength` when the snap length cut the frame. */
  originalLength: number
  /** Whole seconds since 1970 UTC. Exact; 0 without `hasTime`. */
  timeSeconds: number
  /** 0 to 999,999,999. Finer resolutions are rounded down. */
  timeNanoseconds: number
  /** False for pcapng's Simple Packet Block, which carries no time. */
  hasTime: boolean
  /** Index into `CaptureReader.interfaces`. */
  interfaceIndex: number
  /** LINKTYPE_ number of that interface (https://www.tcpdump.org/linktypes.html). */
  linkType: number
  /** From pcapng's flags word or the modified pcap record; the link layer may know more (`decodeLink`). */
  direction: Direction
  packetType: PacketType
}

/** A frame for `CaptureReader.next` to fill; make one per reader, not one per frame. */
export function createFrame(): Frame {
  return {
    number: 0,
    bytes: new Uint8Array(0),
    start: 0,
    capturedLength: 0,
    originalLength: 0,
    timeSeconds: 0,
    timeNanoseconds: 0,
    hasTime: false,
    interfaceIndex: 0,
    linkType: 0,
    direction: 'unknown',
    packetType: 'unknown',
  }
}

/**
 * Milliseconds from `originSeconds` (whole seconds since 1970) to a frame's time. With an origin within 100 days of the
 * frame the result is exact to 2 nanoseconds; with origin 0 (epoch milliseconds) to a quarter of a microsecond.
 */
export function millisecondsSince(originSeconds: number, seconds: number, nanoseconds: number): number {
  return (seconds - originSeconds) * 1000 + nanoseconds / 1e6
}
