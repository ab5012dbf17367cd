/** How much of the captures is on its way through the workers at once. Measured with bench/workers.ts. */

/** Larger chunks than where one thread reads: less often a frame straddles two. All chunks together find room in a processor's cache. */
export const ringShape = { slots: 16, framesInSlot: 8192, chunks: 4, chunkLength: 1 << 19 } as const
