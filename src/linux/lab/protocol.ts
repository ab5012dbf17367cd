/** What kernel.ts and its child process tell each other, a line of JSON each. */
import type { Result } from '../../analysis/lab/index.ts'

/** The answer to one scenario; a crash is our own fault and carries the stack. */
export type Answer =
  | { readonly kind: 'result'; readonly result: Result }
  | { readonly kind: 'crash'; readonly words: string }

/** Whether scenarios can run in the kernel here, and in which one. */
export type Availability =
  | { readonly ok: true; readonly kernel: string; readonly nft: string }
  | { readonly ok: false; readonly reason: string }
