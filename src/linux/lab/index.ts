export { isKernelAvailable, Kernel, runInKernel } from './kernel.ts'
export type { Availability } from './protocol.ts'
