/** How much of the captures is on its way through the workers at once. Measured with bench/workers.ts. */

import { chunkLength } from '../file-chunks.ts'

export const ringShape = { slots: 64, framesInSlot: 1024, chunks: 16, chunkLength } as const
