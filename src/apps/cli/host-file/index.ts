export { type HostDescription, readHostFile } from './read-host-file.ts'
export { type HostFile, hostFile } from './schema.ts'
