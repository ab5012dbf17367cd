/** A flow: what one conversation does, a step at a time, so that conversations can be mixed. */

import type { World } from './world.ts'

/** Yields after each packet, where another flow may have its turn. */
export type Flow = (world: World) => Generator<void, void>
