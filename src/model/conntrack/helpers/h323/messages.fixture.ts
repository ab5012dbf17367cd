/** For tests: H.323 messages as endpoints send them, one character a byte, with the addresses that matter. */

import { parseAddress } from '../../../bytes/index.ts'
import { encode, none, type Value } from './encode.fixture.ts'
import { userInformation } from './h225-call-schema.ts'
import { rasMessage } from './h225-ras-schema.ts'
import { controlMessage } from './h245-schema.ts'

export const words = (bytes: Uint8Array): string => String.fromCharCode(...bytes)

const octets = (address: string): Uint8Array => parseAddress(address) ?? new Uint8Array(4)

/** An H.225.0 address. */
export const at = (address: string, port: number): Value => {
  const ip = octets(address)
  return { [ip.length === 4 ? 'ipAddress' : 'ip6Address']: { ip, port } }
}

/** An H.245 address. */
export const media = (address: string, port: number): Value => {
  const network = octets(address)
  return { unicastAddress: { [network.length === 4 ? 'iPAddress' : 'iP6Address']: { network, tsapIdentifier: port } } }
}

/** By size of its header, which may be sent alone. */
export const tpkt = (content: string): string =>
  `\x03\0${String.fromCharCode((content.length + 4) >>> 8, (content.length + 4) & 0xff)}${content}`

const bearer = '\x04\x03\x80\x90\xa3'

/** Q.931 around H.225.0, in a frame. */
export function frame(userUser: string): string {
  const length = String.fromCharCode((userUser.length + 1) >>> 8, (userUser.length + 1) & 0xff)
  return tpkt(`\x08\x02\x01\x02\x05${bearer}\x7e${length}\x05${userUser}`)
}

const defaults: { readonly [body: string]: Value } = {
  setup: { sourceInfo: none, conferenceGoal: { create: none }, callType: { pointToPoint: none } },
  facility: { reason: { undefinedReason: none } },
}

/** A call signalling message with this body; `tunnelled` are H.245 messages in it. */
export const call = (body: string, parts: { readonly [name: string]: Value } = {}, ...tunnelled: Value[]): string =>
  frame(
    words(
      encode(userInformation, {
        'h323-uu-pdu': {
          'h323-message-body': { [body]: { ...Object(defaults[body] ?? {}), ...parts } },
          ...(tunnelled.length > 0 ? { h245Control: tunnelled } : {}),
        },
      }),
    ),
  )

/** An audio channel, as in `fastStart`. */
export const channel = (mediaChannel: Value, mediaControlChannel?: Value): Value => ({
  forwardLogicalChannelNumber: 1,
  forwardLogicalChannelParameters: {
    dataType: { audioData: { g711Alaw64k: 20 } },
    multiplexParameters: {
      h2250LogicalChannelParameters: {
        sessionID: 1,
        mediaChannel,
        ...(mediaControlChannel === undefined ? {} : { mediaControlChannel }),
      },
    },
  },
})

export const opening = (...of: Parameters<typeof channel>): Value => ({
  request: { openLogicalChannel: channel(...of) },
})

/** T.120 over a stack of its own at this address. */
export const dataOpening = (address: Value, protocol = 'separateLANStack'): Value => ({
  request: {
    openLogicalChannel: {
      forwardLogicalChannelNumber: 2,
      forwardLogicalChannelParameters: {
        dataType: { data: { application: { t120: { [protocol]: none } }, maxBitRate: 1 } },
        multiplexParameters: { h222LogicalChannelParameters: { resourceID: 1, subChannelID: 1 } },
      },
      separateStack: { networkAddress: { localAreaAddress: address }, associateConference: 0 },
    },
  },
})

export const acknowledgment = (mediaChannel: Value, mediaControlChannel: Value): Value => ({
  response: {
    openLogicalChannelAck: {
      forwardLogicalChannelNumber: 1,
      forwardMultiplexAckParameters: {
        h2250LogicalChannelAckParameters: { mediaChannel, mediaControlChannel },
      },
    },
  },
})

/** An H.245 message in a frame. */
export const control = (message: Value): string => tpkt(words(encode(controlMessage, message)))

const rasDefaults: { readonly [message: string]: Value } = {
  registrationRequest: {
    callSignalAddress: [],
    rasAddress: [],
    terminalType: none,
    endpointVendor: { vendor: none },
  },
  registrationConfirm: { callSignalAddress: [], endpointIdentifier: new Uint8Array(2) },
  unregistrationRequest: { callSignalAddress: [] },
  admissionRequest: { callType: { pointToPoint: none }, endpointIdentifier: new Uint8Array(2), srcInfo: [] },
  admissionConfirm: { bandWidth: 1, callModel: { direct: none } },
  locationRequest: { destinationInfo: [] },
  infoRequestResponse: { endpointType: none, endpointIdentifier: new Uint8Array(2), callSignalAddress: [] },
}

/** A RAS message; what the helper stops before is left away. */
export const ras = (message: string, parts: { readonly [name: string]: Value } = {}): string =>
  words(
    encode(rasMessage, {
      [message]: { requestSeqNum: 1, ...Object(rasDefaults[message] ?? {}), ...parts },
    }),
  )
