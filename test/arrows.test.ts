/** Holds every import in src/ against the one table of who may import whom, so that arrows between rooms run one way only. */

import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { dirname, join, normalize, relative } from 'node:path'
import { fileURLToPath } from 'node:url'
import { describe, expect, test } from 'vitest'

const root = fileURLToPath(new URL('..', import.meta.url))

/** Room: the rooms it may import. `wing/*` is every room of a wing. */
const arrows: Readonly<Record<string, readonly string[]>> = {
  'model/bytes': [],
  'model/packet': ['model/bytes'],
  'model/host': ['model/bytes', 'model/packet'],
  'model/conntrack': ['model/bytes', 'model/packet'],
  'model/nat': ['model/bytes', 'model/packet', 'model/conntrack'],
  'model/rules': ['model/packet'],
  'model/machine': ['model/bytes', 'model/packet', 'model/host', 'model/conntrack', 'model/nat', 'model/rules'],
  'model/engine': [
    'model/bytes',
    'model/packet',
    'model/host',
    'model/conntrack',
    'model/nat',
    'model/rules',
    'model/machine',
  ],
  'languages/diagnostics': ['model/rules'],
  'languages/nftables': ['languages/diagnostics', 'model/rules', 'model/packet', 'model/bytes'],
  'languages/nftables-json': ['languages/nftables', 'model/rules', 'model/packet', 'model/bytes'],
  'analysis/capture': ['model/bytes'],
  'analysis/replay': ['analysis/capture', 'model/*', 'languages/diagnostics'],
  'analysis/lab': ['model/*', 'languages/*'],
  'analysis/explain': ['model/*', 'languages/*'],
  'analysis/report': ['analysis/replay', 'analysis/explain', 'analysis/capture', 'model/*', 'languages/diagnostics'],
  'linux/native': ['model/*', 'languages/*'],
  'linux/netlink': ['linux/native', 'model/*', 'languages/*'],
  'linux/tun': ['linux/native', 'linux/netlink', 'model/*', 'languages/*'],
  'linux/namespace': ['linux/native', 'linux/netlink', 'model/*', 'languages/*'],
  'linux/lab': [
    'linux/native',
    'linux/netlink',
    'linux/tun',
    'linux/namespace',
    'analysis/lab',
    'model/*',
    'languages/*',
  ],
  'linux/generate': ['linux/lab', 'linux/native', 'analysis/lab', 'analysis/capture', 'model/*', 'languages/*'],
  'apps/cli': ['model/*', 'languages/*', 'analysis/*', 'linux/*'],
}

/** Wings that run in Node and in a browser alike: no package, nothing of the machine, no clock, no chance. */
const pureWings = ['model', 'languages', 'analysis']

/** What tsconfig.pure.json cannot hide from them, because it is part of the language. */
const impure = /\bDate\.now\b|\bnew Date\(\)|\bMath\.random\b/

/** Wing: the packages its files may import, beside Node's own modules. */
const packages: Readonly<Record<string, readonly string[]>> = {
  linux: ['koffi'],
  apps: ['commander', 'yaml', 'zod'],
}

interface Import {
  readonly from: string
  readonly line: number
  /** As written. */
  readonly specifier: string
  /** The file in the project, from its root; undefined for a package. */
  readonly target: string | undefined
  /** Erased before running, so that it cannot take part in a ring. */
  readonly isType: boolean
}

/** Tests, and what the tests of a room share (`*.fixture.ts`). */
const isTest = (file: string): boolean => /\.(?:test|fixture|bench)\.ts$/.test(file)
const wingOf = (file: string): string => file.split('/')[1] ?? ''
const roomOf = (file: string): string => (file.startsWith('src/') ? file.split('/').slice(1, 3).join('/') : '')

function filesUnder(folder: string): string[] {
  if (!existsSync(join(root, folder))) return []
  return readdirSync(join(root, folder), { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && entry.name.endsWith('.ts'))
    .map((entry) => relative(root, join(entry.parentPath, entry.name)))
}

/** The imports of one file's text: statements at the start of a line, and `import('...')` anywhere. */
function importsIn(file: string, text: string): Import[] {
  const statement = /^(?:import|export)\b(?:[^'"`;]*?\bfrom)?\s*['"]([^'"]+)['"]|\bimport\(\s*['"]([^'"]+)['"]/gm
  return [...text.matchAll(statement)].map((match) => {
    const specifier = match[1] ?? match[2] ?? ''
    const target = specifier.startsWith('.') ? normalize(join(dirname(file), specifier)) : undefined
    return {
      from: file,
      line: text.slice(0, match.index).split('\n').length,
      specifier,
      target,
      isType: /^\w+\s+type\b/.test(match[0]),
    }
  })
}

/** What is wrong with one import, in words; undefined if nothing is. */
function faultOf({ from, specifier, target }: Import): string | undefined {
  const room = roomOf(from)
  // Benches and tests may use any package.
  if (target === undefined) return isTest(from) || room === '' ? undefined : packageFault(wingOf(from), specifier)
  const targetRoom = roomOf(target)
  if (targetRoom === '') return room === '' || isTest(from) ? undefined : 'src/ may not import what lies outside of it'
  if (targetRoom === room) {
    const isOwnIndex = target === `src/${room}/index.ts` && !isTest(from)
    return isOwnIndex ? 'inside a room, import the file itself, not index.ts' : undefined
  }
  // What tests and benches share is no part of the room; an app is a program and has no door.
  if (
    target !== `src/${targetRoom}/index.ts` &&
    !(room === '' && wingOf(target) === 'apps') &&
    !(target.endsWith('.fixture.ts') && (room === '' || isTest(from)))
  )
    return `from outside, ${targetRoom} is imported through its index.ts only`
  if (room === '') return undefined
  const allowed = arrows[room] ?? []
  const isAllowed = allowed.includes(targetRoom) || allowed.includes(`${wingOf(target)}/*`)
  return isAllowed
    ? undefined
    : `${room} may not import ${targetRoom}; it may import: ${allowed.join(', ') || 'nothing'}`
}

function packageFault(wing: string, specifier: string): string | undefined {
  if (pureWings.includes(wing)) return `${wing}/ is pure: no package, no node: module`
  const name = specifier
    .split('/')
    .slice(0, specifier.startsWith('@') ? 2 : 1)
    .join('/')
  const isAllowed = specifier.startsWith('node:') || packages[wing]?.includes(name)
  return isAllowed ? undefined : `${wing}/ may not import the package ${name}`
}

/** A ring of files that import each other, or undefined. */
function findCycle(graph: ReadonlyMap<string, readonly string[]>): string[] | undefined {
  const done = new Set<string>()
  const path: string[] = []
  const visit = (file: string): string[] | undefined => {
    if (path.includes(file)) return [...path.slice(path.indexOf(file)), file]
    if (done.has(file)) return undefined
    path.push(file)
    for (const next of graph.get(file) ?? []) {
      const cycle = visit(next)
      if (cycle) return cycle
    }
    path.pop()
    done.add(file)
    return undefined
  }
  for (const file of graph.keys()) {
    const cycle = visit(file)
    if (cycle) return cycle
  }
  return undefined
}

const sources = filesUnder('src')
const texts = new Map(
  [...sources, ...filesUnder('test'), ...filesUnder('bench')].map((file) => [
    file,
    readFileSync(join(root, file), 'utf8'),
  ]),
)
const imports = [...texts].flatMap(([file, text]) => importsIn(file, text))
const rooms = [...new Set(sources.map(roomOf))]
const withoutComments = (text: string): string => text.replace(/\/\*[\s\S]*?\*\/|(?<=^|\s)\/\/.*$/gm, '')

describe('the test itself', () => {
  const fault = (from: string, specifier: string): string | undefined =>
    importsIn(from, `import { x } from '${specifier}'`).map(faultOf)[0]

  test.each([
    ['src/model/packet/ipv4.ts', '../bytes/index.ts', undefined],
    ['src/model/packet/ipv4.ts', './decode.ts', undefined],
    ['src/model/packet/ipv4.ts', './index.ts', 'not index.ts'],
    ['src/model/packet/ipv4.ts', '../bytes/layout.ts', 'through its index.ts only'],
    ['src/model/bytes/layout.ts', '../packet/index.ts', 'may not import model/packet'],
    ['src/model/host/route.ts', '../conntrack/index.ts', 'may not import model/conntrack'],
    ['src/model/conntrack/helpers/ftp.ts', '../../host/index.ts', 'may not import model/host'],
    ['src/languages/nftables/parser.ts', '../../model/conntrack/index.ts', 'may not import model/conntrack'],
    ['src/languages/nftables/parser.ts', '../../model/machine/index.ts', 'may not import model/machine'],
    ['src/analysis/replay/replay.ts', '../report/index.ts', 'may not import analysis/report'],
    ['src/linux/tun/tun.ts', '../lab/index.ts', 'may not import linux/lab'],
    ['src/model/engine/walk.ts', 'node:fs', 'is pure'],
    ['src/model/engine/walk.test.ts', 'node:fs', undefined],
    ['src/apps/cli/main.ts', 'commander', undefined],
    ['src/apps/cli/main.ts', 'koffi', 'may not import the package koffi'],
    ['test/replay.test.ts', '../src/model/engine/index.ts', undefined],
    ['test/replay.test.ts', '../src/model/engine/walk.ts', 'through its index.ts only'],
    ['bench/rules.ts', '../src/model/machine/rules.fixture.ts', undefined],
    ['bench/harness/load-koffi.ts', 'koffi', undefined],
    ['src/model/engine/walk.ts', '../machine/rules.fixture.ts', 'through its index.ts only'],
  ])('%s importing %s: %s', (from, specifier, expected) => {
    if (expected === undefined) expect(fault(from, specifier)).toBeUndefined()
    else expect(fault(from, specifier)).toContain(expected)
  })

  test('reads every form of import', () => {
    const text =
      "import 'a'\nimport type {\n  B,\n} from 'b'\nexport * from 'c'\nconst d = await import('d')\n * import x from 'no'\n"
    expect(importsIn('src/model/bytes/x.ts', text).map((found) => [found.specifier, found.line])).toEqual([
      ['a', 1],
      ['b', 2],
      ['c', 5],
      ['d', 6],
    ])
  })

  test('finds a ring of imports', () => {
    expect(
      findCycle(
        new Map([
          ['a', ['b']],
          ['b', ['c']],
          ['c', ['b']],
        ]),
      ),
    ).toEqual(['b', 'c', 'b'])
    expect(
      findCycle(
        new Map([
          ['a', ['b', 'c']],
          ['b', ['c']],
          ['c', []],
        ]),
      ),
    ).toBeUndefined()
  })
})

describe('the house', () => {
  test('has sources and imports to look at', () => {
    expect(sources.length).toBeGreaterThan(0)
    expect(imports.length).toBeGreaterThan(0)
  })

  test('arrows between rooms run one way, through the door', () => {
    const faults = imports.flatMap((found) => {
      const fault = faultOf(found)
      return fault === undefined ? [] : [`${found.from}:${found.line} imports ${found.specifier}: ${fault}`]
    })
    expect(faults).toEqual([])
  })

  test('no file imports itself through others', () => {
    const graph = new Map(
      sources
        .filter((file) => !isTest(file))
        .map((file): [string, string[]] => [
          file,
          imports.flatMap(({ from, target, isType }) =>
            from === file && target !== undefined && !isType ? [target] : [],
          ),
        ]),
    )
    expect(findCycle(graph)?.join(' -> ')).toBeUndefined()
  })

  test('pure rooms take time and chance as arguments', () => {
    const faults = sources
      .filter((file) => pureWings.includes(wingOf(file)) && !isTest(file))
      .flatMap((file) => {
        const found = impure.exec(withoutComments(texts.get(file) ?? ''))
        return found ? [`${file} uses ${found[0]}`] : []
      })
    expect(faults).toEqual([])
  })

  test('every room is in the table, with a README of under 40 lines and a door', () => {
    const faults = rooms.flatMap((room) => {
      const has = (name: string): boolean => existsSync(join(root, 'src', room, name))
      const readmeLines = has('README.md')
        ? readFileSync(join(root, 'src', room, 'README.md'), 'utf8')
            .trimEnd()
            .split('\n').length
        : 0
      return [
        room in arrows ? [] : [`${room} is not in the table of test/arrows.test.ts`],
        readmeLines > 0 && readmeLines <= 40 ? [] : [`${room}/README.md has ${readmeLines} lines`],
        has('index.ts') || room.startsWith('apps/') ? [] : [`${room} has no index.ts`],
      ].flat()
    })
    expect(faults).toEqual([])
  })

  // A helper of many parts (sip, h323) is a family of its own inside the collection of helpers.
  test('no file lies deeper than wing, room, collection, family, file', () => {
    expect(sources.filter((file) => file.split('/').length - 1 > 5)).toEqual([])
  })

  test('names are kebab-case', () => {
    expect(
      sources.filter((file) => !/^src(?:\/[a-z0-9]+(?:-[a-z0-9]+)*)+(?:\.(?:test|fixture|bench))?\.ts$/.test(file)),
    ).toEqual([])
  })
})
