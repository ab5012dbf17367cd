/** Types that several messages of H.225.0 (version 4) share, as far as the kernel's decoder follows them. */

import {
  anyBits,
  anyOctets,
  bitString,
  bmpString,
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
  open,
  optional,
  type Sequence,
  sequence,
  sequenceOf,
  type Type,
  unconstrainedInteger,
} from './schema.ts'

const byte = integer(0, 255)
const word = integer(0, 0xffff)

const h221NonStandard = sequence({ t35CountryCode: byte, t35Extension: byte, manufacturerCode: word }, {})

export const nonStandardParameter: Sequence = sequence({
  nonStandardIdentifier: choice({ object: objectIdentifier, h221NonStandard }, {}),
  data: anyOctets,
})

export const transportAddress: Choice = choice(
  {
    ipAddress: kept(sequence({ ip: kept(fixedOctets(4)), port: word })),
    ipSourceRoute: sequence(
      {
        ip: fixedOctets(4),
        port: word,
        route: sequenceOf(fixedOctets(4)),
        routing: choice({ strict: nothing, loose: nothing }, {}),
      },
      {},
    ),
    ipxAddress: sequence({ node: fixedOctets(6), netnum: fixedOctets(4), port: fixedOctets(2) }),
    ip6Address: kept(sequence({ ip: kept(fixedOctets(16)), port: word }, {})),
    netBios: fixedOctets(16),
    nsap: octets(1, 20),
    nonStandardAddress: nonStandardParameter,
  },
  {},
)

export const transportAddresses: Type = sequenceOf(kept(transportAddress), 10)

export const aliasAddress: Choice = choice(
  { dialedDigits: digits(1, 128), 'h323-ID': bmpString(1, 256) },
  opaques('url-ID', 'transportID', 'email-ID', 'partyNumber', 'mobileUIM'),
)

export const aliasAddresses: Type = sequenceOf(aliasAddress)

export const vendorIdentifier: Sequence = sequence(
  { vendor: h221NonStandard, productId: optional(octets(1, 256)), versionId: optional(octets(1, 256)) },
  {},
)

const capabilities = sequence(
  { nonStandardData: optional(nonStandardParameter) },
  opaques('dataRatesSupported', 'supportedPrefixes'),
)

const supportedProtocols = choice(
  {
    nonStandardData: nonStandardParameter,
    h310: capabilities,
    h320: capabilities,
    h321: capabilities,
    h322: capabilities,
    h323: capabilities,
    h324: capabilities,
    voice: capabilities,
    't120-only': capabilities,
  },
  opaques('nonStandardProtocol', 't38FaxAnnexbOnly'),
)

export const endpointType: Sequence = sequence(
  {
    nonStandardData: optional(nonStandardParameter),
    vendor: optional(vendorIdentifier),
    gatekeeper: optional(sequence({ nonStandardData: optional(nonStandardParameter) }, {})),
    gateway: optional(
      sequence(
        {
          protocol: optional(sequenceOf(supportedProtocols)),
          nonStandardData: optional(nonStandardParameter),
        },
        {},
      ),
    ),
    mcu: optional(sequence({ nonStandardData: optional(nonStandardParameter) }, opaques('protocol'))),
    terminal: optional(sequence({ nonStandardData: optional(nonStandardParameter) }, {})),
    mc: boolean,
    undefinedNode: boolean,
  },
  opaques('set', 'supportedTunnelledProtocols'),
)

export const callType: Choice = choice({ pointToPoint: nothing, oneToN: nothing, nToOne: nothing, nToN: nothing }, {})
export const callModel: Choice = choice({ direct: nothing, gatekeeperRouted: nothing }, {})

export const callServices: Sequence = sequence(
  {
    q932Full: boolean,
    q951Full: boolean,
    q952Full: boolean,
    q953Full: boolean,
    q955Full: boolean,
    q956Full: boolean,
    q957Full: boolean,
    q954Info: sequence({ conferenceCalling: boolean, threePartyService: boolean }, {}),
  },
  {},
)

export const bmp128: Type = bmpString(1, 128)
export const guid: Type = fixedOctets(16)
export const callIdentifier: Sequence = sequence({ guid }, {})

const securityServiceMode = choice({ nonStandard: nonStandardParameter, none: nothing, default: nothing }, {})

const securityCapabilities = sequence(
  {
    nonStandard: optional(nonStandardParameter),
    encryption: securityServiceMode,
    authenticaton: securityServiceMode,
    integrity: securityServiceMode,
  },
  {},
)

export const h245Security: Choice = choice(
  { nonStandard: nonStandardParameter, noSecurity: nothing, tls: securityCapabilities, ipsec: securityCapabilities },
  {},
)

// From H.235 on.

const timeStamp = integer(1, 0xffffffff)
const halfOfKey = bitString(0, 2048)

export const clearToken: Sequence = sequence(
  {
    tokenOID: objectIdentifier,
    timeStamp: optional(timeStamp),
    password: optional(bmp128),
    dhkey: optional(sequence({ halfkey: halfOfKey, modSize: halfOfKey, generator: halfOfKey }, {})),
    challenge: optional(octets(8, 128)),
    random: optional(unconstrainedInteger),
    certificate: optional(sequence({ type: objectIdentifier, certificate: anyOctets }, {})),
    generalID: optional(bmp128),
    nonStandard: optional(sequence({ nonStandardIdentifier: objectIdentifier, data: anyOctets })),
  },
  opaques('eckasdhkey', 'sendersID'),
)

const algorithm = {
  algorithmOID: objectIdentifier,
  paramS: sequence({ ranInt: optional(unconstrainedInteger), iv8: optional(fixedOctets(8)) }, opaques('iv16')),
}
const hashed = sequence({ ...algorithm, hash: anyBits })
const encrypted = sequence({ ...algorithm, encryptedData: anyOctets })
const signed = sequence({ toBeSigned: open(opaque), ...algorithm, signature: anyBits })

const cryptoToken = choice(
  {
    cryptoEncryptedToken: sequence({ tokenOID: objectIdentifier, token: encrypted }),
    cryptoSignedToken: sequence({ tokenOID: objectIdentifier, token: signed }),
    cryptoHashedToken: sequence({ tokenOID: objectIdentifier, hashedVals: clearToken, token: hashed }),
    cryptoPwdEncr: encrypted,
  },
  {},
)

export const cryptoH323Token: Choice = choice(
  {
    cryptoEPPwdHash: sequence({ alias: aliasAddress, timeStamp, token: hashed }),
    cryptoGKPwdHash: sequence({ gatekeeperId: bmp128, timeStamp, token: hashed }),
    cryptoEPPwdEncr: encrypted,
    cryptoGKPwdEncr: encrypted,
    cryptoEPCert: signed,
    cryptoGKCert: signed,
    cryptoFastStart: signed,
    nestedcryptoToken: cryptoToken,
  },
  {},
)
