/** MultimediaSystemControlMessage of H.245 (version 7): OpenLogicalChannel and its answer, as far as the kernel's decoder follows them. */

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
  objectIdentifier,
  octets,
  opaque,
  opaques,
  optional,
  type Sequence,
  sequence,
  sequenceOf,
  stop,
  type Type,
} from './schema.ts'

const byte = integer(0, 255)
const word = integer(0, 0xffff)
const channelNumber = integer(1, 0xffff)
const frames = integer(1, 256)

const nonStandardParameter = sequence({
  nonStandardIdentifier: choice({
    object: objectIdentifier,
    h221NonStandard: sequence({ t35CountryCode: byte, t35Extension: byte, manufacturerCode: word }),
  }),
  data: anyOctets,
})

// What a channel carries.

const videoBitRate = optional(integer(0, 0x3fffffff))
const vbvBufferSize = optional(integer(0, 262143))
const perLine = optional(integer(0, 16383))
const luminanceSampleRate = optional(integer(0, 0xffffffff))

const h262VideoCapability = sequence(
  {
    'profileAndLevel-SPatML': boolean,
    'profileAndLevel-MPatLL': boolean,
    'profileAndLevel-MPatML': boolean,
    'profileAndLevel-MPatH-14': boolean,
    'profileAndLevel-MPatHL': boolean,
    'profileAndLevel-SNRatLL': boolean,
    'profileAndLevel-SNRatML': boolean,
    'profileAndLevel-SpatialatH-14': boolean,
    'profileAndLevel-HPatML': boolean,
    'profileAndLevel-HPatH-14': boolean,
    'profileAndLevel-HPatHL': boolean,
    videoBitRate,
    vbvBufferSize,
    samplesPerLine: perLine,
    linesPerFrame: perLine,
    framesPerSecond: optional(integer(0, 15)),
    luminanceSampleRate,
  },
  opaques('videoBadMBsCap'),
)

const interval = optional(integer(1, 32))

const h263VideoCapability = sequence(
  {
    sqcifMPI: interval,
    qcifMPI: interval,
    cifMPI: interval,
    cif4MPI: interval,
    cif16MPI: interval,
    maxBitRate: integer(1, 192400),
    unrestrictedVector: boolean,
    arithmeticCoding: boolean,
    advancedPrediction: boolean,
    pbFrames: boolean,
    temporalSpatialTradeOffCapability: boolean,
    'hrd-B': optional(integer(0, 524287)),
    bppMaxKb: optional(word),
  },
  opaques(
    'slowSqcifMPI',
    'slowQcifMPI',
    'slowCifMPI',
    'slowCif4MPI',
    'slowCif16MPI',
    'errorCompensation',
    'enhancementLayerInfo',
    'h263Options',
  ),
)

const videoCapability = choice(
  {
    nonStandard: nonStandardParameter,
    h261VideoCapability: sequence(
      {
        qcifMPI: optional(integer(1, 4)),
        cifMPI: optional(integer(1, 4)),
        temporalSpatialTradeOffCapability: boolean,
        maxBitRate: integer(1, 19200),
        stillImageTransmission: boolean,
      },
      opaques('videoBadMBsCap'),
    ),
    h262VideoCapability,
    h263VideoCapability,
    is11172VideoCapability: sequence(
      {
        constrainedBitstream: boolean,
        videoBitRate,
        vbvBufferSize,
        samplesPerLine: perLine,
        linesPerFrame: perLine,
        pictureRate: optional(integer(0, 15)),
        luminanceSampleRate,
      },
      opaques('videoBadMBsCap'),
    ),
  },
  opaques('genericVideoCapability'),
)

const booleans = (...names: readonly string[]): Readonly<Record<string, Type>> => all(boolean, ...names)

const audioCapability = choice(
  {
    nonStandard: nonStandardParameter,
    g711Alaw64k: frames,
    g711Alaw56k: frames,
    g711Ulaw64k: frames,
    g711Ulaw56k: frames,
    'g722-64k': frames,
    'g722-56k': frames,
    'g722-48k': frames,
    g7231: sequence({ 'maxAl-sduAudioFrames': frames, silenceSuppression: boolean }),
    g728: frames,
    g729: frames,
    g729AnnexA: frames,
    is11172AudioCapability: sequence(
      {
        ...booleans('audioLayer1', 'audioLayer2', 'audioLayer3'),
        ...booleans('audioSampling32k', 'audioSampling44k1', 'audioSampling48k', 'singleChannel', 'twoChannels'),
        bitRate: integer(1, 448),
      },
      {},
    ),
    is13818AudioCapability: sequence(
      {
        ...booleans('audioLayer1', 'audioLayer2', 'audioLayer3'),
        ...booleans('audioSampling16k', 'audioSampling22k05', 'audioSampling24k'),
        ...booleans('audioSampling32k', 'audioSampling44k1', 'audioSampling48k', 'singleChannel', 'twoChannels'),
        ...booleans('threeChannels2-1', 'threeChannels3-0', 'fourChannels2-0-2-0', 'fourChannels2-2'),
        ...booleans('fourChannels3-1', 'fiveChannels3-0-2-0', 'fiveChannels3-2'),
        ...booleans('lowFrequencyEnhancement', 'multilingual'),
        bitRate: integer(1, 1130),
      },
      {},
    ),
  },
  opaques(
    'g729wAnnexB',
    'g729AnnexAwAnnexB',
    'g7231AnnexCCapability',
    'gsmFullRate',
    'gsmHalfRate',
    'gsmEnhancedFullRate',
    'genericAudioCapability',
    'g729Extensions',
  ),
)

const dataProtocolCapability = choice(
  {
    nonStandard: nonStandardParameter,
    v14buffered: nothing,
    v42lapm: nothing,
    hdlcFrameTunnelling: nothing,
    h310SeparateVCStack: nothing,
    h310SingleVCStack: nothing,
    transparent: nothing,
  },
  opaques(
    'segmentationAndReassembly',
    'hdlcFrameTunnelingwSAR',
    'v120',
    'separateLANStack',
    'v76wCompression',
    'tcp',
    'udp',
  ),
)

const t84Restricted = sequence(
  {
    ...booleans('qcif', 'cif', 'ccir601Seq', 'ccir601Prog', 'hdtvSeq', 'hdtvProg'),
    ...booleans('g3FacsMH200x100', 'g3FacsMH200x200', 'g4FacsMMR200x100', 'g4FacsMMR200x200'),
    ...booleans('jbig200x200Seq', 'jbig200x200Prog', 'jbig300x300Seq', 'jbig300x300Prog'),
    ...booleans('digPhotoLow', 'digPhotoMedSeq', 'digPhotoMedProg', 'digPhotoHighSeq', 'digPhotoHighProg'),
  },
  {},
)

const dataApplicationCapability = sequence(
  {
    application: kept(
      choice(
        {
          nonStandard: nonStandardParameter,
          t120: kept(dataProtocolCapability),
          'dsm-cc': dataProtocolCapability,
          userData: dataProtocolCapability,
          t84: sequence({
            t84Protocol: dataProtocolCapability,
            t84Profile: choice({ t84Unrestricted: nothing, t84Restricted }),
          }),
          t434: dataProtocolCapability,
          h224: dataProtocolCapability,
          nlpid: sequence({ nlpidProtocol: dataProtocolCapability, nlpidData: anyOctets }),
          dsvdControl: nothing,
          h222DataPartitioning: dataProtocolCapability,
        },
        opaques('t30fax', 't140', 't38fax', 'genericDataCapability'),
      ),
    ),
    maxBitRate: integer(0, 0xffffffff),
  },
  {},
)

const dataType = choice(
  {
    nonStandard: nonStandardParameter,
    nullData: nothing,
    videoData: videoCapability,
    audioData: audioCapability,
    data: kept(dataApplicationCapability),
    encryptionData: choice({ nonStandard: nonStandardParameter, h233Encryption: nothing }, {}),
  },
  opaques('h235Control', 'h235Media', 'multiplexedStream'),
)

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
