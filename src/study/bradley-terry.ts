/**
 * Bradley–Terry strengths (1952): of two conditions the one of strength a is preferred to the one of strength b with probability
 * 1 / (1 + exp(b − a)). Fitted by Hunter's MM iteration (2004).
 */

/** Half a choice for each side of every pair that was asked, so that what always won has a strength. */
const PRIOR = 0.5
const MOST_ITERATIONS = 10_000
const PRECISION = 1e-10

/**
 * Strengths as natural logarithms, those of the first condition 0.
 *
 * @param wins wins[a][b]: how often a was preferred to b; need not be whole
 * @param prior choices added for each side of a pair that was asked
 * @returns NaN for what no chain of choices joins to the first
 */
export function bradleyTerry(wins: readonly (readonly number[])[], prior = PRIOR): number[] {
  const count = wins.length
  const asked = (a: number, b: number) => wins[a]![b]! + wins[b]![a]! > 0
  const won = (a: number, b: number) => wins[a]![b]! + (asked(a, b) ? prior : 0)
  let strengths = new Array<number>(count).fill(1)
  for (let iteration = 0; iteration < MOST_ITERATIONS; iteration++) {
    const next = strengths.map((own, a) => {
      let [total, weight] = [0, 0]
      for (let b = 0; b < count; b++) {
        if (b === a || !asked(a, b)) continue
        total += won(a, b)
        weight += (won(a, b) + won(b, a)) / (own + strengths[b]!)
      }
      return weight === 0 ? own : total / weight
    })
    const scale = next[0]!
    const scaled = next.map((value) => value / scale)
    const change = Math.max(...scaled.map((value, a) => Math.abs(Math.log(value / strengths[a]!))))
    strengths = scaled
    if (change < PRECISION) break
  }
  const joined = joinedTo(0, count, asked)
  return strengths.map((value, a) => (joined.has(a) ? Math.log(value) : Number.NaN))
}

function joinedTo(start: number, count: number, asked: (a: number, b: number) => boolean): Set<number> {
  const found = new Set([start])
  for (const a of found) for (let b = 0; b < count; b++) if (b !== a && asked(a, b)) found.add(b)
  return found
}
