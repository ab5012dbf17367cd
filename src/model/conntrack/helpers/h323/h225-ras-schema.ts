/** RasMessage of H.225.0: registration, admission and status between endpoints and gatekeepers, as far as the kernel's decoder follows it. */

import {
  aliasAddresses,
  bmp128,
  callModel,
  callType,
  endpointType,
  nonStandardParameter,
  transportAddress,
  transportAddresses,
  vendorIdentifier,
} from './h225-schema.ts'
import {
  all,
  boolean,
  type Choice,
  choice,
  integer,
  kept,
  objectIdentifier,
  opaque,
  optional,
  sequence,
  stop,
} from './schema.ts'

const requestSeqNum = integer(1, 0xffff)
const protocolIdentifier = objectIdentifier
const nonStandardData = optional(nonStandardParameter)
const rasAddress = kept(transportAddress)
const address = kept(transportAddress)
const addresses = kept(transportAddresses)
const timeToLive = kept(integer(1, 0xffffffff))
/** What follows in the root is not read, but has its bit in the bitmap. */
const unread = optional(stop)

const gatekeeperRequest = sequence(
  {
    requestSeqNum,
    protocolIdentifier,
    nonStandardData,
    rasAddress,
    endpointType: stop,
    gatekeeperIdentifier: unread,
    callServices: unread,
    endpointAlias: unread,
  },
  {},
)

const gatekeeperConfirm = sequence(
  {
    requestSeqNum,
    protocolIdentifier,
    nonStandardData,
    gatekeeperIdentifier: optional(bmp128),
    rasAddress,
  },
  { alternateGatekeeper: stop },
)

const registrationRequest = sequence(
  {
    requestSeqNum,
    protocolIdentifier,
    nonStandardData,
    discoveryComplete: boolean,
    callSignalAddress: addresses,
    rasAddress: addresses,
    terminalType: endpointType,
    terminalAlias: optional(aliasAddresses),
    gatekeeperIdentifier: optional(bmp128),
    endpointVendor: vendorIdentifier,
  },
  { alternateEndpoints: opaque, timeToLive, tokens: stop },
)

const registrationConfirm = sequence(
  {
    requestSeqNum,
    protocolIdentifier,
    nonStandardData,
    callSignalAddress: addresses,
    terminalAlias: optional(aliasAddresses),
    gatekeeperIdentifier: optional(bmp128),
    endpointIdentifier: bmp128,
  },
  { alternateGatekeeper: opaque, timeToLive, tokens: stop },
)

const unregistrationRequest = sequence(
  {
    requestSeqNum,
    callSignalAddress: addresses,
    endpointAlias: unread,
    nonStandardData: unread,
    endpointIdentifier: unread,
  },
  {},
)

const admissionRequest = sequence(
  {
    requestSeqNum,
    callType,
    callModel: optional(callModel),
    endpointIdentifier: bmp128,
    destinationInfo: optional(aliasAddresses),
    destCallSignalAddress: optional(address),
    destExtraCallInfo: optional(aliasAddresses),
    srcInfo: aliasAddresses,
    srcCallSignalAddress: optional(address),
    bandWidth: stop,
    nonStandardData: unread,
    callServices: unread,
  },
  {},
)

const admissionConfirm = sequence(
  {
    requestSeqNum,
    bandWidth: integer(0, 0xffffffff),
    callModel,
    destCallSignalAddress: address,
    irrFrequency: unread,
    nonStandardData: unread,
  },
  {},
)

const locationRequest = sequence(
  {
    requestSeqNum,
    endpointIdentifier: optional(bmp128),
    destinationInfo: aliasAddresses,
    nonStandardData,
    replyAddress: address,
  },
  { sourceInfo: stop },
)

const locationConfirm = sequence({ requestSeqNum, callSignalAddress: address, rasAddress, nonStandardData: unread }, {})

const infoRequestResponse = sequence(
  {
    nonStandardData,
    requestSeqNum,
    endpointType,
    endpointIdentifier: bmp128,
    rasAddress,
    callSignalAddress: addresses,
    endpointAlias: unread,
    perCallInfo: unread,
  },
  {},
)

export const rasMessage: Choice = choice(
  {
    gatekeeperRequest: kept(gatekeeperRequest),
    gatekeeperConfirm: kept(gatekeeperConfirm),
    gatekeeperReject: stop,
    registrationRequest: kept(registrationRequest),
    registrationConfirm: kept(registrationConfirm),
    registrationReject: stop,
    unregistrationRequest: kept(unregistrationRequest),
    ...all(stop, 'unregistrationConfirm', 'unregistrationReject'),
    admissionRequest: kept(admissionRequest),
    admissionConfirm: kept(admissionConfirm),
    ...all(stop, 'admissionReject', 'bandwidthRequest', 'bandwidthConfirm', 'bandwidthReject'),
    ...all(stop, 'disengageRequest', 'disengageConfirm', 'disengageReject'),
    locationRequest: kept(locationRequest),
    locationConfirm: kept(locationConfirm),
    ...all(stop, 'locationReject', 'infoRequest'),
    infoRequestResponse: kept(infoRequestResponse),
    nonStandardMessage: stop,
  },
  all(
    stop,
    'unknownMessageResponse',
    'requestInProgress',
    'resourcesAvailableIndicate',
    'resourcesAvailableConfirm',
    'infoRequestAck',
    'infoRequestNak',
    'serviceControlIndication',
    'serviceControlResponse',
  ),
)
