// What a number of metrics.json is: its words, its unit, which way is better, and which networks it looks through. The last
// is what makes comparisons honest: a loss that pulls at a network improves what that network measures, whether or not the
// picture got better, so reports mark a metric whose networks one of the compared losses uses.

export interface MetricDescription {
  /** Its key in metrics.json, in dot notation. */
  readonly key: string
  /** A few words for a table's head. */
  readonly label: string
  readonly unit?: string
  /** null: neither; a fact about the run, to be read beside others. */
  readonly better: 'lower' | 'higher' | null
  /** Roles of the pack, or names of face-api's networks, whose outputs it is made of. */
  readonly networks: readonly string[]
}
