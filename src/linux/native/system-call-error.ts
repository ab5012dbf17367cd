/** A system call or netlink request that the kernel refused: the operation, and the errno under its C name. */
import { getSystemErrorMap, getSystemErrorName } from 'node:util'
import { LiveError } from './live-error.ts'

/** `message` reads "operation: words of the C library (ENAME)". */
export class SystemCallError extends LiveError {
  readonly operation: string
  /** The positive errno. */
  readonly errno: number
  /** Its C name, such as `EPERM`. */
  readonly code: string

  constructor(operation: string, errno: number) {
    const code = errnoName(errno)
    super(`${operation}: ${getSystemErrorMap().get(-errno)?.[1] ?? 'error'} (${code})`)
    this.name = 'SystemCallError'
    this.operation = operation
    this.errno = errno
    this.code = code
  }
}

/** The C name of a positive errno; `errno N` for one that this Node does not know. */
export function errnoName(errno: number): string {
  const name = getSystemErrorName(-errno)
  return name.startsWith('E') ? name : `errno ${errno}`
}
