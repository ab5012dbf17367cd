/** MultimediaSystemControlMessage of H.245 (version 7): OpenLogicalChannel and its answer, as far as the kernel's decoder follows them. */

import { dataType, nonStandardParameter } from './h245-data-schema.ts'
import {
  all,
  anyOctets,
  boolean,
  type Choice,
  choice,
  digits,
  fixedOctets,
  integer,
  kept,
  nothing,
  octets,
  opaque,
  opaques,
  optional,
  type Sequence,
  sequence,
  sequenceOf,
  stop,
} from './schema.ts'

const byte = integer(0, 255)
const word = integer(0, 0xffff)
const channelNumber = integer(1, 0xffff)

// Where it flows.

const unicastAddress = choice(
  {
    iPAddress: kept(sequence({ network: kept(fixedOctets(4)), tsapIdentifier: word }, {})),
    iPXAddress: sequence({ node: fixedOctets(6), netnum: fixedOctets(4), tsapIdentifier: fixedOctets(2) }, {}),
    iP6Address: kept(sequence({ network: kept(fixedOctets(16)), tsapIdentifier: word }, {})),
    netBios: fixedOctets(16),
    iPSourceRouteAddress: sequence(
      {
        routing: choice({ strict: nothing, loose: nothing }),
        network: fixedOctets(4),
        tsapIdentifier: word,
        route: sequenceOf(fixedOctets(4)),
      },
      {},
    ),
  },
  opaques('nsap', 'nonStandardAddress'),
)

export const transportAddress: Choice = choice(
  {
    unicastAddress: kept(unicastAddress),
    multicastAddress: choice(
      {
        iPAddress: sequence({ network: fixedOctets(4), tsapIdentifier: word }, {}),
        iP6Address: sequence({ network: fixedOctets(16), tsapIdentifier: word }, {}),
      },
      opaques('nsap', 'nonStandardAddress'),
    ),
  },
  {},
)

const address = optional(kept(transportAddress))

// How it is multiplexed.

const h222LogicalChannelParameters = sequence(
  {
    resourceID: word,
    subChannelID: integer(0, 8191),
    'pcr-pid': optional(integer(0, 8191)),
    programDescriptors: optional(anyOctets),
    streamDescriptors: optional(anyOctets),
  },
  {},
)

const h223LogicalChannelParameters = sequence(
  {
    adaptationLayerType: choice(
      {
        nonStandard: nonStandardParameter,
        al1Framed: nothing,
        al1NotFramed: nothing,
        al2WithoutSequenceNumbers: nothing,
        al2WithSequenceNumbers: nothing,
        al3: sequence({ controlFieldOctets: integer(0, 2), sendBufferSize: integer(0, 16777215) }),
      },
      opaques('al1M', 'al2M', 'al3M'),
    ),
    segmentableFlag: boolean,
  },
  {},
)

const v76LogicalChannelParameters = sequence(
  {
    hdlcParameters: sequence(
      {
        crcLength: choice({ crc8bit: nothing, crc16bit: nothing, crc32bit: nothing }, {}),
        n401: integer(1, 4095),
        loopbackTestProcedure: boolean,
      },
      {},
    ),
    suspendResume: choice(
      { noSuspendResume: nothing, suspendResumewAddress: nothing, suspendResumewoAddress: nothing },
      {},
    ),
    uIH: boolean,
    mode: choice(
      {
        eRM: sequence(
          { windowSize: integer(1, 127), recovery: choice({ rej: nothing, sREJ: nothing, mSREJ: nothing }, {}) },
          {},
        ),
        uNERM: nothing,
      },
      {},
    ),
    v75Parameters: sequence({ audioHeaderPresent: boolean }, {}),
  },
  {},
)

const h2250LogicalChannelParameters = sequence(
  {
    nonStandard: optional(sequenceOf(nonStandardParameter)),
    sessionID: byte,
    associatedSessionID: optional(integer(1, 255)),
    mediaChannel: address,
    mediaGuaranteedDelivery: optional(boolean),
    mediaControlChannel: address,
    mediaControlGuaranteedDelivery: optional(stop),
    silenceSuppression: optional(stop),
    destination: optional(stop),
    dynamicRTPPayloadType: optional(stop),
    mediaPacketization: optional(stop),
  },
  {},
)

const h2250LogicalChannelAckParameters = sequence(
  {
    nonStandard: optional(sequenceOf(nonStandardParameter)),
    sessionID: optional(integer(1, 255)),
    mediaChannel: address,
    mediaControlChannel: address,
    dynamicRTPPayloadType: optional(integer(96, 127)),
  },
  opaques('flowControlToZero', 'portNumber'),
)

const separateStack = kept(
  sequence(
    {
      distribution: optional(choice({ unicast: nothing, multicast: nothing }, {})),
      networkAddress: kept(
        choice(
          {
            q2931Address: sequence(
              {
                address: choice({ internationalNumber: digits(1, 16), nsapAddress: octets(1, 20) }, {}),
                subaddress: optional(octets(1, 20)),
              },
              {},
            ),
            e164Address: digits(1, 128),
            localAreaAddress: kept(transportAddress),
          },
          {},
        ),
      ),
      associateConference: boolean,
      externalReference: optional(octets(1, 255)),
    },
    opaques('t120SetupProcedure'),
  ),
)

export const openLogicalChannel: Sequence = sequence(
  {
    forwardLogicalChannelNumber: channelNumber,
    forwardLogicalChannelParameters: kept(
      sequence(
        {
          portNumber: optional(word),
          dataType: kept(dataType),
          multiplexParameters: kept(
            choice(
              { h222LogicalChannelParameters, h223LogicalChannelParameters, v76LogicalChannelParameters },
              { h2250LogicalChannelParameters: kept(h2250LogicalChannelParameters), none: opaque },
            ),
          ),
        },
        opaques('forwardLogicalChannelDependency', 'replacementFor'),
      ),
    ),
    reverseLogicalChannelParameters: optional(
      kept(
        sequence(
          {
            dataType,
            multiplexParameters: optional(
              kept(
                choice(
                  { h223LogicalChannelParameters, v76LogicalChannelParameters },
                  { h2250LogicalChannelParameters: kept(h2250LogicalChannelParameters) },
                ),
              ),
            ),
          },
          opaques('reverseLogicalChannelDependency', 'replacementFor'),
        ),
      ),
    ),
  },
  { separateStack, encryptionSync: stop },
)

const openLogicalChannelAck = sequence(
  {
    forwardLogicalChannelNumber: channelNumber,
    reverseLogicalChannelParameters: optional(
      kept(
        sequence(
          {
            reverseLogicalChannelNumber: channelNumber,
            portNumber: optional(word),
            multiplexParameters: optional(
              kept(
                choice(
                  { h222LogicalChannelParameters },
                  { h2250LogicalChannelParameters: kept(h2250LogicalChannelParameters) },
                ),
              ),
            ),
          },
          opaques('replacementFor'),
        ),
      ),
    ),
  },
  {
    separateStack,
    forwardMultiplexAckParameters: kept(
      choice({ h2250LogicalChannelAckParameters: kept(h2250LogicalChannelAckParameters) }, {}),
    ),
    encryptionSync: stop,
  },
)

export const controlMessage: Choice = choice(
  {
    request: kept(
      choice(
        {
          ...all(stop, 'nonStandard', 'masterSlaveDetermination', 'terminalCapabilitySet'),
          openLogicalChannel: kept(openLogicalChannel),
          ...all(stop, 'closeLogicalChannel', 'requestChannelClose', 'multiplexEntrySend', 'requestMultiplexEntry'),
          ...all(stop, 'requestMode', 'roundTripDelayRequest', 'maintenanceLoopRequest'),
        },
        all(stop, 'communicationModeRequest', 'conferenceRequest', 'multilinkRequest', 'logicalChannelRateRequest'),
      ),
    ),
    response: kept(
      choice(
        {
          ...all(stop, 'nonStandard', 'masterSlaveDeterminationAck', 'masterSlaveDeterminationReject'),
          ...all(stop, 'terminalCapabilitySetAck', 'terminalCapabilitySetReject'),
          openLogicalChannelAck: kept(openLogicalChannelAck),
          ...all(stop, 'openLogicalChannelReject', 'closeLogicalChannelAck', 'requestChannelCloseAck'),
          ...all(stop, 'requestChannelCloseReject', 'multiplexEntrySendAck', 'multiplexEntrySendReject'),
          ...all(
            stop,
            'requestMultiplexEntryAck',
            'requestMultiplexEntryReject',
            'requestModeAck',
            'requestModeReject',
          ),
          ...all(stop, 'roundTripDelayResponse', 'maintenanceLoopAck', 'maintenanceLoopReject'),
        },
        {
          ...all(stop, 'communicationModeResponse', 'conferenceResponse', 'multilinkResponse'),
          ...all(stop, 'logicalChannelRateAcknowledge', 'logicalChannelRateReject'),
        },
      ),
    ),
    command: stop,
    indication: stop,
  },
  {},
)
