/** The file given with --host. Its reader, with its libraries, is loaded only when there is one. */

import { readFileSync } from 'node:fs'
import type { HostConfiguration } from '../../model/host/index.ts'
import { UsageError } from './exit-code.ts'
import { fileErrorText } from './file-error.ts'

/** A {@link UsageError} where the file cannot be read, or what it says cannot be. */
export async function readHost(file: string): Promise<HostConfiguration> {
  const { readHostFile } = await import('./host-file/index.ts')
  let text: string
  try {
    text = readFileSync(file, 'utf8')
  } catch (error) {
    const text = fileErrorText(error)
    throw new UsageError(`${file}: ${text}${text === 'is a directory' ? ', expected a HOST.yaml' : ''}`)
  }
  const read = readHostFile(file, text)
  if (!('configuration' in read)) throw new UsageError(read, true)
  return read.configuration
}
