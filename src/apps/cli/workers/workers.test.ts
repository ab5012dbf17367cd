import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { gzipSync } from 'node:zlib'
import { afterAll, describe, expect, it } from 'vitest'
import { writePcap } from '../../../analysis/capture/index.ts'
import { framesInRun } from '../../../analysis/replay/index.ts'
import { buildIcmp, buildTcp, buildUdp } from '../../../model/packet/index.ts'
import { type Ended, runKinwall } from '../run-kinwall.fixture.ts'

const root = fileURLToPath(new URL('../../../..', import.meta.url))
const directory = mkdtempSync(join(tmpdir(), 'kinwall-workers-'))
afterAll(() => rmSync(directory, { recursive: true }))

const write = (name: string, content: string | Uint8Array): string => {
  writeFileSync(join(directory, name), content)
  return name
}

const kinwall = (...words: readonly string[]): Promise<Ended> => runKinwall(directory, ['replay', ...words])

const chains = (rules: string): string => `table inet filter {
  chain forward { type filter hook forward priority filter; policy drop; ${rules} }
}
`
const free = write(
  'free.nft',
  chains(
    'ct state established,related counter accept; udp dport 53 accept; tcp dport 80 counter accept; counter reject',
  ),
)
const limited = write('limited.nft', chains('limit rate 5/second accept'))

/** More than a run of frames: questions, answers, refusals, and errors about some of them by routers. */
function traffic(): Uint8Array {
  const frames: Uint8Array[] = []
  for (let i = 0; frames.length < framesInRun * 1.5; i++) {
    const from = `10.0.${i % 7}.${i % 200}`
    const to = `198.51.100.${i % 90}`
    const question = buildUdp({ from, to, fromPort: 1024 + (i % 5000), toPort: i % 9 === 0 ? 123 : 53, payload: 'q' })
    frames.push(question, buildUdp({ from: to, to: from, fromPort: 53, toPort: 1024 + (i % 5000), payload: 'a' }))
    if (i % 4 === 0) frames.push(buildTcp({ from, to, fromPort: 2000 + (i % 700), toPort: 80 }))
    if (i % 5 === 0) frames.push(buildIcmp({ from: `192.0.2.${i % 6}`, to: from, type: 3, code: 1, payload: question }))
  }
  return writePcap(
    frames.map((packet, i) => {
      const bytes = new Uint8Array(14 + packet.length)
      bytes.set([8, 0], 12)
      bytes.set(packet, 14)
      return { bytes, timeSeconds: 1_700_000_000 + Math.floor(i / 1000), timeNanoseconds: (i % 1000) * 1e6 }
    }),
  )
}

const capture = write('traffic.pcap', traffic())
const cut = write('cut.pcap', traffic().subarray(0, -9))
const office = join(root, 'examples/office/office.pcapng')
const wan = join(root, 'examples/office/wan.pcap')
const between = ['--between', 'lan=10.0.0.0/8,wan=any']

describe('several workers print what one prints', () => {
  it.each<[string, string[]]>([
    ['the summary', [capture, ...between]],
    ['JSON', [capture, ...between, '--json']],
    ['refused packets', [capture, ...between, '--packets', '--verdict', 'drop,reject']],
    ['one entry by its number', [capture, ...between, '--packets', '--flow', '77']],
    ['flows', [capture, ...between, '--flows']],
    ['what is wrong with a capture', [cut, ...between]],
    ['merged captures', [office, wan, capture, ...between, '--json', '--flows']],
    ['the box itself', [office, '--host', join(root, 'examples/office/host.yaml'), '--packets']],
    ['a guess', [office, '--packets', '--state', 'related']],
  ])('%s', async (_, words) => {
    const alone = await kinwall('-r', free, ...words, '--workers', '1')
    const shared = await kinwall('-r', free, ...words, '--workers', '3')
    expect(shared).toEqual({ ...alone, err: '' })
    expect(shared.out.length).toBeGreaterThan(100)
  })
})

it('read a ruleset again with what it includes, be its sets ever so large', async () => {
  const elements = Array.from({ length: 3000 }, (_, i) => `10.0.${i >>> 8}.${i & 255}`).join(', ')
  write('many.nft', `set many { type ipv4_addr; elements = { ${elements} }; }`)
  const large = write(
    'large.nft',
    'table inet filter {\n  include "many.nft"\n  chain forward { type filter hook forward priority filter; ip saddr @many counter; }\n}\n',
  )
  const alone = await kinwall('-r', large, capture, ...between, '--workers', '1')
  const shared = await kinwall('-r', large, capture, ...between, '--workers', '2')
  expect(alone.out).toMatch(/@many counter packets [1-9]/)
  expect(shared).toEqual(alone)
})

describe('one worker', () => {
  it('says why it is alone where more were asked for', async () => {
    const alone = await kinwall('-r', limited, capture, ...between)
    const asked = await kinwall('-r', limited, capture, ...between, '--workers', '2')
    expect(asked).toEqual({
      ...alone,
      err: 'kinwall: one worker has to do it alone: limited.nft:2: limit rate 5/second takes the tokens of all packets from one bucket\n',
    })
    expect(alone.err).toBe('')
  })

  it('has to unpack a compressed capture', async () => {
    const packed = write('traffic.pcap.gz', gzipSync(traffic()))
    const { err } = await kinwall('-r', free, packed, ...between, '--workers', '2')
    expect(err).toMatch(/traffic.pcap.gz is compressed, and can be unpacked only from its beginning/)
  })

  it('goes on where the shards turn out to depend on each other', async () => {
    // The table has room for ten: who gets in depends on all.
    write(
      'small.yaml',
      'interfaces:\n  lan: {addresses: [10.0.9.9/8]}\n  wan: {addresses: [198.51.100.99/24]}\nforwarding: true\nsysctls: {net.netfilter.nf_conntrack_max: 10}\n',
    )
    const words = ['-r', free, capture, '--host', 'small.yaml', '--json']
    const alone = await kinwall(...words, '--workers', '1')
    const shared = await kinwall(...words, '--workers', '2')
    expect(shared.out).toBe(alone.out)
    expect(shared.err).toMatch(/^kinwall: one worker has to do it alone: /)
  })
})

it.each(['0', '17', 'two', '1.5'])('refuses --workers %s', async (count) => {
  const { code, err } = await kinwall('-r', free, capture, '--workers', count)
  expect([code, err]).toEqual([2, `kinwall: --workers: expected a number from 1 to 16, found "${count}"\n`])
})
