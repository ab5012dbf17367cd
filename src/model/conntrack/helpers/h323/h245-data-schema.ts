/** What a logical channel of H.245 (version 7) carries: video, audio or data, as far as the kernel's decoder follows it. */

import {
  all,
  anyOctets,
  boolean,
  type Choice,
  choice,
  integer,
  kept,
  nothing,
  objectIdentifier,
  opaques,
  optional,
  type Sequence,
  sequence,
  type Type,
} from './schema.ts'

const byte = integer(0, 255)
const word = integer(0, 0xffff)
const frames = integer(1, 256)

export const nonStandardParameter: Sequence = sequence({
  nonStandardIdentifier: choice({
    object: objectIdentifier,
    h221NonStandard: sequence({ t35CountryCode: byte, t35Extension: byte, manufacturerCode: word }),
  }),
  data: anyOctets,
})

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

export const dataType: Choice = choice(
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
