export type { ExpectationAssignment, HelperAssignment, TimeoutAssignment } from './assigning.ts'
export {
  Conntrack,
  canClash,
} from './conntrack.ts'
export { type ConntrackListener, Entries } from './entries.ts'
export { Flag, NatWord, natOffset, tupleWords, Word } from './entry.ts'
export type { Expectation, ExpectationPolicy, ExpectationTranslation } from './expectation.ts'
export {
  defaultFragmentLimits,
  type ExpiredQueue,
  endsInTransportHeader,
  type FragmentLimits,
  FragmentOutcome,
  type FragmentOutcomeNumber,
  Fragments,
} from './fragments/fragments.ts'
export type { HelperParameters } from './helper-parameters.ts'
export type { AddressWords, ExpectationRequest, Helper, HelperVerdict, HelperWork } from './helpers/helper.ts'
export { findHelper, helpers } from './helpers/table.ts'
export { type HostView, noHost } from './host-view.ts'
export { isIcmpError, isIcmpv6Error } from './icmp-types.ts'
export {
  type ListingOptions,
  listEntry,
  listEvent,
  listExpectation,
  listExpectationEvent,
} from './list.ts'
export { type ModuleMistake, type ModuleParameters, readModuleParameters } from './module-parameters.ts'
export { type CourseBook, type PacketRows, Row, rowWords, seenWords, takeFrom } from './packet-rows.ts'
export { Reason, reasons } from './reason.ts'
export {
  type ConntrackSettings,
  defaultSettings,
  type KernelVersion,
  settingsFromSysctls,
  settingsOfHost,
} from './settings.ts'
export type { MasterLink } from './side.ts'
export {
  type EntrySnapshot,
  type ExpectationSnapshot,
  entrySnapshot,
  eventSnapshot,
  expectationSnapshot,
  type TupleSnapshot,
} from './snapshot.ts'
export { Change, State, Status, stateNames, statusNames } from './status.ts'
export { sctpChecksum } from './trackers/sctp-checksum.ts'
export { sctpStateNames } from './trackers/sctp-states.ts'
export { canReplace, isOpening } from './trackers/tcp-reuse.ts'
export { tcpStateNames } from './trackers/tcp-states.ts'
export type { Translator } from './translator.ts'
export { findTransport4, findTransport6, found, hashTuple4, invertTuple, makeTuple, type Tuple } from './tuple.ts'
