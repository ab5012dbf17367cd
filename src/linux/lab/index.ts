export type { Beginning } from './beginning.ts'
export { isKernelAvailable, Kernel, runInKernel } from './kernel.ts'
export { loadAccepted, ProgramError } from './programs.ts'
export type { Availability } from './protocol.ts'
export type { Recorded, Recording } from './recording.ts'
export {
  readRecorded,
  readRecording,
  recordingEnding,
  recordingsIn,
  recordingText,
  writeRecording,
} from './recording.ts'
export { runScenario, Session } from './session.ts'
