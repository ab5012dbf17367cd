/**
 * The running Linux kernel as an engine: scenarios in, results out. Needs root, koffi, /dev/net/tun and nft.
 *
 * Everything happens in a child process, each scenario in a network namespace of its own.
 */
import type { ChildProcessByStdio } from 'node:child_process'
import { spawn, spawnSync } from 'node:child_process'
import type { Interface } from 'node:readline'
import { createInterface } from 'node:readline'
import type { Readable, Writable } from 'node:stream'
import { fileURLToPath } from 'node:url'
import type { Result, Scenario } from '../../analysis/lab/index.ts'
import { LiveError } from '../native/index.ts'
import type { Answer, Availability } from './protocol.ts'

/** Beside this file, and like it either TypeScript or compiled. */
const childFile: string = fileURLToPath(new URL(`./child${/\.[a-z]+$/.exec(import.meta.url)?.[0]}`, import.meta.url))
const LONGEST_CHECK_MS = 30_000

/** Tries all that a scenario needs, in a process that ends at once; takes about 0.1 s. */
export function isKernelAvailable(): Availability {
  if (process.platform !== 'linux') return { ok: false, reason: `needs Linux, this is ${process.platform}` }
  const cannotRun = whyChildCannotRun()
  if (cannotRun !== undefined) return { ok: false, reason: cannotRun }
  const ended = spawnSync(process.execPath, [childFile, '--check'], { encoding: 'utf8', timeout: LONGEST_CHECK_MS })
  if (ended.error !== undefined) return { ok: false, reason: ended.error.message }
  const line = ended.stdout.trim()
  if (line === '') return { ok: false, reason: `the check ended without an answer: ${ended.stderr.trim()}` }
  const availability: Availability = JSON.parse(line)
  return availability
}

/** Runs one scenario. For many, open a Kernel: it starts its process once. */
export async function runInKernel(scenario: Scenario): Promise<Result> {
  const kernel = new Kernel()
  try {
    return await kernel.run(scenario)
  } finally {
    await kernel.close()
  }
}

/** A child process that runs scenarios one after the other. */
export class Kernel {
  readonly #child: ChildProcessByStdio<Writable, Readable, Readable>
  readonly #lines: Interface
  readonly #waiting: { readonly resolve: (result: Result) => void; readonly reject: (reason: Error) => void }[] = []
  readonly #ended: Promise<void>
  #complaints = ''
  #end: string | undefined

  /** Starts the process; throws LiveError when this Node cannot. What the process itself lacks, run() rejects with. */
  constructor() {
    const cannotRun = whyChildCannotRun()
    if (cannotRun !== undefined) throw new LiveError(cannotRun)
    this.#child = spawn(process.execPath, [childFile], { stdio: ['pipe', 'pipe', 'pipe'] })
    this.#child.stderr.on('data', (chunk: Buffer) => (this.#complaints += chunk.toString()))
    this.#lines = createInterface({ input: this.#child.stdout })
    this.#lines.on('line', (line) => this.#settle(JSON.parse(line)))
    // A child that ends early is told by its end; a write into its closed pipe says nothing more.
    this.#child.stdin.on('error', () => {})
    this.#ended = new Promise((resolve) => {
      const end = (words: string): void => {
        this.#end ??= words
        for (const { reject } of this.#waiting.splice(0)) reject(new LiveError(this.#end))
        resolve()
      }
      this.#child.on('error', (cause) => end(`the kernel lab's process could not be started: ${cause.message}`))
      this.#child.on('close', (code, signal) => end(endWords(this.#complaints, code, signal)))
    })
  }

  /** Runs a scenario after those already given; rejects when the process has ended. */
  run(scenario: Scenario): Promise<Result> {
    if (this.#end !== undefined) return Promise.reject(new LiveError(this.#end))
    return new Promise((resolve, reject) => {
      this.#waiting.push({ resolve, reject })
      this.#child.stdin.write(`${JSON.stringify(scenario)}\n`)
    })
  }

  /** Lets the scenarios already given end, and the process with them. */
  async close(): Promise<void> {
    this.#child.stdin.end()
    await this.#ended
  }

  #settle(answer: Answer): void {
    const waiting = this.#waiting.shift()
    if (answer.kind === 'result') waiting?.resolve(answer.result)
    else waiting?.reject(new Error(`the kernel lab failed: ${answer.words}`))
  }
}

/** Node runs TypeScript by itself from 22.18 on; compiled files run in every Node. */
function whyChildCannotRun(): string | undefined {
  const isTypeScript = childFile.endsWith('.ts')
  if (!isTypeScript || process.features.typescript) return undefined
  return `needs a Node that runs TypeScript files (22.18 or later), this is ${process.version}`
}

function endWords(complaints: string, code: number | null, signal: string | null): string {
  const how = signal === null ? `with exit code ${code}` : `by ${signal}`
  const reason = /^.*Error: (.*)$/m.exec(complaints)?.[1]
  return `the kernel lab's process ended ${how}${reason === undefined ? '' : `: ${reason}`}`
}
