/**
 * The system calls that the live wing needs, through koffi: the C library's wrappers, sections 2 of the manual pages.
 *
 * koffi is an optional dependency and is loaded here, on first use, and nowhere else.
 */
import { createRequire } from 'node:module'
import { endianness } from 'node:os'
import { LiveError } from './live-error.ts'
import { SystemCallError } from './system-call-error.ts'

/** Every call returns what the kernel returns: 0 or more, or minus the errno. Nothing here throws. */
export interface Libc {
  unshare(flags: number): number
  /** Enters the namespace that the descriptor names; `kind` is a CLONE_NEW constant, or 0 for any. */
  setns(descriptor: number, kind: number): number
  open(path: string, flags: number): number
  close(descriptor: number): number
  ioctl(descriptor: number, request: number, argument: Uint8Array): number
  /** An ioctl whose argument is a number and not a pointer, such as TUNSETPERSIST. */
  ioctlNumber(descriptor: number, request: number, argument: number): number
  read(descriptor: number, into: Uint8Array): number
  write(descriptor: number, from: Uint8Array): number
  socket(domain: number, type: number, protocol: number): number
  bind(descriptor: number, address: Uint8Array): number
  send(descriptor: number, from: Uint8Array, flags: number): number
  sendTo(descriptor: number, from: Uint8Array, flags: number, address: Uint8Array): number
  receive(descriptor: number, into: Uint8Array, flags: number): number
  setSocketOption(descriptor: number, level: number, option: number, value: Uint8Array): number
  /** The number of a network interface in the caller's namespace; 0 when there is none of that name. */
  interfaceIndex(name: string): number
}

/** The C library, or one line that says why it cannot be called. */
export type LibcOrReason = { readonly ok: true; readonly libc: Libc } | { readonly ok: false; readonly reason: string }

let loaded: LibcOrReason | undefined

/** Loads koffi and binds the calls, once per process. */
export function loadLibc(): LibcOrReason {
  loaded ??= bindLibc()
  return loaded
}

/** The C library for callers that cannot go on without it; throws one clear line when it is missing. */
export function requireLibc(): Libc {
  const found = loadLibc()
  if (!found.ok) throw new LiveError(found.reason)
  return found.libc
}

/** The result itself when it is 0 or more; a SystemCallError that names the operation when it is minus an errno. */
export function succeed(operation: string, result: number): number {
  if (result < 0) throw new SystemCallError(operation, -result)
  return result
}

function bindLibc(): LibcOrReason {
  if (process.platform !== 'linux') return { ok: false, reason: `needs Linux, this is ${process.platform}` }
  // All structures of this wing are written in little-endian order, as on x64 and arm64.
  if (endianness() !== 'LE') return { ok: false, reason: 'needs a little-endian machine' }
  try {
    return { ok: true, libc: bindCalls(loadKoffi()) }
  } catch (cause) {
    const words = cause instanceof Error ? cause.message.split('\n')[0] : String(cause)
    return { ok: false, reason: `needs the optional package koffi, which does not load: ${words}` }
  }
}

function loadKoffi(): typeof import('koffi') {
  // Synchronous, so that asking whether a kernel is there needs no await; the name is resolved only now.
  return createRequire(import.meta.url)('koffi')
}

function bindCalls(koffi: typeof import('koffi')): Libc {
  const library = koffi.load(null)
  const unshare = library.func('int unshare(int)')
  const setns = library.func('int setns(int, int)')
  const open = library.func('int open(const char *, int)')
  const close = library.func('int close(int)')
  const ioctl = library.func('int ioctl(int, unsigned long, void *)')
  const ioctlNumber = library.func('ioctl', 'int', ['int', 'unsigned long', 'unsigned long'])
  const read = library.func('intptr_t read(int, void *, size_t)')
  const write = library.func('intptr_t write(int, const void *, size_t)')
  const socket = library.func('int socket(int, int, int)')
  const bind = library.func('int bind(int, const void *, uint)')
  const send = library.func('intptr_t send(int, const void *, size_t, int)')
  const sendTo = library.func('intptr_t sendto(int, const void *, size_t, int, const void *, uint)')
  const receive = library.func('intptr_t recv(int, void *, size_t, int)')
  const setSocketOption = library.func('int setsockopt(int, int, int, const void *, uint)')
  const interfaceIndex = library.func('uint if_nametoindex(const char *)')
  const outcome = (result: number): number => (result < 0 ? -koffi.errno() : result)
  return {
    unshare: (flags) => outcome(unshare(flags)),
    setns: (descriptor, kind) => outcome(setns(descriptor, kind)),
    open: (path, flags) => outcome(open(path, flags)),
    close: (descriptor) => outcome(close(descriptor)),
    ioctl: (descriptor, request, argument) => outcome(ioctl(descriptor, request, argument)),
    ioctlNumber: (descriptor, request, argument) => outcome(ioctlNumber(descriptor, request, argument)),
    read: (descriptor, into) => outcome(read(descriptor, into, into.length)),
    write: (descriptor, from) => outcome(write(descriptor, from, from.length)),
    socket: (domain, type, protocol) => outcome(socket(domain, type, protocol)),
    bind: (descriptor, address) => outcome(bind(descriptor, address, address.length)),
    send: (descriptor, from, flags) => outcome(send(descriptor, from, from.length, flags)),
    sendTo: (descriptor, from, flags, address) =>
      outcome(sendTo(descriptor, from, from.length, flags, address, address.length)),
    receive: (descriptor, into, flags) => outcome(receive(descriptor, into, into.length, flags)),
    setSocketOption: (descriptor, level, option, value) =>
      outcome(setSocketOption(descriptor, level, option, value, value.length)),
    interfaceIndex: (name) => interfaceIndex(name),
  }
}
