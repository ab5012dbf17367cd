/** Watches what text functions are made of. Not part of the model. */

/** What `act` made functions of, the body of each. */
export function textsMadeBy(act: () => void): readonly string[] {
  const original = globalThis.Function
  const texts: string[] = []
  class Watched extends original {
    constructor(...parts: string[]) {
      super(...parts)
      texts.push(parts.at(-1) ?? '')
    }
  }
  globalThis.Function = Watched as unknown as FunctionConstructor
  try {
    act()
  } finally {
    globalThis.Function = original
  }
  return texts
}
