export { currentNamespace, enterFreshNamespace } from './namespace.ts'
export { Network, sleep } from './network.ts'
export { setSysctl } from './sysctl.ts'
