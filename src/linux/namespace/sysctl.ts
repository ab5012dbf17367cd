/** Sysctls of the calling thread's network namespace, through /proc/sys/net. */
import { writeFileSync } from 'node:fs'
import { LiveError } from '../native/index.ts'

/** Sets one. Throws LiveError; also for a name that is not under `net.`, as those belong to the whole machine. */
export function setSysctl(name: string, value: number | string): void {
  // A name with dots in it (an interface) would need slashes; a path that climbs out must not be possible.
  if (!/^net\.[\w.-]+$/.test(name) || name.includes('..')) {
    throw new LiveError(`sysctl ${name}: expected a name under net., such as net.ipv4.ip_forward`)
  }
  try {
    writeFileSync(`/proc/sys/${name.replaceAll('.', '/')}`, String(value))
  } catch (cause) {
    throw new LiveError(`sysctl ${name}=${value}: ${cause instanceof Error ? cause.message : cause}`, { cause })
  }
}
