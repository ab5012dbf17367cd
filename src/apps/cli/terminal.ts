/** The terminal: colours when somebody looks, a line of progress, output that waits for a slow reader. */

import { styleText } from 'node:util'
import { plain, type Style } from '../../analysis/report/index.ts'
import { grouped } from '../../languages/diagnostics/index.ts'

/** Only on a terminal, and not where NO_COLOR is set (no-color.org). */
export const isColoured = (stream: NodeJS.WriteStream): boolean =>
  stream.isTTY && !process.env['NO_COLOR'] && process.env['TERM'] !== 'dumb'

export const styleFor = (stream: NodeJS.WriteStream): Style => styleOf(isColoured(stream))

export function styleOf(hasColours: boolean): Style {
  if (!hasColours) return plain
  const paint =
    (format: Parameters<typeof styleText>[0]) =>
    (text: string): string =>
      styleText(format, text, { validateStream: false })
  return {
    heading: paint('bold'),
    good: paint('green'),
    bad: paint('red'),
    warning: paint('yellow'),
    faint: paint('dim'),
  }
}

const enough = 1 << 16

/** Standard output, gathered: `write` never waits, `flush` does. */
export class Output {
  #parts: string[] = []
  #length = 0
  /** Nobody reads any more (`| head`). */
  isClosed = false

  constructor() {
    process.stdout.on('error', (error: NodeJS.ErrnoException) => {
      this.isClosed ||= error.code === 'EPIPE'
    })
  }

  write(text: string): void {
    this.#parts.push(text)
    this.#length += text.length
  }

  get isFull(): boolean {
    return this.#length >= enough
  }

  async flush(): Promise<void> {
    const text = this.#parts.join('')
    this.#parts = []
    this.#length = 0
    if (text === '' || this.isClosed) return
    await new Promise<void>((resolve) => process.stdout.write(text, () => resolve()))
  }
}

const firstAfter = 1000
const every = 200

/** A line on standard error while a long capture runs; nothing where that is no terminal. */
export class Progress {
  readonly #started = performance.now()
  #shown = 0

  /** `share`: 0 to 1, or null when the length is unknown. */
  show(packets: number, share: number | null): void {
    if (!process.stderr.isTTY) return
    const now = performance.now()
    if (now - this.#started < firstAfter || now - this.#shown < every) return
    this.#shown = now
    const part = share === null ? '' : `${(share * 100).toFixed(0)} %, `
    process.stderr.write(
      `\r\x1b[K${part}${grouped(packets)} packets, ${grouped(Math.round(packets / (now - this.#started)) * 1000)}/s`,
    )
  }

  end(): void {
    if (this.#shown > 0) process.stderr.write('\r\x1b[K')
  }
}
