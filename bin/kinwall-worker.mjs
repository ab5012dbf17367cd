// The first module of a worker thread of `kinwall replay --workers`.

import { useCaches } from './use-caches.mjs'

await useCaches()
await import('../src/apps/cli/workers/shard-worker.ts')
