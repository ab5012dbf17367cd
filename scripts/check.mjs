// `npm test` and `npm run check`: types, style and tests, one after the other, all of them even if one fails; the last line counts.
//
// Each check that is not a test counts as one, so that the last line, `N passed, N failed`, cannot look well when a check did not pass.

import { spawnSync } from 'node:child_process'
import { mkdirSync, readFileSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { environment, root } from './environment.mjs'

const results = join(root, '.cache/vitest.json')

function run(command, ...args) {
  const { status, error } = spawnSync(command, args, { cwd: root, env: environment, stdio: 'inherit' })
  if (error) process.stderr.write(`${command} could not be run: ${error.message}\n`)
  return status === 0
}

const checks = [
  ['types', () => run('tsc', '-p', 'tsconfig.json')],
  ['types of the pure rooms, without Node and browser', () => run('tsc', '-p', 'tsconfig.pure.json')],
  ['style: lint and format', () => run('biome', 'check', '--error-on-warnings', '.')],
]

let passed = 0
let failed = 0
for (const [name, isFine] of checks) {
  const started = performance.now()
  const fine = isFine()
  process.stdout.write(`${fine ? 'ok' : 'FAILED'}: ${name} (${((performance.now() - started) / 1000).toFixed(1)} s)\n`)
  if (fine) passed += 1
  else failed += 1
}

mkdirSync(join(root, '.cache'), { recursive: true })
rmSync(results, { force: true })
const testsPassed = run('vitest', 'run', '--reporter=default', '--reporter=json', `--outputFile.json=${results}`)
const counted = countTests()
// A test file that cannot be loaded, or an error outside of any test, fails the run without a failed test.
failed += counted.failed === 0 && !testsPassed ? 1 : counted.failed
passed += counted.passed
if (counted.passed + counted.failed === 0) {
  process.stderr.write('FAILED: no test ran\n')
  failed = Math.max(failed, 1)
}
const skipped = counted.skipped > 0 ? `, ${counted.skipped} skipped` : ''
process.stdout.write(`${passed} passed, ${failed} failed${skipped}\n`)
process.exit(failed > 0 ? 1 : 0)

function countTests() {
  try {
    const { numPassedTests, numFailedTests, numPendingTests } = JSON.parse(readFileSync(results, 'utf8'))
    return { passed: numPassedTests, failed: numFailedTests, skipped: numPendingTests }
  } catch {
    return { passed: 0, failed: 0, skipped: 0 }
  }
}
