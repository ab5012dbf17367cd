/** Model time for people and JSON: milliseconds with a fraction become seconds, to the nanosecond, which is all that captures know. */

export const secondsOf = (milliseconds: number): number => Math.round(milliseconds * 1e6) / 1e9
