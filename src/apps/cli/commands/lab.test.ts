import { spawnSync } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, expect, test } from 'vitest'
import { isKernelAvailable } from '../../../linux/lab/index.ts'
import { buildUdp } from '../../../model/packet/index.ts'

const program = fileURLToPath(new URL('../../../../bin/kinwall', import.meta.url))
const directory = mkdtempSync(join(tmpdir(), 'kinwall-lab-'))
afterAll(() => rmSync(directory, { recursive: true }))

const hex = Buffer.from(buildUdp({ from: '10.0.1.2', to: '10.0.2.2', fromPort: 1, toPort: 53 })).toString('hex')
const scenario = JSON.stringify({
  interfaces: { lan: { addr4: ['10.0.1.1/24'] }, wan: { addr4: ['10.0.2.1/24'] } },
  packets: [{ in: 'lan', hex }],
})
writeFileSync(join(directory, 'scenario.json'), scenario)
writeFileSync(join(directory, 'wrong.json'), '{"interfaces": {}, "packets": [{"in": "lan", "hex": "4"}]}')
writeFileSync(join(directory, 'text.json'), 'nothing')
writeFileSync(
  join(directory, 'unloadable.json'),
  JSON.stringify({ interfaces: {}, packets: [], ruleset: 'table ip t { chain c { tcp dprt 1 }; }' }),
)
writeFileSync(
  join(directory, 'fw.nft'),
  'table ip t {\n chain f {\n  type filter hook forward priority 0; policy drop;\n  udp dport 53 accept\n }\n}\n',
)

function kinwall(words: readonly string[], input = ''): { code: number | null; out: string; err: string } {
  const { status, stdout, stderr } = spawnSync(program, words, {
    cwd: directory,
    encoding: 'utf8',
    input,
    env: { ...process.env, NO_COLOR: '1' },
  })
  return { code: status, out: stdout, err: stderr }
}

test('a scenario from a file, its result as JSON', () => {
  const { code, out } = kinwall(['lab', 'scenario.json', '--engine', 'model'])
  expect(code).toBe(0)
  expect(JSON.parse(out).packets[0].ct.map((at: { hook: string }) => at.hook)).toEqual(['pre', 'fwd', 'post'])
})

test('scenarios a line, results a line; one that does not load says so and ends with 1', () => {
  const { code, out } = kinwall(
    ['lab', '--jsonl'],
    `${scenario}\n\n${JSON.stringify({ interfaces: {}, packets: [], ruleset: 'nonsense' })}\n`,
  )
  const lines = out
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line))
  expect([code, lines.length, 'error' in lines[0], 'error' in lines[1]]).toEqual([1, 2, false, true])
})

test.each([
  [['lab'], 'expected a scenario file, or --jsonl'],
  [['lab', '--jsonl', 'scenario.json'], '--jsonl reads standard input: expected no files'],
  [['lab', 'scenario.json', '--engine', 'bsd'], '--engine: expected model, kernel or both, found "bsd"'],
  [['lab', 'scenario.json', '--only', 'in'], '--only: expected some of out,ct,ev,end, found "in"'],
  [['help', 'bogus'], 'unknown command "bogus"'],
  [['lab', 'absent.json'], 'absent.json: '],
  [['lab', 'text.json'], 'text.json: expected JSON'],
  [['lab', 'wrong.json'], 'wrong.json: scenario.packets[0].hex: expected an even number of hexadecimal digits'],
  [['explain', '-r', 'fw.nft', 'udp 10.0.1.2:1 >> 10.0.2.2:2'], 'packet 1, column 16: expected `>` behind the source'],
  [['explain', '-r', 'fw.nft', 'reply to #1'], 'packet 1, column 10: no packet #1'],
])('%j: one clear line, exit code 2', (words, message) => {
  const { code, err } = kinwall(words)
  expect(err).toContain(message)
  expect(err).not.toContain('    at ')
  expect(code).toBe(2)
})

test('a ruleset that does not load is a result with its reason', () => {
  const { code, out } = kinwall(['lab', 'unloadable.json'])
  expect([code, JSON.parse(out).error]).toEqual([1, expect.stringContaining('ruleset:1:')])
})

test('explain tells the walk, says which box it assumed, and writes it as JSON too', () => {
  const told = kinwall(['explain', '-r', 'fw.nft', 'inside udp 10.0.1.2:1 > 198.51.100.1:53'])
  expect(told.code).toBe(0)
  expect(told.out).toContain('no --host: a box between inside (private addresses) and outside (all others)')
  expect(told.out).toContain('fw.nft:4  udp dport 53 accept  → accept')
  const json = kinwall(['explain', '-r', 'fw.nft', '--json', 'inside udp 10.0.1.2:1 > 198.51.100.1:53'])
  expect(JSON.parse(json.out)).toMatchObject({ type: 'walk', number: 1, in: 'inside', out: 'outside' })
})

const availability = isKernelAvailable()
test(`model and kernel compared, for people and as JSON (${availability.ok ? 'in the running kernel' : availability.reason})`, () => {
  const { code, out, err } = kinwall(['lab', 'scenario.json', '--engine', 'both', '--json', '--only', 'out,ct,ev'])
  if (availability.ok) {
    expect(code).toBe(0)
    expect(JSON.parse(out)).toEqual({
      type: 'comparison',
      scenario: 'scenario.json',
      aspects: ['out', 'ct', 'ev'],
      equal: true,
    })
  } else expect([code, err]).toEqual([2, expect.stringContaining(availability.reason)])
})
