import { describe, expect, it } from 'vitest'
import { bareTemplate, buildTcp, buildUdp, Hook, type Packet, packetOf, type Template } from '../packet/index.ts'
import { Conntrack, type ConntrackSettings, Status, settingsOfHost } from './index.ts'
import { makeTuple } from './tuple.ts'

const ends = { from: '192.0.2.1', to: '198.51.100.2', fromPort: 4000, toPort: 21 }

/** Tracks the first packet of a connection and keeps its entry. */
function first(bytes: Uint8Array, settings: ConntrackSettings, template: Template | null): [Conntrack, Packet] {
  const conntrack = new Conntrack(settings)
  const packet = packetOf(bytes)
  packet.template = template
  conntrack.advance(1000)
  packet.hook = Hook.prerouting
  conntrack.track(packet)
  packet.hook = Hook.postrouting
  conntrack.confirm(packet)
  return [conntrack, packet]
}

const usual = settingsOfHost({ sysctls: {} }).settings
const syn = buildTcp(ends)

describe('a template', () => {
  const cases: readonly (readonly [string, Partial<Template>, string])[] = [
    ['without a helper gives none', {}, ' 120'],
    ['gives its helper', { helper: { helper: 'ftp', protocol: 6, family: null } }, 'ftp 120'],
    ['gives no helper of another protocol', { helper: { helper: 'ftp', protocol: 17, family: null } }, ' 120'],
    ['gives its timeouts', { timeout: { protocol: 6, family: 4, policy: { syn_sent: 7 } } }, ' 7'],
    ['gives no timeouts of another family', { timeout: { protocol: 6, family: 6, policy: { syn_sent: 7 } } }, ' 120'],
  ]
  it.each(cases)('%s', (_, template, expected) => {
    const [conntrack, packet] = first(syn, usual, { ...bareTemplate, ...template })
    const { entry } = packet
    expect(`${conntrack.helperName(entry) ?? ''} ${conntrack.remaining(entry) / 1000}`).toBe(expected)
    expect((conntrack.status(entry) & Status.helper) !== 0).toBe(expected.startsWith('ftp'))
  })

  it('chooses which events are told', () => {
    const [conntrack, { entry }] = first(syn, usual, { ...bareTemplate, eventMask: 4, expectationMask: 1 })
    expect([
      conntrack.isTold('new', entry, 1),
      conntrack.isTold('destroy', entry, 0),
      conntrack.isExpectationTold('new', entry),
      conntrack.isExpectationTold('destroy', entry),
    ]).toEqual([false, true, true, false])
  })

  it('tells events even where nf_conntrack_events is 0', () => {
    const { settings } = settingsOfHost({ sysctls: { 'net.netfilter.nf_conntrack_events': 0 } })
    const told = (template: Template | null): boolean => {
      const [conntrack, { entry }] = first(syn, settings, template)
      return conntrack.isTold('new', entry, 1)
    }
    expect([told(null), told(bareTemplate), told({ ...bareTemplate, eventMask: 1 })]).toEqual([false, false, true])
  })
})

describe('helpers by port', () => {
  const sysctls = { 'net.netfilter.nf_conntrack_helper': 1 }
  const modules = { nf_conntrack_ftp: { ports: [2121] } }
  const tftp = buildUdp({ ...ends, toPort: 69 })
  const cases: readonly (readonly [string, Parameters<typeof settingsOfHost>[0], Uint8Array, string | null])[] = [
    ['are given by the newest kernels never', { sysctls: {} }, syn, null],
    ['are given by 4.6', { sysctls: {}, kernel: [4, 6] }, syn, 'ftp'],
    [
      'are given by 4.6 unless it is told not to',
      { sysctls: { ...sysctls, 'net.netfilter.nf_conntrack_helper': 0 }, kernel: [4, 6] },
      syn,
      null,
    ],
    ['are not given by 4.7', { sysctls: {}, kernel: [4, 7] }, syn, null],
    ['are given by 5.10 if it is told to', { sysctls, kernel: [5, 10] }, syn, 'ftp'],
    ['are given over UDP', { sysctls, kernel: [5, 10] }, tftp, 'tftp'],
    ['follow the ports of the module', { sysctls, kernel: [5, 10], modules }, syn, null],
    [
      'follow the ports of the module, whichever',
      { sysctls, kernel: [5, 10], modules },
      buildTcp({ ...ends, toPort: 2121 }),
      'ftp',
    ],
  ]
  it.each(cases)('%s', (_, host, bytes, helper) => {
    const [conntrack, { entry }] = first(bytes, settingsOfHost(host).settings, null)
    expect(conntrack.helperName(entry)).toBe(helper)
    expect(conntrack.status(entry) & Status.helper).toBe(0)
  })

  it('follow the port to which NAT sends the connection', () => {
    const conntrack = new Conntrack(settingsOfHost({ sysctls, kernel: [5, 10] }).settings)
    const packet = packetOf(buildTcp({ ...ends, toPort: 2121 }))
    conntrack.advance(1000)
    conntrack.track(packet)
    const reply = makeTuple()
    const named = (port: number): string | null => {
      conntrack.copyTuple(packet.entry, 1, reply)
      reply[2] = (port << 16) | (reply[2]! & 0xffff)
      conntrack.alterReply(packet.entry, reply)
      return conntrack.helperName(packet.entry)
    }
    expect([named(2121), named(21), named(80)]).toEqual([null, 'ftp', null])
  })

  it('the sysctl is unknown from 6.0 on', () => {
    const unknown = (kernel: [number, number]): string[] => settingsOfHost({ sysctls, kernel }).unknown
    expect([unknown([5, 19]), unknown([6, 0])]).toEqual([[], Object.keys(sysctls)])
  })
})
