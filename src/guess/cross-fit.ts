/**
 * Cross-fitting: what was chosen on some pictures looks better on them than it is, so each half is judged by the choice that
 * was made on the other. For what a calibration says of itself; the choice that is kept is made on both.
 */

/**
 * Mean score of items, each scored by a choice made without its half.
 *
 * @param halfOf 0 or 1; pictures of one face belong into one half
 * @param choose makes a choice on items, and scores others by it
 */
export function crossFitted<T>(
  items: readonly T[],
  halfOf: (item: T) => number,
  choose: (chosenOn: readonly T[]) => (judged: T) => number,
): number {
  const halves = [0, 1].map((half) => items.filter((item) => halfOf(item) === half))
  const scores = halves.flatMap((judged, half) => judged.map(choose(halves[1 - half]!)))
  return scores.reduce((sum, score) => sum + score, 0) / scores.length
}
