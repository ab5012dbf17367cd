/** A worker thread. */

import { type MessagePort, parentPort } from 'node:worker_threads'
import type { FrameRing } from '../../../analysis/replay/index.ts'
import { parseAgain, requireRuleset } from '../ruleset-input.ts'
import type { FromWorker, NumbersOfRun, ToWorker, WorkerTask } from './messages.ts'
import { type Post, work } from './shard-work.ts'

class ThreadPost implements Post {
  /** The first that comes. */
  readonly task: Promise<WorkerTask>
  readonly numbered: NumbersOfRun[] = []
  readonly #port: MessagePort
  #wake: () => void = () => {}

  constructor(port: MessagePort) {
    this.#port = port
    this.task = new Promise((resolve) => {
      port.on('message', (message: ToWorker) => {
        if (message.kind === 'task') return resolve(message)
        this.numbered.push(message)
        this.#wake()
      })
    })
  }

  send(message: FromWorker): void {
    const flows = message.kind === 'run' ? message.result?.flows : undefined
    // Whole buffers are handed over, not copied.
    const buffers = flows ? [flows.words, flows.begins, flows.hot].map(({ buffer }) => buffer) : []
    this.#port.postMessage(
      message,
      buffers.filter((buffer) => buffer instanceof ArrayBuffer),
    )
  }

  async arrival(): Promise<void> {
    await new Promise<void>((resolve) => {
      this.#wake = resolve
    })
  }

  wait(ring: FrameRing, changes: number): void {
    ring.wait(changes)
  }

  // It ends with its thread.
  pause(): boolean {
    return true
  }
}

if (parentPort) {
  const post = new ThreadPost(parentPort)
  const task = await post.task
  await work(task, requireRuleset(parseAgain(task.rulesetText)), post)
  parentPort.close()
}
