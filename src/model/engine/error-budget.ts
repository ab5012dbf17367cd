/** Linux ip_error sends each source at most five unreachables at once and one a second after that; other errors are not so limited. */

const cost = 1000
const burst = 5000
const mostSources = 4096

export class ErrorBudget {
  private readonly sources = new Map<number, { tokens: number; last: number }>()

  /** Whether the source (an IPv4 address as a number) may be answered at `now` milliseconds. */
  spend(source: number, now: number): boolean {
    let budget = this.sources.get(source)
    if (!budget) {
      if (this.sources.size >= mostSources) this.sources.clear()
      budget = { tokens: burst, last: now }
      this.sources.set(source, budget)
    }
    budget.tokens = Math.min(burst, budget.tokens + now - budget.last)
    budget.last = now
    if (budget.tokens < cost) return false
    budget.tokens -= cost
    return true
  }
}
