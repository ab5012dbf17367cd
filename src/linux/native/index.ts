export {
  CLONE_NEWNET,
  errno,
  family,
  IPPROTO_RAW,
  messageFlag,
  netlinkProtocol,
  openFlag,
  socketOption,
  socketType,
} from './constants.ts'
export type { Libc, LibcOrReason } from './libc.ts'
export { loadLibc, requireLibc, succeed } from './libc.ts'
export { LiveError } from './live-error.ts'
export type { OwnedDescriptors } from './owned-descriptors.ts'
export { ownDescriptors } from './owned-descriptors.ts'
export { addressBytes, internetAddress, netlinkAddress } from './socket-address.ts'
export { errnoName, SystemCallError } from './system-call-error.ts'
