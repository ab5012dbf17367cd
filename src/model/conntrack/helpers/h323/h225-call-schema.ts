/** H323-UserInformation of H.225.0: call signalling, as far as the kernel's decoder follows it. */

import {
  aliasAddresses,
  callIdentifier,
  callServices,
  callType,
  clearToken,
  cryptoH323Token,
  endpointType,
  guid,
  h245Security,
  nonStandardParameter,
  transportAddress,
} from './h225-schema.ts'
import { controlMessage, openLogicalChannel } from './h245-schema.ts'
import {
  boolean,
  choice,
  fixedOctets,
  integer,
  kept,
  nothing,
  objectIdentifier,
  opaque,
  opaques,
  open,
  optional,
  type Sequence,
  sequence,
  sequenceOf,
  stop,
} from './schema.ts'

const protocolIdentifier = objectIdentifier
const address = optional(kept(transportAddress))
const fastStart = kept(sequenceOf(kept(open(openLogicalChannel)), 30))

const setup = sequence(
  {
    protocolIdentifier,
    h245Address: address,
    sourceAddress: optional(aliasAddresses),
    sourceInfo: endpointType,
    destinationAddress: optional(aliasAddresses),
    destCallSignalAddress: address,
    destExtraCallInfo: optional(aliasAddresses),
    destExtraCRV: optional(sequenceOf(integer(0, 0xffff))),
    activeMC: boolean,
    conferenceID: guid,
    conferenceGoal: choice(
      { create: nothing, join: nothing, invite: nothing },
      opaques('capability-negotiation', 'callIndependentSupplementaryService'),
    ),
    callServices: optional(callServices),
    callType,
  },
  {
    sourceCallSignalAddress: address,
    ...opaques('remoteExtensionAddress', 'callIdentifier', 'h245SecurityCapability', 'tokens', 'cryptoTokens'),
    fastStart,
    mediaWaitForConnect: opaque,
    canOverlapSend: opaque,
    endpointIdentifier: stop,
  },
)

const callProceeding = sequence(
  { protocolIdentifier, destinationInfo: endpointType, h245Address: address },
  {
    ...opaques('callIdentifier', 'h245SecurityMode', 'tokens', 'cryptoTokens'),
    fastStart,
    ...opaques('multipleCalls', 'maintainConnection', 'fastConnectRefused', 'featureSet'),
  },
)

const connect = sequence(
  { protocolIdentifier, h245Address: address, destinationInfo: endpointType, conferenceID: guid },
  {
    ...opaques('callIdentifier', 'h245SecurityMode', 'tokens', 'cryptoTokens'),
    fastStart,
    ...opaques('multipleCalls', 'maintainConnection', 'language', 'connectedAddress', 'presentationIndicator'),
    ...opaques('screeningIndicator', 'fastConnectRefused', 'serviceControl', 'capacity', 'featureSet'),
  },
)

const alerting = sequence(
  { protocolIdentifier, destinationInfo: endpointType, h245Address: address },
  {
    ...opaques('callIdentifier', 'h245SecurityMode', 'tokens', 'cryptoTokens'),
    fastStart,
    ...opaques('multipleCalls', 'maintainConnection', 'alertingAddress', 'presentationIndicator'),
    ...opaques('screeningIndicator', 'fastConnectRefused', 'serviceControl', 'capacity', 'featureSet'),
  },
)

const information = sequence(
  { protocolIdentifier },
  opaques('callIdentifier', 'tokens', 'cryptoTokens', 'fastStart', 'fastConnectRefused', 'circuitInfo'),
)

const releaseComplete = sequence(
  {
    protocolIdentifier,
    reason: optional(
      choice(
        {
          noBandwidth: nothing,
          gatekeeperResources: nothing,
          unreachableDestination: nothing,
          destinationRejection: nothing,
          invalidRevision: nothing,
          noPermission: nothing,
          unreachableGatekeeper: nothing,
          gatewayResources: nothing,
          badFormatAddress: nothing,
          adaptiveBusy: nothing,
          inConf: nothing,
          undefinedReason: nothing,
        },
        opaques(
          'facilityCallDeflection',
          'securityDenied',
          'calledPartyNotRegistered',
          'callerNotRegistered',
          'newConnectionNeeded',
          'nonStandardReason',
          'replaceWithConferenceInvite',
          'genericDataReason',
          'neededFeatureNotSupported',
          'tunnelledSignallingRejected',
        ),
      ),
    ),
  },
  opaques(
    'callIdentifier',
    'tokens',
    'cryptoTokens',
    'busyAddress',
    'presentationIndicator',
    'screeningIndicator',
    'capacity',
    'serviceControl',
    'featureSet',
  ),
)

const facility = sequence(
  {
    protocolIdentifier,
    alternativeAddress: address,
    alternativeAliasAddress: optional(aliasAddresses),
    conferenceID: optional(fixedOctets(16)),
    reason: kept(
      choice(
        { routeCallToGatekeeper: nothing, callForwarded: nothing, routeCallToMC: nothing, undefinedReason: nothing },
        opaques(
          'conferenceListChoice',
          'startH245',
          'noH245',
          'newTokens',
          'featureSetUpdate',
          'forwardedElements',
          'transportedInformation',
        ),
      ),
    ),
  },
  {
    ...opaques(
      'callIdentifier',
      'destExtraCallInfo',
      'remoteExtensionAddress',
      'tokens',
      'cryptoTokens',
      'conferences',
    ),
    h245Address: address,
    fastStart,
    ...opaques('multipleCalls', 'maintainConnection', 'fastConnectRefused', 'serviceControl', 'circuitInfo'),
    ...opaques('featureSet', 'destinationInfo', 'h245SecurityMode'),
  },
)

// Its later parts became parts of the root before any version was published.
const progress = sequence(
  {
    protocolIdentifier,
    destinationInfo: endpointType,
    h245Address: address,
    callIdentifier,
    h245SecurityMode: optional(h245Security),
    tokens: optional(sequenceOf(clearToken)),
    cryptoTokens: optional(sequenceOf(cryptoH323Token)),
    fastStart: optional(fastStart),
  },
  opaques('multipleCalls', 'maintainConnection', 'fastConnectRefused'),
)

const h323UuPdu = sequence(
  {
    'h323-message-body': kept(
      choice(
        {
          setup: kept(setup),
          callProceeding: kept(callProceeding),
          connect: kept(connect),
          alerting: kept(alerting),
          information,
          releaseComplete,
          facility: kept(facility),
        },
        {
          progress: kept(progress),
          ...opaques('empty', 'status', 'statusInquiry', 'setupAcknowledge', 'notify'),
        },
      ),
    ),
    nonStandardData: optional(nonStandardParameter),
  },
  {
    h4501SupplementaryService: opaque,
    h245Tunneling: opaque,
    h245Control: kept(sequenceOf(kept(open(controlMessage)), 4)),
    nonStandardControl: stop,
  },
)

export const userInformation: Sequence = sequence({ 'h323-uu-pdu': kept(h323UuPdu), 'user-data': optional(stop) }, {})
