/** What may stand in a HOST.yaml, as a schema: checks it, and is written out as docs/host.schema.json. */

import { z } from 'zod'
import { parseAddress, parsePrefix } from '../../../model/bytes/index.ts'
import { modelledHelpers } from '../../../model/rules/index.ts'

/** Each message says only what was expected; whoever reports adds what was found. */
const prefix = z
  .string({ error: 'an address with its prefix length, such as 192.168.1.10/24' })
  .refine((text) => text.includes('/') && parsePrefix(text) !== null, {
    error: 'an address with its prefix length, such as 192.168.1.10/24',
  })
  .meta({ description: 'address/length, IPv4 or IPv6', examples: ['192.168.1.10/24', '2001:db8::1/64'] })

const destination = z
  .string({ error: 'a destination such as 10.0.0.0/8, or "default"' })
  .refine((text) => text === 'default' || parsePrefix(text) !== null, {
    error: 'a destination such as 10.0.0.0/8, or "default"',
  })
  .meta({ description: 'network/length, an address, or "default" (0.0.0.0/0, or ::/0 where via is IPv6)' })

const address = z
  .string({ error: 'an IPv4 or IPv6 address' })
  .refine((text) => parseAddress(text) !== null, { error: 'an IPv4 or IPv6 address' })
  .meta({ description: 'IPv4 or IPv6 address of the next router' })

const interfaceName = z
  .string({ error: 'the name of an interface' })
  .regex(/^[^\s/:]{1,15}$/, { error: 'an interface name of 1 to 15 characters without blanks and slashes' })

const networkInterface = z.strictObject(
  {
    mac: z
      .string({ error: 'a MAC address such as 02:00:0a:00:01:01' })
      .regex(/^[0-9a-fA-F]{2}(:[0-9a-fA-F]{2}){5}$/, { error: 'a MAC address such as 02:00:0a:00:01:01' })
      .optional()
      .meta({
        description:
          'tells in a capture what the box received and what it sent; learnt from the capture where it is missing',
      }),
    addresses: z.array(prefix, { error: 'a list of addresses, as in [192.168.1.10/24]' }).default([]),
    mtu: z
      .int({ error: 'a whole number of bytes, 68 to 65536' })
      .min(68, { error: 'a whole number of bytes, 68 to 65536' })
      .max(65536, { error: 'a whole number of bytes, 68 to 65536' })
      .default(1500)
      .meta({ description: 'longest IP packet in bytes' }),
  },
  { error: 'an interface, as in { addresses: [192.168.1.10/24] }' },
)

const route = z
  .strictObject(
    {
      to: destination,
      via: address.optional(),
      dev: interfaceName.optional().meta({ description: 'one of the interfaces above' }),
    },
    { error: 'a route, as in { to: 10.0.3.0/24, via: 10.0.2.254 }' },
  )
  .refine(({ via, dev }) => via !== undefined || dev !== undefined, { error: 'a route with "via" or "dev"' })

const listening = z
  .string({ error: 'a socket such as tcp/22, udp/53 or tcp/10.0.0.1:80' })
  .refine((text) => parseListening(text) !== null, { error: 'a socket such as tcp/22, udp/53 or tcp/10.0.0.1:80' })
  .meta({
    description: 'protocol/port or protocol/address:port',
    examples: ['tcp/22', 'udp/53', 'tcp/10.0.0.1:80', 'tcp/[2001:db8::1]:80'],
  })

/** YAML reads 5.10 without quotes as the number 5.1. */
const kernel = z
  .string({ error: 'a kernel version in quotes, such as "5.10"' })
  .refine((text) => parseKernel(text) !== null, { error: 'a kernel version in quotes, such as "5.10"' })
  .meta({ description: 'version of its Linux; the newest that is modelled when left out', examples: ['5.10', '4.4'] })

const moduleValue = z.union([z.string(), z.number(), z.boolean(), z.array(z.number())], {
  error: 'a number, true, false, or a list of ports',
})

const modules = z
  .record(z.string(), z.record(z.string(), moduleValue, { error: 'parameters, as in { loose: true }' }), {
    error: 'modules by name, as in nf_conntrack_ftp: { loose: true }',
  })
  .default({})
  .meta({ description: 'parameters with which the kernel modules of conntrack helpers were loaded' })

const userSpaceNames = [...new Set(modelledHelpers.flatMap(({ name, isUserSpace }) => (isUserSpace ? [name] : [])))]

const userSpaceHelper = z.enum(userSpaceNames, { error: `one of the helpers ${userSpaceNames.join(', ')}` })

/** The whole file. */
export const hostFile = z
  .strictObject(
    {
      interfaces: z
        .record(interfaceName, networkInterface, {
          error: 'interfaces by name, as in eth0: { addresses: [192.168.1.10/24] }',
        })
        .refine((interfaces) => Object.keys(interfaces).length > 0, { error: 'at least one interface' })
        .meta({ description: 'the network interfaces of the box; lo need not be named', minProperties: 1 }),
      routes: z
        .array(route, { error: 'a list of routes' })
        .default([])
        .meta({ description: 'beside those to the networks of the interfaces' }),
      forwarding: z.boolean({ error: 'true or false' }).optional().meta({
        description: 'whether the box routes, IPv4 and IPv6; true by default where it has two interfaces or more',
      }),
      sysctls: z
        .record(z.string(), z.union([z.string(), z.number(), z.boolean()], { error: 'a number or a text' }), {
          error: 'sysctls, as in net.netfilter.nf_conntrack_tcp_loose: 0',
        })
        .default({})
        .meta({ description: 'dotted names and their values, as in sysctl.conf' }),
      kernel: kernel.optional(),
      modules,
      listening: z.array(listening, { error: 'a list of sockets, as in [tcp/22, udp/53]' }).default([]).meta({
        description: 'sockets of the box that take packets; others are answered with a reset or port-unreachable',
      }),
      userspaceHelpers: z
        .array(userSpaceHelper, { error: 'a list of helpers, as in [rpc, tns]' })
        .default([])
        .meta({ description: 'helpers that conntrackd runs on the box (nfct helper add): rules may name them' }),
      outside: z
        .array(interfaceName, { error: 'a list of interface names' })
        .default([])
        .meta({ description: 'interfaces that face strangers' }),
    },
    { error: 'a host: interfaces, routes, forwarding, sysctls, kernel, modules, listening, userspaceHelpers, outside' },
  )
  .meta({ title: 'Kinwall host', description: 'A modelled box, for kinwall --host. See docs/host-file.md.' })

export type HostFile = z.output<typeof hostFile>

/** Reads `5.10`; what follows the minor number does not count. */
export function parseKernel(text: string): readonly [number, number] | null {
  const found = /^(\d{1,3})\.(\d{1,3})(?:[.-].*)?$/.exec(text)
  return found ? [Number(found[1]), Number(found[2])] : null
}

/** Reads `tcp/22`, `udp/10.0.0.1:53`, `tcp/[2001:db8::1]:80`. */
export function parseListening(
  text: string,
): { readonly protocol: 6 | 17; readonly port: number; readonly address: Uint8Array | null } | null {
  const found = /^(tcp|udp)\/(?:(?:\[([0-9a-fA-F:.]+)\]|([0-9.]+)):)?(\d{1,5})$/.exec(text)
  if (!found) return null
  const [, name, ipv6, ipv4, portText] = found
  const written = ipv6 ?? ipv4
  const address = written === undefined ? null : parseAddress(written)
  const port = Number(portText)
  if ((written !== undefined && address === null) || port > 65535) return null
  return { protocol: name === 'tcp' ? 6 : 17, port, address }
}
