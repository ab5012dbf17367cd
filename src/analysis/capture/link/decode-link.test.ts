import { describe, expect, test } from 'vitest'
import { hex, linkOf } from '../capture.fixture.ts'
import { createFrame } from '../frame.ts'
import { decodeLink } from './decode-link.ts'
import { createLinkLayer, skipText } from './link-layer.ts'

const macs = '020000000001 020000000002'
const ip = '45000014'
const ip6 = '60000000'

/** Link type, frame, and from where to where (counted from the frame's start) its IP packet lies. */
describe('IP is found', () => {
  const cases: [string, number, string, 4 | 6, number, number][] = [
    ['Ethernet, IPv4', 1, `${macs} 0800 ${ip}`, 4, 14, 4],
    ['Ethernet, IPv6', 1, `${macs} 86dd ${ip6}`, 6, 14, 4],
    ['Ethernet, IPv4 of no bytes', 1, `${macs} 0800`, 4, 14, 0],
    ['one VLAN tag', 1, `${macs} 8100 6064 0800 ${ip}`, 4, 18, 4],
    ['802.1ad', 1, `${macs} 88a8 0064 8100 00c8 86dd ${ip6}`, 6, 22, 4],
    ['old QinQ', 1, `${macs} 9100 0064 8100 00c8 0800 ${ip}`, 4, 22, 4],
    ['three tags', 1, `${macs} 88a8 0064 8100 00c8 8100 0001 0800 ${ip}`, 4, 26, 4],
    ['PPPoE, IPv4', 1, `${macs} 8864 11 00 0001 0006 0021 ${ip} 0000`, 4, 22, 4],
    ['PPPoE, IPv6, compressed protocol', 1, `${macs} 8864 11 00 0001 0005 57 ${ip6}`, 6, 21, 4],
    ['PPPoE in a VLAN, cut by the snap length', 1, `${macs} 8100 0007 8864 11 00 0001 0500 0021 ${ip}`, 4, 26, 4],
    ['SNAP, IPv4, with padding', 1, `${macs} 000c aaaa03 000000 0800 ${ip} 0000`, 4, 22, 4],
    ['bare PPPoE', 51, `11 00 0001 0006 0021 ${ip}`, 4, 8, 4],
    ['PPP', 9, `0021 ${ip}`, 4, 2, 4],
    ['PPP with HDLC framing', 9, `ff03 0057 ${ip6}`, 6, 4, 4],
    ['PPP in HDLC framing, compressed', 50, `ff03 21 ${ip}`, 4, 3, 4],
    ['raw IPv4', 101, ip, 4, 0, 4],
    ['raw IPv6', 101, ip6, 6, 0, 4],
    ['raw 12', 12, ip, 4, 0, 4],
    ['raw 14', 14, ip6, 6, 0, 4],
    ['IPv4 only', 228, ip, 4, 0, 4],
    ['IPv6 only', 229, ip6, 6, 0, 4],
    ['null, little-endian', 0, `02000000 ${ip}`, 4, 4, 4],
    ['null, big-endian', 0, `00000002 ${ip}`, 4, 4, 4],
    ['null, IPv6 of Linux', 0, `0a000000 ${ip6}`, 6, 4, 4],
    ['null, IPv6 of Windows', 0, `17000000 ${ip6}`, 6, 4, 4],
    ['null, IPv6 of OpenBSD', 0, `18000000 ${ip6}`, 6, 4, 4],
    ['null, IPv6 of FreeBSD', 0, `0000001c ${ip6}`, 6, 4, 4],
    ['null, IPv6 of Darwin', 0, `1e000000 ${ip6}`, 6, 4, 4],
    ['loop', 108, `00000002 ${ip}`, 4, 4, 4],
    ['cooked v1', 113, `0000 0001 0006 020000000002 0000 0800 ${ip}`, 4, 16, 4],
    ['cooked v1 with VLAN', 113, `0000 0001 0006 020000000002 0000 8100 0064 0800 ${ip}`, 4, 20, 4],
    ['cooked v1 over PPP', 113, `0004 0200 0000 0000000000000000 0800 ${ip}`, 4, 16, 4],
    ['cooked v1, SNAP', 113, `0000 0001 0006 020000000002 0000 0004 aaaa03 000000 0800 ${ip}`, 4, 24, 4],
    ['cooked v2', 276, `86dd 0000 00000003 0001 04 06 020000000002 0000 ${ip6}`, 6, 20, 4],
  ]
  test.each(cases)('%s', (_, linkType, text, version, start, length) => {
    const link = linkOf(linkType, text)
    expect(link).toMatchObject({ kind: 'ip', version, networkStart: 3 + start, networkLength: length, reason: 'none' })
  })
})

describe('the rest is named', () => {
  const cases: [string, number, string][] = [
    ['arp', 1, `${macs} 0806 0001`],
    ['rarp', 1, `${macs} 8035 0001`],
    ['arp', 1, `${macs} 8100 0001 0806 0001`],
    ['lldp', 1, `${macs} 88cc 0001`],
    ['eapol', 1, `${macs} 888e 0001`],
    ['mpls', 1, `${macs} 8847 00001140 ${ip}`],
    ['macsec', 1, `${macs} 88e5 0001`],
    ['llc', 1, `${macs} 0026 424203 0000`],
    ['llc', 1, `${macs} 0026 aaaa03 00000c 0800 ${ip}`],
    ['llc', 1, `${macs} 0026 424203 000000 0800 ${ip}`],
    ['arp', 1, `${macs} 000a aaaa03 000000 0806 0001`],
    ['truncated-link-header', 1, `${macs} 0002 4242 030000`],
    ['pppoe-discovery', 1, `${macs} 8863 11 09 0000 0000`],
    ['pppoe-discovery', 51, '11 09 0000 0000'],
    ['ppp-control', 1, `${macs} 8864 11 00 0001 0006 c021 0101`],
    ['unknown-ppp-protocol 0x0029', 9, '0029 0000'],
    ['unknown-ppp-protocol 0x0003', 9, `0003 0021 ${ip}`],
    ['unknown-ethertype 0x8926', 1, `${macs} 8926 0000`],
    ['unknown-ethertype 0x000c', 113, '0000 0118 0000 0000000000000000 000c 0000'],
    ['unknown-link-type 105', 105, '0000'],
    ['unknown-address-family 7', 0, '07000000'],
    ['unknown-ip-version 5', 101, '50'],
    ['unknown-hardware-type 824', 113, '0004 0338 0000 0000000000000000 0010 0000'],
    ['truncated-link-header', 1, ''],
    ['truncated-link-header', 1, `${macs} 08`],
    ['truncated-link-header', 1, `${macs} 8100 0064 08`],
    ['truncated-link-header', 1, `${macs} 8864 11 00 0001 00`],
    ['truncated-link-header', 1, `${macs} 8864 11 00 0001 0000 0021`],
    ['truncated-link-header', 9, '00'],
    ['truncated-link-header', 9, ''],
    ['truncated-link-header', 101, ''],
    ['truncated-link-header', 0, '020000'],
    ['truncated-link-header', 113, '0000 0001 0006 020000000002 0000 08'],
    ['truncated-link-header', 276, '86dd 0000 00000003 0001 04 06 020000000002 00'],
  ]
  test.each(cases)('%s: link type %i, %s', (reason, linkType, text) => {
    const link = linkOf(linkType, text)
    expect(link.kind).toBe('skip')
    expect(skipText(link)).toBe(reason)
  })
})

describe('who sent it to whom', () => {
  test('Ethernet has two addresses, and group addresses show', () => {
    expect(linkOf(1, `${macs} 0800`)).toMatchObject({
      destinationMac: 3,
      sourceMac: 9,
      packetType: 'unknown',
      direction: 'unknown',
    })
    expect(linkOf(1, 'ffffffffffff 020000000002 0800')).toMatchObject({ packetType: 'broadcast' })
    expect(linkOf(1, '01005e000001 020000000002 0800')).toMatchObject({ packetType: 'multicast' })
  })

  test('nothing of the frame before remains', () => {
    const link = createLinkLayer()
    const decode = (linkType: number, text: string): void =>
      decodeLink({ ...createFrame(), bytes: hex(text), capturedLength: hex(text).length, linkType }, link)
    decode(276, '88a8 0000 00000003 0001 04 06 020000000002 0000 0064 8100 00c8 0800 45')
    decode(1, `${macs} 88a8 0064 8100 00c8 0800`)
    decode(101, '50')
    expect(link).toEqual({ ...createLinkLayer(), reason: 'unknown-ip-version', detail: 5 })
    decode(101, '45')
    expect(link).toEqual({ ...createLinkLayer(), kind: 'ip', networkLength: 1 })
  })

  test('what the capture format says about the frame is kept', () => {
    const changes = { direction: 'outbound', packetType: 'outgoing' } as const
    expect(linkOf(1, 'ffffffffffff 020000000002 0800', changes)).toMatchObject(changes)
    expect(linkOf(101, ip, changes)).toMatchObject(changes)
  })

  test('the two outermost VLAN tags are told, without priority bits', () => {
    expect(linkOf(1, `${macs} 0800`)).toMatchObject({ vlan: -1, innerVlan: -1 })
    expect(linkOf(1, `${macs} 88a8 f064 8100 00c8 8100 0001 0800`)).toMatchObject({ vlan: 100, innerVlan: 200 })
  })

  test.each([
    [0, 'host', 'inbound'],
    [1, 'broadcast', 'inbound'],
    [2, 'multicast', 'inbound'],
    [3, 'other', 'inbound'],
    [4, 'outgoing', 'outbound'],
    [5, 'unknown', 'unknown'],
  ])('cooked packet type %i is %s, %s', (number, packetType, direction) => {
    expect(linkOf(113, `000${number} 0001 0006 020000000002 0000 0800`)).toMatchObject({
      packetType,
      direction,
      sourceMac: 9,
      destinationMac: -1,
    })
    expect(linkOf(276, `0800 0000 00000003 0001 0${number} 06 020000000002 0000`)).toMatchObject({
      packetType,
      direction,
      interfaceNumber: 3,
      sourceMac: 15,
    })
  })

  test('a cooked address of another length is no MAC', () => {
    expect(linkOf(113, '0004 0200 0000 0000000000000000 0800')).toMatchObject({ sourceMac: -1 })
  })
})
