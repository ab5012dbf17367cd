import { execFileSync } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { describe, expect, it } from 'vitest'
import { addressText, prefixText } from '../../../model/bytes/index.ts'
import { settingsOfHost } from '../../../model/conntrack/index.ts'
import { readHostFile } from './read-host-file.ts'

const whole = `
interfaces:
  lan: { mac: "02:00:0a:00:01:01", addresses: [10.0.1.1/24, "fd00::1/64"] }
  wan: { addresses: [10.0.2.1/24], mtu: 1492 }
routes:
  - { to: default, via: 10.0.2.254 }
  - { to: 10.0.9.0/24, dev: lan }
sysctls:
  net.netfilter.nf_conntrack_tcp_loose: 0
  net.ipv4.ip_forward: true
listening: [tcp/22, "udp/10.0.1.1:53", "tcp/[fd00::1]:80"]
outside: [wan]
`

describe('a HOST.yaml', () => {
  it('becomes a host', () => {
    const read = readHostFile('box.yaml', whole)
    if (!('configuration' in read)) throw new Error(read.join('\n'))
    const { interfaces, routes, isForwarding, sysctls, listening } = read.configuration
    expect(interfaces.map((one) => [one.name, one.mac, one.mtu, one.addresses.map(prefixText).join(' ')])).toEqual([
      ['lan', '02:00:0a:00:01:01', 1500, '10.0.1.1/24 fd00::1/64'],
      ['wan', null, 1492, '10.0.2.1/24'],
    ])
    expect(routes.map(({ to, via, device }) => [prefixText(to), via && addressText(via), device])).toEqual([
      ['0.0.0.0/0', '10.0.2.254', null],
      ['10.0.9.0/24', null, 'lan'],
    ])
    expect(isForwarding).toEqual({ 4: true, 6: true })
    expect(sysctls).toEqual({ 'net.netfilter.nf_conntrack_tcp_loose': 0, 'net.ipv4.ip_forward': 1 })
    expect(listening.map(({ protocol, port, address }) => [protocol, port, address && addressText(address)])).toEqual([
      [6, 22, null],
      [17, 53, '10.0.1.1'],
      [6, 80, 'fd00::1'],
    ])
    expect(read.outside).toEqual(['wan'])
  })

  it('routes by default only with two interfaces', () => {
    const read = readHostFile('box.yaml', 'interfaces: { eth0: { addresses: [10.0.0.1/8] } }')
    expect('configuration' in read && read.configuration.isForwarding).toEqual({ 4: false, 6: false })
  })

  const mistakes: readonly (readonly [string, string])[] = [
    [
      '',
      'box.yaml:1:1: expected a host: interfaces, routes, forwarding, sysctls, kernel, modules, listening, userspaceHelpers, outside, found nothing',
    ],
    [
      'interfaces:\n  eth0: { mtu: many }',
      'box.yaml:2:16: expected a whole number of bytes, 68 to 65536, found "many" as interfaces.eth0.mtu',
    ],
    [
      'interfaces:\n  eth0:\n    adresses: []',
      'box.yaml:3:5: expected one of mac, addresses, mtu, found "adresses" (did you mean addresses?)',
    ],
    [
      'interfaces: { eth0: { addresses: [10.0.0.1] } }',
      'box.yaml:1:35: expected an address with its prefix length, such as 192.168.1.10/24, found "10.0.0.1" as interfaces.eth0.addresses.0',
    ],
    [
      'interfaces: { eth0: {} }\nroutes: [{ to: 10.0.0.0/8 }]',
      'box.yaml:2:10: expected a route with "via" or "dev", found {"to":"10.0.0.0/8"} as routes.0',
    ],
    [
      'interfaces: { eth0: {} }\nuserspaceHelpers: [ftp]',
      'box.yaml:2:20: expected one of the helpers dhcpv6, mdns, rpc, slp, ssdp, tns, found "ftp" as userspaceHelpers.0',
    ],
    ['interfaces: {}', 'box.yaml:1:13: expected at least one interface, found {} as interfaces'],
    ['interfaces: { eth0: {} }\noutside: [wan]', 'box.yaml:2:11: expected one of the interfaces eth0, lo, found "wan"'],
    [
      'interfaces: { eth0: {} }\nlistening: [tcp/70000]',
      'box.yaml:2:13: expected a socket such as tcp/22, udp/53 or tcp/10.0.0.1:80, found "tcp/70000" as listening.0',
    ],
    [
      'interfaces: { eth0: {} }\nsysctls: { net.ipv4.ip_forwrad: 1 }',
      'box.yaml:2:33: expected a sysctl that the model knows, found net.ipv4.ip_forwrad',
    ],
    [
      'interfaces: { eth0: {} }\nsysctls: { net.netfilter.nf_conntrack_tcp_timeout_established: -5 }',
      'box.yaml:2:64: expected a whole number from 0 to 4294967295, found -5 as sysctls.net.netfilter.nf_conntrack_tcp_timeout_established',
    ],
    [
      'interfaces: { eth0: {} }\nsysctls: { net.netfilter.nf_conntrack_max: 1e300 }',
      'box.yaml:2:44: expected a whole number from 0 to 4294967295, found 1e+300 as sysctls.net.netfilter.nf_conntrack_max',
    ],
    [
      'interfaces: { eth0: {} }\nsysctls: { net.ipv4.ip_forward: yes }',
      'box.yaml:2:33: expected a whole number from -2147483648 to 4294967295, found "yes" as sysctls.net.ipv4.ip_forward',
    ],
    [
      'interfaces: { eth0: { addresses: [10.0.0.1/24] } }\nroutes: [{ to: default, via: 10.0.1.254 }]',
      'box.yaml:2:30: expected a router in the network of an interface, or its interface as "dev", found 10.0.1.254 as routes.0.via',
    ],
    [
      `a: &a [1, 2]\n${Array.from({ length: 9 }, (_, i) => `b${i}: &b${i} [${`*${i === 0 ? 'a' : `b${i - 1}`}, `.repeat(9)}]\n`).join('')}`,
      'box.yaml:1:1: expected a host, found aliases that stand for more than a file may hold',
    ],
    [
      'interfaces: { "a b": {} }',
      'box.yaml:1:15: expected an interface name of 1 to 15 characters without blanks and slashes, found "a b"',
    ],
    [
      'interfaces: { eth0: {} }\nkernel: 5.10',
      'box.yaml:2:9: expected a kernel version in quotes, such as "5.10", found 5.1 as kernel',
    ],
    [
      'interfaces: { eth0: {} }\nmodules: { nf_conntrack_ftpp: { loose: true } }',
      'box.yaml:2:12: expected a module of conntrack helpers (nf_conntrack_ftp, nf_conntrack_tftp, nf_conntrack_sane, nf_conntrack_irc, nf_conntrack_sip, nf_conntrack_h323, nf_conntrack_amanda, nf_conntrack_netbios_ns, nf_conntrack_snmp), found "nf_conntrack_ftpp" (did you mean nf_conntrack_ftp?)',
    ],
    [
      'interfaces: { eth0: {} }\nmodules: { nf_conntrack_irc: { dcc_timout: 3 } }',
      'box.yaml:2:32: expected a parameter of nf_conntrack_irc (ports, max_dcc_channels, dcc_timeout), found "dcc_timout" (did you mean dcc_timeout?)',
    ],
    [
      'interfaces: { eth0: {} }\nmodules: { nf_conntrack_irc: { max_dcc_channels: 256 } }',
      'box.yaml:2:50: expected a whole number from 1 to 255, found 256 as modules.nf_conntrack_irc.max_dcc_channels',
    ],
    [
      'interfaces: { eth0: {} }\nsysctls: { net.netfilter.nf_conntrack_helper: 1 }',
      'box.yaml:2:47: expected a sysctl that the model knows, found net.netfilter.nf_conntrack_helper',
    ],
  ]
  it.each(mistakes)('%j is refused at its place', (text, message) => {
    expect(readHostFile('box.yaml', text)).toEqual([message])
  })

  it('may be of an old kernel, whose modules were loaded with parameters', () => {
    const text =
      'interfaces: { eth0: {} }\nkernel: "5.10"\nsysctls: { net.netfilter.nf_conntrack_helper: 1 }\nmodules: { nf_conntrack_ftp: { ports: "21,2121", loose: Y } }'
    const read = readHostFile('box.yaml', text)
    if (!('configuration' in read)) throw new Error(read.join('\n'))
    const { settings, unknown } = settingsOfHost(read.configuration)
    expect(unknown).toEqual([])
    expect([settings.isHelperAutomatic, settings.parameters.ftp, settings.parameters.ports]).toEqual([
      true,
      { isLoose: true },
      { ftp: [21, 2121] },
    ])
  })

  it('that is no YAML is refused at its place', () => {
    const read = readHostFile('box.yaml', 'interfaces: {\n  eth0: [')
    expect(read).toMatchObject([expect.stringMatching(/^box\.yaml:\d+:\d+: expected YAML, found a mistake: /)])
  })

  it('has the schema that docs/host.schema.json shows', () => {
    const script = fileURLToPath(new URL('../../../../scripts/write-host-schema.ts', import.meta.url))
    expect(execFileSync(process.execPath, [script, '--check'], { encoding: 'utf8' })).toBe('')
  })
})

it('names unknown sysctls in the order of the file, whichever room they would be of', () => {
  const text = 'interfaces: { eth0: {} }\nsysctls:\n  net.netfilter.nf_conntrack_tcp_loosee: 0\n  net.ipv4.bogus: 1\n'
  expect(readHostFile('box.yaml', text)).toEqual([
    expect.stringContaining('nf_conntrack_tcp_loosee'),
    expect.stringContaining('net.ipv4.bogus'),
  ])
})
