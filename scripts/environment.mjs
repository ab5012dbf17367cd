// Where the project lies, and the environment in which its commands run: its packages first on PATH, and before them the Node among them.

import { delimiter, join } from 'node:path'
import { fileURLToPath } from 'node:url'

export const root = fileURLToPath(new URL('..', import.meta.url))

/** The package that brings Node 26 for this machine, if there is one: for Linux with glibc on x64 and arm64. */
export const nodePackage = `node_modules/node-${process.platform}-${process.arch}`

// npm 10 does not link a package's program named node into node_modules/.bin, npm 11 does: so its own folder is named too.
const folders = [join(root, nodePackage, 'bin'), join(root, 'node_modules/.bin')]

export const environment = { ...process.env, PATH: [...folders, process.env.PATH ?? ''].join(delimiter) }
