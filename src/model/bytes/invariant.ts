/** Broken promises inside the program: never the user's fault, caught only at the edge. */

export class InvariantError extends Error {
  override readonly name = 'InvariantError'
}
