/** For tests: SIP messages and session descriptions of a phone at 192.168.1.10 and a server at 198.51.100.5. */

export const phone = '192.168.1.10'
export const server = '198.51.100.5'

export const lines = (...of: readonly string[]): string => of.map((line) => `${line}\r\n`).join('')

/** A session description. */
export const description = (address = phone, media: readonly string[] = ['m=audio 10000 RTP/AVP 0']): string =>
  lines('v=0', `o=- 1 1 IN IP4 ${address}`, 's=-', `c=IN IP4 ${address}`, 't=0 0', ...media)

export const message = (first: string, headers: readonly string[], body = ''): string =>
  `${lines(first, ...headers, `Content-Length: ${body.length}`)}\r\n${body}`

const dialog = (method: string, sequence: number): string[] => [
  `Via: SIP/2.0/UDP ${phone}:5060;branch=z9hG4bK1`,
  `From: <sip:a@${phone}>;tag=1`,
  `To: <sip:b@${server}>`,
  'Call-ID: 1@x',
  `CSeq: ${sequence} ${method}`,
]

export const request = (method: string, body = '', sequence = 1): string =>
  message(`${method} sip:b@${server} SIP/2.0`, dialog(method, sequence), body)

export const response = (code: number, method: string, body = '', sequence = 1): string =>
  message(`SIP/2.0 ${code} X`, dialog(method, sequence), body)

/** `contact` as it stands behind the colon. */
export const register = (contact: string, sequence = 1, expires = 3600): string =>
  message(`REGISTER sip:${server} SIP/2.0`, [
    ...dialog('REGISTER', sequence),
    `Contact: ${contact}`,
    `Expires: ${expires}`,
  ])

export const registered = (code: number, contact: string, sequence = 1): string =>
  message(`SIP/2.0 ${code} X`, [...dialog('REGISTER', sequence), `Contact: ${contact}`])
