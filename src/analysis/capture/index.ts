export { CaptureReader } from './capture-reader.ts'
export { BufferColumns, bytesOfColumns, type Columns, ownColumns } from './columns.ts'
export {
  createFrame,
  type Direction,
  directions,
  type Frame,
  millisecondsSince,
  type PacketType,
  packetTypes,
} from './frame.ts'
export { blockLength, FrameBlock } from './frame-block.ts'
export { isGzip } from './is-gzip.ts'
export { decodeLink } from './link/decode-link.ts'
export { createLinkLayer, type LinkLayer, type SkipReason, skipReasons, skipText } from './link/link-layer.ts'
export { type Problem, type ProblemCode, problemCodes } from './problem.ts'
export { type CaptureInterface, longestFrame } from './reading.ts'
export { type PcapOptions, type WrittenFrame, writePcap } from './write-pcap.ts'
