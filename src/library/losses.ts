/** `rephoto/losses`: distances and priors as functions of tensors. They know no weights and no pictures: features go in. */
export { contentDistance } from '../losses/content.ts'
export { contextualDistance } from '../losses/contextual.ts'
export { contextualLikeness } from '../losses/contextual-likeness.ts'
export { descriptorDistance } from '../losses/descriptor.ts'
export { gramDistance, gramMatrix, smoothL1 } from '../losses/gram.ts'
export { type GramNormalization, gramNormalizations, gramPerPosition, gramStyleLoss } from '../losses/gram-style.ts'
export { lpipsDistance, lpipsFeatures, lpipsLayers } from '../losses/lpips.ts'
export { channelMoments, momentsFromSums, momentsLoss } from '../losses/moments.ts'
export { noiseCorrelation } from '../losses/noise-correlation.ts'
export { normalizeNoise } from '../losses/normalize-noise.ts'
export { withNormalizedGradient } from '../losses/normalized-gradient.ts'
export {
  type PerceptualConfig,
  type PerceptualFeatures,
  perceptualDistance,
  perceptualFeatures,
} from '../losses/perceptual.ts'
export { priorDistance } from '../losses/prior.ts'
export { type Statistics, styleDistance, styleStatistics } from '../losses/style.ts'
export { totalVariation, type VariationForm, variation, variationForms } from '../losses/total-variation.ts'
export {
  covarianceRoot,
  newtonSchulzRoot,
  normalFromSums,
  normalStatistics,
  wassersteinLoss,
} from '../losses/wasserstein.ts'
