/** The terms that an objective has: those whose weight is above zero once the pack has filled in what a config leaves out. */
import { type ConfigFragment, resolveConfig } from '../config/index.ts'
import { loadPack } from '../models/load.ts'
import { settingsOf } from '../pipeline/networks.ts'

/** Dotted keys of the weights above zero, `losses.face.weight` …, in the order of the objective. */
export function objectiveWeights(config: ConfigFragment): string[] {
  const pack = loadPack(config.pack ?? 'compact')
  try {
    const settings = settingsOf(pack, config.sensitivity ?? 'b')
    const { losses } = resolveConfig(config, settings, pack.generatorSize)
    return Object.entries(losses as Readonly<Record<string, { readonly weight: number }>>).flatMap(
      ([term, { weight }]) => (weight > 0 ? [`losses.${term}.weight`] : []),
    )
  } finally {
    pack.close()
  }
}
