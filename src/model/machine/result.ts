/** What one step of a rule answers: a number, so that the packet path allocates nothing. */

/**
 * `next`: go on with the next step (of a rule), the next rule (of a chain). `break`: the rule does not match (kernel NFT_BREAK).
 * A jump or goto carries the number of its chain above {@link chainShift}.
 */
export const Result = { next: 0, break: 1, accept: 2, drop: 3, return: 4, jump: 5, goto: 6 } as const

export const resultMask = 7
export const chainShift = 3

/** Whether a result is the end of a packet's way through the base chain. */
export const isFinal = (result: number): boolean => result === Result.accept || result === Result.drop
