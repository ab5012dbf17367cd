/** Broken promises inside the program: never the user's fault, caught only at the edge. */

export class InvariantError extends Error {
  override readonly name = 'InvariantError'
}

/** Ends a `switch` over a union: a case that was forgotten is a type error here. */
export function assertNever(value: never): never {
  throw new InvariantError(`a case was forgotten: ${JSON.stringify(value)}`)
}
