// What every number of metrics.json is: its words, its unit, which way is better, and which networks it looks through.
// The last is what makes comparisons honest: a loss that pulls at a network improves what that network measures, whether
// or not the picture got better, so reports mark a metric whose networks one of the compared losses uses.

import type { MetricDescription } from '../../metrics/description.ts'

type Entry = Omit<MetricDescription, 'key'>

const PERCEPTUAL = ['ssdMobilenetv1']
const DESCRIPTOR = ['faceRecognitionNet']
const ARCFACE = ['arcface']
const AGE = ['ageGenderNet']
const LPIPS = ['vgg16']
const PARSER = ['bisenet']
const PRIOR = ['w_stats']

/** Measured against the truth, once for the result and once ("sibling.…") for the sibling, the encoders' own answer. */
const againstTruth: Readonly<Record<string, Entry>> = {
  'truth.perceptual': { label: 'perceptual distance to the truth', better: 'lower', networks: PERCEPTUAL },
  'truth.lpips': { label: 'LPIPS (VGG16) to the truth', better: 'lower', networks: LPIPS },
  'truth.psnr': { label: 'PSNR to the truth', unit: 'dB', better: 'higher', networks: [] },
  'truth.ssim': { label: 'SSIM to the truth', better: 'higher', networks: [] },
  'truth.identity': { label: 'descriptor cosine with the truth', better: 'higher', networks: DESCRIPTOR },
  'truth.arcface': { label: 'ArcFace cosine with the truth', better: 'higher', networks: ARCFACE },
  'truth.skin': { label: 'skin colour off the truth', unit: 'ΔE', better: 'lower', networks: PARSER },
  'truth.age': { label: 'age off the truth', unit: 'years', better: 'lower', networks: AGE },
}

const entries: Readonly<Record<string, Entry>> = {
  'identity.input': { label: 'descriptor cosine with the input', better: 'higher', networks: DESCRIPTOR },
  'identity.mean': {
    label: 'floor of likeness: descriptor cosine of the input with the mean face',
    better: null,
    networks: DESCRIPTOR,
  },
  'identity.texture': {
    label: 'floor of likeness: descriptor cosine of the input with a texture',
    better: null,
    networks: DESCRIPTOR,
  },
  'sibling.identity.input': {
    label: 'sibling: descriptor cosine with the input',
    better: 'higher',
    networks: DESCRIPTOR,
  },
  'arcface.input': { label: 'ArcFace cosine with the input', better: 'higher', networks: ARCFACE },
  'sibling.arcface.input': { label: 'sibling: ArcFace cosine with the input', better: 'higher', networks: ARCFACE },
  'perceptual.target': { label: 'perceptual distance to the target', better: 'lower', networks: PERCEPTUAL },
  'ssim.target': { label: 'SSIM to the target', better: 'higher', networks: [] },
  'age.input': { label: 'age of the input', unit: 'years', better: null, networks: AGE },
  'age.sibling': { label: 'age of the sibling', unit: 'years', better: null, networks: AGE },
  'age.result': { label: 'age of the result', unit: 'years', better: null, networks: AGE },
  'skin.sibling': { label: 'skin colour off the sibling', unit: 'ΔE', better: 'lower', networks: PARSER },
  'prior.latent': { label: 'distance of the latents to the prior', better: 'lower', networks: PRIOR },
  'sibling.prior.latent': { label: 'sibling: distance of the latents to the prior', better: 'lower', networks: PRIOR },
  'tune.moved': { label: 'change of the tuned weights, as a share of them', better: 'lower', networks: [] },
  'tune.drift': {
    label: 'change of other faces by the tuning, perceptual distance',
    better: 'lower',
    networks: PERCEPTUAL,
  },
  ...againstTruth,
  ...Object.fromEntries(
    Object.entries(againstTruth).map(([key, entry]) => [
      `sibling.${key}`,
      { ...entry, label: `sibling: ${entry.label}` },
    ]),
  ),
}

/** Every metric but those that depend on the config (`loss.<term>`, `camera.<stage>.<parameter>`), in a table's order. */
export const metricCatalogue: readonly MetricDescription[] = Object.entries(entries).map(([key, entry]) => ({
  key,
  ...entry,
}))

/** What a key of metrics.json means; undefined for one that this version does not know. */
export function describeMetric(key: string): MetricDescription | undefined {
  const entry = entries[key]
  if (entry) return { key, ...entry }
  const [, family, name] = /^(loss|camera)\.(.+)$/u.exec(key) ?? []
  // A raw loss is the objective itself: no evidence for anything but convergence, so it has no better side.
  if (family === 'loss') return { key, label: `loss ${name}`, better: null, networks: [] }
  if (family === 'camera') return { key, label: `error of ${name}`, better: 'lower', networks: [] }
  return undefined
}
