import { describe, expect, it } from 'vitest'
import { complement, fold, sumPseudoHeader, sumWords } from '../../../model/bytes/index.ts'
import { buildTcp, buildUdp } from '../../../model/packet/index.ts'
import { IpView } from '../ip-view.ts'
import { captureOf, readAll } from '../replay.fixture.ts'
import { ChecksumTrust } from './checksum-trust.ts'
import { Survey } from './survey.ts'

const four = { from: '10.0.1.2', to: '10.0.2.2', fromPort: 1, toPort: 2 }
const six = { from: '2001:db8::1', to: '2001:db8::2', fromPort: 1, toPort: 2 }

const viewOf = (bytes: Uint8Array): IpView => {
  const view = new IpView()
  view.read(bytes, 0, bytes.length)
  return view
}

/** The sum that a kernel leaves in the checksum field for the network card. */
function partial(bytes: Uint8Array): number {
  const view = viewOf(bytes)
  return fold(sumPseudoHeader(bytes, view.source, view.addressesEnd, view.end - view.transport, view.protocol))
}

const trusts = (bytes: Uint8Array, seen: readonly Uint8Array[] = []): boolean => {
  const survey = new Survey()
  readAll(captureOf(seen, 101), (frame) => survey.feed(frame, 0))
  return new ChecksumTrust(survey).isTrusted(viewOf(bytes), false)
}

describe('checksums are believed', () => {
  it('where they were left to the network card', () => {
    expect(trusts(buildTcp({ ...four, checksum: partial(buildTcp(four)) }))).toBe(true)
    expect(trusts(buildUdp({ ...six, checksum: partial(buildUdp(six)) }))).toBe(true)
  })

  it('from an address all of whose checksums are wrong', () => {
    const wrong = [1, 2, 3, 4].map((checksum) => buildTcp({ ...four, checksum }))
    expect(trusts(buildTcp({ ...four, checksum: 9 }), wrong)).toBe(true)
    expect(trusts(buildTcp({ ...four, checksum: 9 }), [...wrong, buildTcp(four)])).toBe(false)
    expect(trusts(buildTcp({ ...four, from: '10.0.1.3', checksum: 9 }), wrong)).toBe(false)
  })

  it('not where one is merely wrong, or right', () => {
    expect(trusts(buildTcp({ ...four, checksum: 9 }))).toBe(false)
    expect(trusts(buildTcp(four))).toBe(false)
  })

  it('not where a right one looks left over by chance', () => {
    // A payload that sums up to the complement of twice the pseudo header makes both the same.
    const bare = buildUdp({ ...four, payload: '\0\0', checksum: 0x1111 })
    const view = viewOf(bare)
    const pseudo = partial(bare)
    const ports = sumWords(bare, view.transport, view.transport + 6)
    const filler = complement(pseudo + pseudo + ports)
    bare.set([filler >>> 8, filler & 255], view.transport + 8)
    bare.set([pseudo >>> 8, pseudo & 255], view.transport + 6)
    expect(trusts(bare)).toBe(false)
  })
})
