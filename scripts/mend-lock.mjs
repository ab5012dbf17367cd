// Adds to package-lock.json the optional packages of other platforms that a partial registry left out, so that `npm ci` accepts the lock.
//
// npm writes an entry for each platform's binary only if the registry it asked had that package; a later `npm ci` then refuses the lock
// ("Missing: ... from lock file"). An entry with version, os and cpu is all it wants: on those platforms npm fetches the package by name.
// Run after every change of dependencies: npm run lock:mend

import { readFileSync, writeFileSync } from 'node:fs'

const file = new URL('../package-lock.json', import.meta.url)
const lock = JSON.parse(readFileSync(file, 'utf8'))

const systems = {
  android: 'android',
  darwin: 'darwin',
  freebsd: 'freebsd',
  linux: 'linux',
  openharmony: 'openharmony',
  win32: 'win32',
}
const processors = { arm: 'arm', arm64: 'arm64', ia32: 'ia32', riscv64: 'riscv64', s390x: 's390x', x64: 'x64' }

/** os, cpu and libc as the last words of a platform package's name say them, e.g. cli-linux-x64-musl. */
function platformOf(name) {
  const words = name.split('/').at(-1).split('-')
  const os = words.map((word) => systems[word]).find(Boolean)
  const cpu = words.map((word) => processors[word]).find(Boolean)
  if (os === undefined || cpu === undefined) return undefined
  const libc = words.includes('musl') ? { libc: ['musl'] } : words.includes('gnu') ? { libc: ['glibc'] } : {}
  return { os: [os], cpu: [cpu], ...libc }
}

const added = []
for (const [, owner] of Object.entries(lock.packages)) {
  for (const [name, version] of Object.entries(owner.optionalDependencies ?? {})) {
    const place = `node_modules/${name}`
    const platform = platformOf(name)
    if (place in lock.packages || platform === undefined || !/^\d/.test(version)) continue
    lock.packages[place] = { version, ...(owner.dev ? { dev: true } : {}), optional: true, ...platform }
    added.push(name)
  }
}
const [root, ...rest] = Object.entries(lock.packages)
lock.packages = Object.fromEntries([root, ...rest.sort(([a], [b]) => (a < b ? -1 : 1))])
if (added.length > 0) writeFileSync(file, `${JSON.stringify(lock, null, 2)}\n`)
console.log(added.length > 0 ? `added to package-lock.json: ${added.join(', ')}` : 'package-lock.json is whole')
