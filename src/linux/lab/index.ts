export { isKernelAvailable, Kernel, runInKernel } from './kernel.ts'
export type { Availability } from './protocol.ts'
export type { Recorded, Recording } from './recording.ts'
export { readFolder, readRecording, recordingEnding, recordingsIn, writeRecording } from './recording.ts'
