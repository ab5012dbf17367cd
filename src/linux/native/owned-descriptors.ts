/** File descriptors that belong together and are closed together, whatever happened in between. */

import type { Libc } from './libc.ts'

/** The same calls, and a way to close every descriptor that was opened through them and is still open. */
export interface OwnedDescriptors {
  readonly libc: Libc
  closeAll(): void
}

/** Begins a new owner; its calls may be used alongside the given ones. */
export function ownDescriptors(libc: Libc): OwnedDescriptors {
  const open = new Set<number>()
  const own = (descriptor: number): number => {
    if (descriptor >= 0) open.add(descriptor)
    return descriptor
  }
  const close = (descriptor: number): number => {
    open.delete(descriptor)
    return libc.close(descriptor)
  }
  return {
    libc: {
      ...libc,
      open: (path, flags) => own(libc.open(path, flags)),
      socket: (domain, type, protocol) => own(libc.socket(domain, type, protocol)),
      close,
    },
    closeAll: () => {
      for (const descriptor of [...open]) close(descriptor)
    },
  }
}
