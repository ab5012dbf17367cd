import { describe, expect, it } from 'vitest'
import { defaultSettings, settingsFromSysctls } from './settings.ts'

describe('settings from sysctls', () => {
  it('are the defaults where nothing is said', () => {
    expect(settingsFromSysctls({})).toEqual({ settings: defaultSettings, unknown: [] })
  })

  it('take numbers and their text', () => {
    const { settings } = settingsFromSysctls({
      'net.netfilter.nf_conntrack_tcp_loose': '0',
      'net.netfilter.nf_conntrack_udp_timeout': 5,
      'net.netfilter.nf_conntrack_tcp_timeout_established': '3600',
    })
    expect([settings.isTcpLoose, settings.udp.unreplied, settings.tcp.established]).toEqual([false, 5, 3600])
  })

  it('pass over what belongs to others, and name what Linux does not have', () => {
    const { unknown } = settingsFromSysctls({
      'net.ipv4.ip_forward': 1,
      'net.netfilter.nf_conntrack_helper': 1,
      'net.netfilter.nf_conntrack_toString': 1,
      'net.netfilter.nf_conntrack_acct': 'many',
    })
    expect(unknown).toEqual([
      'net.netfilter.nf_conntrack_helper',
      'net.netfilter.nf_conntrack_toString',
      'net.netfilter.nf_conntrack_acct',
    ])
  })
})
