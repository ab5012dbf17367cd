/** A canonical text of a JSON value: two values are equal exactly when their texts are. */

/** JSON with sorted keys and without absent members. */
export function canonical(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(canonical).join(',')}]`
  if (typeof value !== 'object' || value === null) return JSON.stringify(value) ?? 'null'
  const members = Object.entries(value).filter(([, member]) => member !== undefined)
  members.sort(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0))
  return `{${members.map(([key, member]) => `${JSON.stringify(key)}:${canonical(member)}`).join(',')}}`
}

/** The list in the order of its elements' canonical texts. */
export function sortCanonically<T>(list: readonly T[]): T[] {
  const texts = list.map((element) => [canonical(element), element] as const)
  texts.sort(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0))
  return texts.map(([, element]) => element)
}
