/** "did you mean": only when one known word is clearly nearer than all others. */

/** The known word that `text` surely stands for, or null. Sure: one edit away (two for words of 6 letters and more), and no other is as near. */
export function suggestWord(text: string, known: Iterable<string>): string | null {
  const limit = text.length >= 6 ? 2 : 1
  if (text.length < 3 || text.length > 32) return null
  let best: string | null = null
  let bestDistance = limit + 1
  let isShared = false
  for (const word of known) {
    if (Math.abs(word.length - text.length) > limit) continue
    const distance = editDistance(text.toLowerCase(), word)
    if (distance < bestDistance) {
      best = word
      bestDistance = distance
      isShared = false
    } else if (distance === bestDistance && word !== best) isShared = true
  }
  return isShared ? null : best
}

/** Hint text for the word that was surely meant, or null. */
export const didYouMean = (text: string, known: Iterable<string>): string | null => {
  const word = suggestWord(text, known)
  return word === null ? null : `did you mean "${word}"?`
}

/** Edits (insert, delete, replace, swap of neighbours) between two words. */
function editDistance(a: string, b: string): number {
  let beforeLast: number[] = []
  let last: number[] = Array.from({ length: b.length + 1 }, (_, i) => i)
  for (let i = 1; i <= a.length; i++) {
    const row = [i]
    for (let j = 1; j <= b.length; j++) {
      const replaced = at(last, j - 1) + (a[i - 1] === b[j - 1] ? 0 : 1)
      let least = Math.min(replaced, at(last, j) + 1, at(row, j - 1) + 1)
      if (i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1])
        least = Math.min(least, at(beforeLast, j - 2) + 1)
      row.push(least)
    }
    beforeLast = last
    last = row
  }
  return at(last, b.length)
}

const at = (row: readonly number[], index: number): number => row[index] ?? 0
