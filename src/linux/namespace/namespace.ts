/** Fresh network namespaces for the calling thread, and the proof that one has left the machine's own; unshare(2). */
import { readlinkSync } from 'node:fs'
import type { Libc } from '../native/index.ts'
import { CLONE_NEWNET, LiveError, succeed } from '../native/index.ts'

/** The network namespace of the calling thread, as the kernel names it: `net:[4026531833]`. */
export function currentNamespace(): string {
  return readlinkSync('/proc/thread-self/ns/net')
}

/**
 * Moves the calling thread into a new, empty network namespace; its old one goes when nobody is in it any more.
 *
 * Programs that this thread starts are born there, threads that exist already stay where they were: the caller should
 * be a process of its own. Throws when the kernel refuses, or when the namespace is still the one from before.
 */
export function enterFreshNamespace(libc: Libc): void {
  const before = currentNamespace()
  succeed('unshare CLONE_NEWNET', libc.unshare(CLONE_NEWNET))
  if (currentNamespace() === before) throw new LiveError(`unshare did not leave the network namespace ${before}`)
}
