export { Tun } from './tun.ts'
