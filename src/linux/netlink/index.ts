export { flagNames } from './attribute.ts'
export type { TrackedEntry, TrackedExpectation } from './conntrack.ts'
export { conntrackCommand, decodeEntry, decodeExpectation, encodeEntryQuery } from './conntrack.ts'
export type { LoggedPacket } from './log.ts'
export { decodeLoggedPacket, encodeLogBinding, logCommand } from './log.ts'
export type { Message } from './message.ts'
export { decodeMessages, encodeMessage, errorNumber, messageType, requestFlag } from './message.ts'
export { netfilterGroup, netfilterHeader, netfilterType, splitNetfilterType, subsystem } from './netfilter.ts'
export type { Batch, ProbeChain } from './nftables.ts'
export {
  ctKey,
  encodeTable,
  encodeTableDeletion,
  loadCt,
  loadMark,
  logToGroup,
  registers,
  setMark,
} from './nftables.ts'
export type { Route } from './route.ts'
export {
  decodeRouteType,
  encodeAddress,
  encodeLinkDown,
  encodeLinkUp,
  encodeRoute,
  encodeRouteQuery,
  NEW,
  routeMessage,
  routeType,
} from './route.ts'
export { NetlinkSocket } from './socket.ts'
export type { TraceStep } from './trace.ts'
export { decodeTraceStep } from './trace.ts'
export type { Tuple } from './tuple.ts'
