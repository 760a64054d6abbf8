// What of a picture's features is its style: each kind is a function of the features, a distance, and what of the target
// need be computed only once.

import type { Tensor } from '../../graph/tensor.ts'
import { type GramNormalization, gramPerPosition, gramStyleLoss } from '../../losses/gram-style.ts'
import { channelMoments, momentsFromSums, momentsLoss } from '../../losses/moments.ts'
import { covarianceRoot, normalFromSums, normalStatistics, wassersteinLoss } from '../../losses/wasserstein.ts'

/** Kinds of style statistics, by their names in a config. */
export const statisticsNames = ['gram', 'moments', 'wasserstein'] as const
export type StatisticsName = (typeof statisticsNames)[number]

export interface FeatureSums {
  /** Σ w·f·fᵀ, [N, N]. */
  readonly second: Tensor
  /** Σ w·f, [N, 1]; absent where the statistics do not ask for it. */
  readonly first?: Tensor
  /** Where all places weigh alike: how many there are. */
  readonly positions?: number
}

export interface StyleStatistics {
  /** @param features [1, N, H, W]; @param weights [1, H·W], adding up to 1 */
  of(features: Tensor, weights?: Tensor): Tensor
  /** Whether sums of features are asked for beside those of their products. */
  readonly wantsFirst: boolean
  /** The same from sums over places, as they are added up over the parts of a large picture. */
  fromSums(sums: FeatureSums): Tensor
  /** What the distance wants of a target besides its statistics. */
  prepared?(target: Tensor): Tensor
  /** A single number. */
  loss(found: Tensor, target: Tensor, prepared: Tensor | undefined): Tensor
}

/** The statistics that a config asks for. */
export function statisticsOf(name: StatisticsName, normalization: GramNormalization): StyleStatistics {
  switch (name) {
    case 'gram':
      return {
        of: gramPerPosition,
        wantsFirst: false,
        fromSums: ({ second }) => second,
        loss: (found, target) => gramStyleLoss(found, target, normalization),
      }
    case 'moments':
      return {
        of: channelMoments,
        wantsFirst: true,
        fromSums: ({ first, second, positions }) => momentsFromSums(first!, second, positions),
        loss: momentsLoss,
      }
    case 'wasserstein':
      return {
        of: normalStatistics,
        wantsFirst: true,
        fromSums: ({ first, second }) => normalFromSums(first!, second),
        prepared: covarianceRoot,
        loss: (found, target, root) => wassersteinLoss(found, target, root!),
      }
  }
}
