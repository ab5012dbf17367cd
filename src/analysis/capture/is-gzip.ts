/** Recognises gzip (RFC 1952 section 2.3.1), which the edge undoes before bytes reach the reader. */

/** Looks at the first two bytes only; they are no prefix of any capture format. False for shorter input. */
export function isGzip(firstBytes: Uint8Array): boolean {
  return firstBytes[0] === 0x1f && firstBytes[1] === 0x8b
}
