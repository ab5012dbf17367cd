/** The kind of machine and engine that ratios are comparable on. */

import { readFileSync } from 'node:fs'
import { arch, cpus } from 'node:os'

/** Such as `AMD EPYC, family 25, model 17, Node 26`. */
export function machineName(): string {
  const name = cpus()[0]?.model.trim() ?? arch()
  const family = /^cpu family\s*: (.*)$/m.exec(processorText())?.[1]
  const model = /^model\s*: (.*)$/m.exec(processorText())?.[1]
  const details = family === undefined || model === undefined ? '' : `, family ${family}, model ${model}`
  return `${name}${details}, Node ${process.versions.node.split('.')[0]}`
}

function processorText(): string {
  try {
    return readFileSync('/proc/cpuinfo', 'utf8')
  } catch {
    return ''
  }
}
