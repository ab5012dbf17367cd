import { spawn } from 'node:child_process'
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'
import { afterAll, describe, expect, it } from 'vitest'
import { writePcap } from '../../analysis/capture/index.ts'
import { buildIcmp, buildTcp, buildUdp } from '../../model/packet/index.ts'
import { type Ended, program, runKinwall } from './run-kinwall.fixture.ts'

const directory = mkdtempSync(join(tmpdir(), 'kinwall-cli-'))
afterAll(() => rmSync(directory, { recursive: true }))

/** Writes a file beside the others, and answers its name as commands take it. */
function file(name: string, content: string | Uint8Array): string {
  writeFileSync(join(directory, name), content)
  return name
}

const kinwall = (words: readonly string[], input: Uint8Array | null = null): Promise<Ended> =>
  runKinwall(directory, words, input)

file(
  'fw.nft',
  `include "names.nft"
table inet filter {
	chain forward {
		type filter hook forward priority filter; policy drop;
		ct state established,related counter accept
		ct state invalid drop
		iifname $inside udp dport 53 accept
		iifname $inside reject
	}
}
`,
)
file('names.nft', 'define inside = "lan"\n')
file('bad.nft', 'table inet filter {\n\tchain input {\n\t\ttcp dprt 22 accept\n\t}\n}\n')
file('box.yaml', 'interfaces:\n  lan: { addresses: [10.0.1.1/24] }\n  wan: { addresses: [10.0.2.1/24] }\n')
file('bad.yaml', 'interfaces:\n  lan:\n    adresses: [10.0.1.1/24]\n')
mkdirSync(join(directory, 'folder'))

const client = '10.0.1.2'
const server = '10.0.2.2'
const question = buildUdp({ from: client, to: server, fromPort: 4000, toPort: 53, payload: 'who?' })
const packets = [
  question,
  buildUdp({ from: server, to: client, fromPort: 53, toPort: 4000, payload: 'me' }),
  buildIcmp({ from: server, to: client, type: 3, code: 3, payload: question }),
  buildTcp({ from: client, to: server, fromPort: 5000, toPort: 25 }),
]
const capture = writePcap(
  packets.map((bytes, i) => ({ bytes, timeSeconds: 1_700_000_000, timeNanoseconds: i * 1_000_000 })),
  { linkType: 101 },
)
file('office.pcap', capture)
file('office.pcap.gz', gzipSync(capture))
file('cut.pcap', capture.slice(0, -10))
file('cut.pcap.gz', gzipSync(capture).slice(0, -20))
file('trailing.pcap.gz', Buffer.concat([gzipSync(capture), Buffer.from('what is this')]))
const many = Array.from({ length: 4000 }, (_, i) => ({
  bytes: buildUdp({ from: client, to: server, fromPort: 1 + ((i * 7919) % 65_000), toPort: 53, payload: `${i ** 3}` }),
}))
const broken = gzipSync(writePcap(many, { linkType: 101 }))
broken.fill(0xff, broken.length >> 1, (broken.length >> 1) + 500)
file('broken.pcap.gz', broken)
file('long-record.pcap', Uint8Array.from(capture).fill(0xff, 24 + 8, 24 + 12))
file('empty.pcap', '')
file('frameless.pcap', writePcap([]))
file('text.pcap', 'hello, this is no capture')

const between = ['--between', 'lan=10.0.1.0/24,wan=any']
const replay = ['replay', '-r', 'fw.nft', ...between]

const lines = (text: string): string[] => text.trimEnd().split('\n')
/** Whatever JSON lines hold: the assertions say what is expected of it. */
const objects = (text: string): Record<string, unknown>[] =>
  lines(text).map((line): Record<string, unknown> => JSON.parse(line))

describe('kinwall replay', () => {
  it('prints packets as people read them', async () => {
    const { code, out } = await kinwall([...replay, 'office.pcap', '--packets', '--state', 'related'])
    expect(code).toBe(0)
    expect(
      out,
    ).toBe(`#3 0.002s  wan → lan  icmp 10.0.2.2 > 10.0.1.2 destination-unreachable/port-unreachable, about udp 10.0.1.2:4000 > 10.0.2.2:53
    RELATED (reply)   an ICMP error that quotes packet #1 of entry 1
    forward  inet filter forward  fw.nft:5  ct state established,related counter accept   → accept
`)
  })

  it.each(['--packets', '--flows'])('says first what it guessed, with %s', async (form) => {
    const { out } = await kinwall(['replay', '-r', 'fw.nft', 'office.pcap', form])
    expect(lines(out)[0]).toMatch(/^assumed: .* the firewall is put between lan=10\.0\.1\.0\/24 and outside/)
    expect((await kinwall([...replay, 'office.pcap', form])).out).not.toContain('assumed')
  })

  it('prints a summary that says what it assumed and what to look at next', async () => {
    const { code, out } = await kinwall(['replay', '-r', 'fw.nft', 'office.pcap'])
    expect(code).toBe(0)
    expect(out).toContain('the firewall is put between')
    expect(out).toContain('--between')
    // The guess names its sides after the interfaces that the rules ask for.
    expect(out).toContain('between lan=10.0.1.0/24 and outside')
    expect(out).toContain('fw.nft:5  ct state established,related counter packets 2 bytes')
    expect(out).toContain('kinwall replay -r fw.nft office.pcap --packets --state related')
  })

  it('prints JSON lines, the summary last', async () => {
    const { out } = await kinwall([...replay, 'office.pcap', '--json'])
    const [first, second, third, fourth, summary] = objects(out)
    expect(first).toEqual({
      type: 'packet',
      n: 1,
      capture: 'office.pcap',
      frame: 1,
      time: 0,
      in: 'lan',
      out: 'wan',
      hook: 'forward',
      state: 'new',
      direction: 'original',
      entry: 1,
      verdict: 'accept',
      rule: {
        file: 'fw.nft',
        line: 7,
        table: 'inet filter',
        chain: 'forward',
        text: 'iifname $inside udp dport 53 accept',
      },
      because: { kind: 'new' },
      packet: 'udp 10.0.1.2:4000 > 10.0.2.2:53',
    })
    expect(second).toMatchObject({ state: 'established', direction: 'reply', because: { kind: 'established' } })
    expect(third).toMatchObject({ because: { kind: 'icmp-error', icmp: '3/3', about: { entry: 1, packet: 1 } } })
    expect(fourth).toMatchObject({ verdict: 'reject', rule: { line: 8 }, entry: null, out: 'wan' })
    expect(summary).toMatchObject({
      type: 'summary',
      packets: 4,
      states: { new: 2, established: 1, related: 1, invalid: 0, untracked: 0 },
      verdicts: { accept: 3, drop: 0, reject: 1, held: 0 },
      entries: 1,
      expectations: 0,
      skipped: [],
    })
  })

  it('prints only the summary with --json --summary, of several captures and standard input', async () => {
    const { out } = await kinwall([...replay, 'office.pcap.gz', '-', '--json', '--summary'], capture)
    expect(objects(out)).toMatchObject([{ type: 'summary', packets: 8 }])
  })

  it('prints flows', async () => {
    const { out } = await kinwall([...replay, 'office.pcap', '--flows'])
    expect(out).toContain('opening rejected by fw.nft:8')
    expect(out).toMatch(/1 {2}udp 10\.0\.1\.2:4000 > 10\.0\.2\.2:53 +1\/1 .*\+1 error .*accepted/)
  })

  it('says so when no packet is as asked for, and names sides that the rules ask for', async () => {
    const { out } = await kinwall([...replay, 'office.pcap', '--packets', '--flow', '9'])
    expect(out).toBe('none of 4 packets is as asked for\n')
    const elsewhere = await kinwall(['replay', '-r', 'fw.nft', 'office.pcap', '--between', 'a=10.0.1.0/24,b=any'])
    expect(elsewhere.out).toContain('rules ask for the interfaces lan, but there are only a, b')
    expect(elsewhere.out).toContain('--between lan=10.0.0.0/8,wan=any')
  })

  it('is on the box with --host', async () => {
    const { out } = await kinwall(['replay', '-r', 'fw.nft', 'office.pcap', '--host', 'box.yaml', '--json'])
    expect(objects(out)[0]).toMatchObject({ in: 'lan', out: 'wan', verdict: 'accept' })
  })

  it('replays what comes before a break in a compressed capture, and says what broke', async () => {
    for (const [name, least] of [
      ['trailing.pcap.gz', 1],
      ['broken.pcap.gz', 1500],
    ] as const) {
      const { code, out, err } = await kinwall([...replay, name, '--json', '--summary'])
      expect([name, code, err]).toEqual([name, 1, ''])
      expect(objects(out)[0]?.['packets']).toBeGreaterThanOrEqual(least)
    }
    const { out } = await kinwall([...replay, 'trailing.pcap.gz'])
    expect(out).toContain('trailing.pcap.gz could not be read to its end: incorrect header check')
  })

  it.each([
    ['replay', [...replay, 'office.pcap', '--packets']],
    ['check', ['check', 'bad.nft']],
    ['help', ['--help']],
  ])('%s says in one line that its output cannot be written', async (_name, words) => {
    const shell = spawn('sh', ['-c', '"$@" > /dev/full', 'sh', program, ...words], { cwd: directory })
    let err = ''
    shell.stderr.on('data', (data: unknown) => {
      err += String(data)
    })
    const code = await new Promise((resolve) => shell.on('close', resolve))
    expect([code, err]).toEqual([2, 'kinwall: standard output: no space left on device\n'])
  })

  it.each([
    ['check', ['check', 'bad.nft']],
    ['help', ['--help']],
  ])('%s ends without a word when nobody reads on', async (_name, words) => {
    const child = spawn(program, words, { cwd: directory })
    child.stdout.destroy()
    let err = ''
    child.stderr.on('data', (data: unknown) => {
      err += String(data)
    })
    await new Promise((resolve) => child.on('close', resolve))
    expect(err).toBe('')
  })

  it('leaves nothing behind that runs on when it is stopped', async () => {
    const child = spawn(program, [...replay, '-', '--packets'], { cwd: directory, stdio: ['pipe', 'pipe', 'inherit'] })
    child.stdin.on('error', () => {})
    // More than it looks at before it begins; the end never comes.
    child.stdin.write(
      writePcap(
        Array.from({ length: 30_000 }, () => ({ bytes: question })),
        { linkType: 101 },
      ),
    )
    await new Promise((resolve) => child.stdout.once('data', resolve))
    child.stdout.resume()
    child.kill('SIGTERM')
    // Closed only when nobody is left who could write.
    expect(await new Promise((resolve) => child.on('close', (_code, signal) => resolve(signal)))).toBe('SIGTERM')
  })

  it('replays what can be read of a capture that is cut, and says so', async () => {
    for (const name of ['cut.pcap', 'cut.pcap.gz']) {
      const { code, out } = await kinwall([...replay, name])
      expect([name, code]).toEqual([name, 1])
      expect(out).toContain('packets judged')
    }
  })
})

describe('mistakes', () => {
  const cases: readonly (readonly [string, readonly string[], string])[] = [
    ['a file that is not there', [...replay, 'nothere.pcap'], 'kinwall: nothere.pcap: no such file'],
    ['a directory', [...replay, 'folder'], 'kinwall: folder: is a directory, expected a capture file'],
    [
      'an empty file',
      [...replay, 'empty.pcap'],
      'kinwall: empty.pcap: expected a pcap or pcapng capture, found no bytes',
    ],
    [
      'a capture without frames',
      [...replay, 'frameless.pcap'],
      'kinwall: frameless.pcap: expected at least one frame, found a capture without any',
    ],
    [
      'no capture at all',
      [...replay, 'text.pcap'],
      'kinwall: text.pcap: expected the first bytes of a pcap or pcapng capture, found 0x68656c6c',
    ],
    [
      'a capture whose first record cannot be',
      [...replay, 'long-record.pcap'],
      'kinwall: long-record.pcap: at byte 24: expected a captured length of at most 262144, found 4294967295 (0xffffffff)',
    ],
    [
      'a folder for a HOST.yaml',
      [...replay.slice(0, 3), '--host', 'folder', 'office.pcap'],
      'kinwall: folder: is a directory, expected a HOST.yaml',
    ],
    [
      'a rule that is not there',
      [...replay, 'office.pcap', '--packets', '--rule', 'fw.nft:6', '--rule', 'fw.nft:99'],
      'kinwall: --rule: expected the place of a rule as the summary prints it, found fw.nft:99, where none begins',
    ],
    [
      'a flow that is none',
      [...replay, 'office.pcap', '--flow', 'web'],
      'kinwall: --flow: expected an entry number, an address, or address:port ([address]:port for IPv6), found "web"',
    ],
    [
      'a summary that is no JSON',
      [...replay, 'office.pcap', '--summary'],
      'kinwall: --summary goes with --json; without --json the summary is what is printed',
    ],
    ['an empty standard input', [...replay, '-'], 'kinwall: -: expected a pcap or pcapng capture, found no bytes'],
    ['standard input twice', [...replay, '-', '-'], 'kinwall: standard input (-) can be read only once'],
    ['a ruleset that is not there', ['replay', '-r', 'no.nft', 'office.pcap'], 'kinwall: no.nft: no such file'],
    ['no ruleset', ['replay', 'office.pcap'], 'kinwall: expected -r, --ruleset <file>'],
    ['nothing to explain with', ['explain', 'udp 10.0.0.1:1 > 10.0.0.2:2'], 'kinwall: expected -r, --ruleset <file>'],
    ['no capture', replay, "kinwall: missing required argument 'capture'"],
    [
      'an unknown option',
      [...replay, 'office.pcap', '--packet'],
      "kinwall: unknown option '--packet' (did you mean --packets?)",
    ],
    [
      'an unknown command',
      ['relpay'],
      'kinwall: unknown command "relpay" (did you mean replay?); kinwall --help lists them',
    ],
    [
      'a state that is none',
      [...replay, 'office.pcap', '--state', 'relatd'],
      'kinwall: --state: expected one of invalid, established, related, new, untracked, found "relatd"',
    ],
    [
      'sides that are none',
      ['replay', '-r', 'fw.nft', 'office.pcap', '--between', '10.0.0.0/8'],
      'kinwall: --between: expected NAME=ADDRESS/LENGTH, found "10.0.0.0/8"',
    ],
    [
      'a wrong HOST.yaml',
      ['replay', '-r', 'fw.nft', 'office.pcap', '--host', 'bad.yaml'],
      'bad.yaml:3:5: expected one of mac, addresses, mtu, found "adresses" (did you mean addresses?)',
    ],
  ]
  it.concurrent.each(cases)('%s is one clear line and exit code 2', async (_name, words, message) => {
    const { code, out, err } = await kinwall(words)
    expect({ code, out, err }).toEqual({ code: 2, out: '', err: `${message}\n` })
  })

  it('in a ruleset are shown at their place', async () => {
    const checked = await kinwall(['check', 'bad.nft'])
    expect(checked.code).toBe(1)
    expect(lines(checked.out)[0]).toMatch(/^bad\.nft:3:7: error\[[\w-]+\]: expected .*, found "dprt"$/)
    const replayed = await kinwall(['replay', '-r', 'bad.nft', 'office.pcap'])
    expect(replayed.code).toBe(2)
    expect(replayed.err).toContain('bad.nft:3:7: error')
  })
})

describe('the other commands', () => {
  it('check says what it found', async () => {
    const { code, out } = await kinwall(['check', '-r', 'fw.nft'])
    expect([code, out]).toEqual([0, 'fw.nft: 1 table, 1 chain, 4 rules; nothing wrong\n'])
    const json = await kinwall(['check', 'bad.nft', '--json'])
    expect(objects(json.out).map(({ type }) => type)).toEqual(['diagnostic', 'summary'])
  })

  it('conntrack lists entries and events as conntrack(8) does', async () => {
    const entries = await kinwall(['conntrack', '-r', 'fw.nft', ...between, 'office.pcap'])
    expect(entries.out).toMatch(/^udp {6}17 \d+ src=10\.0\.1\.2 dst=10\.0\.2\.2 sport=4000 dport=53 src=10\.0\.2\.2 /)
    expect(entries.err).toBe('')
    const guessed = await kinwall(['conntrack', '-r', 'fw.nft', 'office.pcap'])
    expect(guessed.out).toBe(entries.out)
    expect(guessed.err).toContain('the firewall is put between')
    const events = await kinwall(['conntrack', '-r', 'fw.nft', ...between, 'office.pcap', '--events'])
    expect(lines(events.out).map((line) => line.slice(0, 17))).toEqual(['    [NEW] udp    ', ' [UPDATE] udp    '])
  })

  it('--version and --help answer on standard output', async () => {
    expect((await kinwall(['--version'])).out).toMatch(/^\d+\.\d+\.\d+\n$/)
    const { code, out } = await kinwall(['replay', '--help'])
    expect(code).toBe(0)
    expect(out).toContain('Examples:')
  })
})
