// Writes docs/host.schema.json from the schema that checks HOST.yaml. With --check: fails if the file is not what would be written.

import { readFileSync, writeFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { z } from 'zod'
import { hostFile } from '../src/apps/cli/host-file/index.ts'

const file = fileURLToPath(new URL('../docs/host.schema.json', import.meta.url))
const schema = JSON.stringify(z.toJSONSchema(hostFile, { io: 'input' }), null, 2)

/** The formatter breaks lines in its own way, so only the content counts. */
const isCurrent = (): boolean => JSON.stringify(JSON.parse(readFileSync(file, 'utf8')), null, 2) === schema

if (!process.argv.includes('--check')) {
  writeFileSync(file, `${schema}\n`)
} else if (!isCurrent()) {
  console.error('docs/host.schema.json is not up to date; run: node scripts/write-host-schema.ts && npm run format')
  process.exit(1)
}
