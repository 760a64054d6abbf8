import { describe, expect, it } from 'vitest'
import { type ConformalTable, conformalInterval, conformalTable, conformalWidth } from '../../src/guess/conformal.ts'
import { crossFitted } from '../../src/guess/cross-fit.ts'
import { type FilmValues, filmed, kernelDeviation, radiusOfDeviation } from '../../src/guess/film.ts'
import { guessBlur, guessEmulsion } from '../../src/guess/guess.ts'
import { fitQuadratic, predictQuadratic } from '../../src/guess/quadratic.ts'
import { classProbabilities, fitSoftmax, logLoss, withTemperature } from '../../src/guess/softmax.ts'
import { ringPowers, SPECTRAL_FEATURES, spectralFeatures } from '../../src/guess/spectrum.ts'
import { normalQuantile, toneFeatures } from '../../src/guess/tones.ts'
import { type Bitmap, createBitmap } from '../../src/images/bitmap.ts'
import { readPicture } from '../../src/images/read.ts'
import { resize } from '../../src/images/resample.ts'
import type { ResolvedConfig } from '../../src/methods/rephotograph/config.ts'
import { randomStream } from '../../src/numbers/random.ts'
import { aged } from '../../src/synth/age.ts'

const truth = await readPicture(new URL('../../examples/antique-g.truth.png', import.meta.url).pathname)
/** Half its size: as sharp as a photograph, which what a generator draws is not. */
const example = resize(truth, 128, 128, 'box')
const plain: FilmValues = {
  sensitivity: 'g',
  radius: 0,
  kernel: 'reference',
  gamma: 1,
  offset: 0,
  gain: 1,
  noise: 0,
  grainSize: 0,
  seed: 1,
}

/** A colour picture of white noise around middle gray. */
function noisePicture(side: number, deviation: number): Bitmap {
  const values = randomStream(7, 'noise').normal(side * side)
  const picture = createBitmap(side, side, 3)
  for (let i = 0; i < picture.data.length; i++) picture.data[i] = 128 + deviation * 255 * values[Math.floor(i / 3)]!
  return picture
}

describe('the spectrum of a picture', () => {
  it('falls by exp(−(2πsf)²) under a blur of known deviation', () => {
    const noise = noisePicture(128, 0.15)
    const sharp = ringPowers(filmed(noise, plain))
    // 3 deviations of taps: nearly an uncut Gaussian.
    const radius = 1.25
    const blurred = ringPowers(filmed(noise, { ...plain, radius, kernel: 'gaussian' }))
    const s = kernelDeviation(radius, 'gaussian')
    for (const ring of [1, 3, 5]) {
      const f = 0.03 + ((ring + 0.5) / 16) * 0.47
      expect(blurred[ring]! - sharp[ring]!).toBeCloseTo(-((2 * Math.PI * s * f) ** 2), 0)
    }
    expect(sharp).toHaveLength(17)
    // White noise of deviation d has power d² in every ring, in an orthonormal transform.
    for (const power of sharp) expect(power).toBeCloseTo(Math.log(0.15 ** 2), 0)
  })

  it('is told apart from exposure: a gain moves only the level', () => {
    const face = filmed(example, plain)
    const dim = { ...face, data: face.data.map((v) => Math.round(v / 2)) }
    const [a, b] = [spectralFeatures(face), spectralFeatures(dim)]
    expect(a).toHaveLength(SPECTRAL_FEATURES)
    for (let i = 0; i < 8; i++) expect(b[i]!).toBeCloseTo(a[i]!, 1)
    expect(b[16]! - a[16]!).toBeCloseTo(-2 * Math.log(2), 1)
  })
})

describe('tones', () => {
  it('are the same under any monotone curve, and others for another film', () => {
    const face = filmed(example, plain)
    const table = Uint8Array.from({ length: 256 }, (_, v) => Math.round(20 + 0.8 * 255 * (v / 255) ** 0.7))
    const developed = { ...face, data: face.data.map((v) => table[v]!) }
    const [a, b] = [toneFeatures(face), toneFeatures(developed)]
    const blue = toneFeatures(filmed(example, { ...plain, sensitivity: 'b' }))
    const distance = (x: Float64Array, y: Float64Array) =>
      Math.sqrt(x.slice(0, 616).reduce((sum, v, i) => sum + (v - y[i]!) ** 2, 0) / 616)
    expect(distance(a, b)).toBeLessThan(0.05)
    expect(distance(a, blue)).toBeGreaterThan(3 * distance(a, b))
  })

  it('normal quantiles', () => {
    expect(normalQuantile(0.975)).toBeCloseTo(1.95996, 3)
    expect(normalQuantile(0.5)).toBeCloseTo(0, 3)
    expect(normalQuantile(0.001)).toBeCloseTo(-3.09023, 3)
  })
})

describe('the film on plain arrays', () => {
  it('is the film of src/degrade', async () => {
    const values = { ...plain, sensitivity: 'gb' as const, radius: 1.1, gamma: 0.8, offset: 0.05, gain: 0.9 }
    const { radius, kernel, gamma, offset, gain, sensitivity } = values
    const degradation = {
      blur: { radius, kernel, unit: 'pixels' },
      spectral: { sensitivity },
      response: { gamma, offset, gain },
    } as unknown as ResolvedConfig['degradation']
    const graph = await aged(example, degradation, null, 0)
    const own = filmed(example, values)
    expect(own.data.reduce((worst, v, i) => Math.max(worst, Math.abs(v - graph.data[i]!)), 0)).toBeLessThanOrEqual(1)
  })

  it('knows what blur a radius is, and back', () => {
    expect(kernelDeviation(0, 'reference')).toBe(0)
    // Five taps of exp(−(d/(2·0.75))²): the weights by hand.
    const [one, two] = [Math.exp(-((1 / 1.5) ** 2)), Math.exp(-((2 / 1.5) ** 2))]
    expect(kernelDeviation(0.75, 'reference')).toBeCloseTo(Math.sqrt((2 * one + 8 * two) / (1 + 2 * one + 2 * two)), 9)
    for (const kernel of ['reference', 'gaussian'] as const)
      for (const radius of [0.4, 0.9, 1.6, 3.1])
        expect(radiusOfDeviation(kernelDeviation(radius, kernel), kernel)).toBeCloseTo(radius, 6)
  })
})

describe('conformal intervals', () => {
  it('takes the ⌈(n + 1)·coverage⌉-th residual, and infinity when there are too few', () => {
    expect(conformalWidth([-1, 2, -3, 4, 5, 6, 7, 8, 9], 0.9)).toBe(9)
    expect(conformalWidth([-1, 2, -3, 4], 0.5)).toBe(3)
    expect(conformalWidth([1, 2, 3], 0.9)).toBe(Number.POSITIVE_INFINITY)
  })

  it('with too few residuals promises nothing, also after it was written and read', () => {
    const table = conformalTable([1, 2, 3, 4, 5, 6], [1, 2, 3, 4, 5, 6], 0.9, 2)
    const read = JSON.parse(JSON.stringify(table)) as ConformalTable
    expect(read).toEqual(table)
    expect(conformalInterval(read, 2)).toEqual([Number.NEGATIVE_INFINITY, Number.POSITIVE_INFINITY])
  })

  it('covers as promised, in the mean over calibrations, also where the error depends on the estimate', () => {
    const random = randomStream(4, 'conformal')
    let covered = 0
    const [rounds, tests, n] = [60, 100, 240]
    for (let round = 0; round < rounds; round++) {
      const draw = () => {
        const estimate = random.uniform() * 2
        return { estimate, truth: estimate + (0.05 + 0.3 * estimate) * random.normal(1)[0]! }
      }
      const pairs = Array.from({ length: n }, draw)
      const table = conformalTable(
        pairs.map((p) => p.estimate),
        pairs.map((p) => p.truth),
        0.9,
        4,
      )
      expect(table.widths[3]!).toBeGreaterThan(table.widths[0]!)
      for (let i = 0; i < tests; i++) {
        const { estimate, truth } = draw()
        const [low, high] = conformalInterval(table, estimate)
        if (truth >= low && truth <= high) covered++
      }
    }
    // 0.9 and up to 1/(n per range + 1) above it; three standard errors of the count.
    expect(covered / (rounds * tests)).toBeGreaterThan(0.885)
    expect(covered / (rounds * tests)).toBeLessThan(0.93)
  })
})

describe('cross-fitting', () => {
  it('judges each item once, by a choice that was made on the other half', () => {
    const items = Array.from({ length: 9 }, (_, i) => i)
    const judged: number[] = []
    const score = crossFitted(
      items,
      (i) => i % 2,
      (chosenOn) => (i) => {
        judged.push(i)
        expect(chosenOn).toEqual(items.filter((other) => other % 2 !== i % 2))
        return i
      },
    )
    expect(judged.sort()).toEqual(items)
    expect(score).toBe(4)
  })

  it('is no better than chance where there is nothing to choose, as a judgement in sample is', () => {
    const random = randomStream(3, 'cross-fit')
    const draws = Array.from({ length: 40 }, () => random.normal(1)[0]!)
    const meanOf = (chosenOn: readonly number[]) => {
      const centre = chosenOn.reduce((a, b) => a + b, 0) / chosenOn.length
      return (x: number) => (x - centre) ** 2
    }
    const inSample = draws.map(meanOf(draws)).reduce((a, b) => a + b, 0) / draws.length
    expect(crossFitted(draws, (x) => draws.indexOf(x) % 2, meanOf)).toBeGreaterThan(inSample)
  })
})

describe('the two models', () => {
  const random = randomStream(9, 'models')
  const rows = Array.from({ length: 600 }, () => Array.from(random.normal(4)))

  it('a quadratic is found again', () => {
    const truth = (x: readonly number[]) => 1 + x[0]! - 0.5 * x[1]! + 0.25 * x[2]! * x[3]! + 0.1 * x[0]! ** 2
    const model = fitQuadratic(rows, rows.map(truth), 1e-9)
    for (const row of rows.slice(0, 20)) expect(predictQuadratic(model, row)).toBeCloseTo(truth(row), 4)
    // Far outside it does not run away.
    expect(Math.abs(predictQuadratic(model, [1e6, 0, 0, 0]))).toBeLessThan(20)
  })

  it('classes are told apart with honest probabilities', () => {
    const logits = (x: readonly number[]) => [1.5 * x[0]!, 1.5 * x[1]!, 0]
    const draw = (x: readonly number[]) => {
      const p = logits(x).map(Math.exp)
      const u = random.uniform() * p.reduce((a, b) => a + b, 0)
      return u < p[0]! ? 0 : u < p[0]! + p[1]! ? 1 : 2
    }
    const classes = rows.map(draw)
    const model = fitSoftmax(rows, classes, { ridge: 1e-4, steps: 300, count: 3 })
    const p = classProbabilities(model, rows[0]!)
    expect(p.reduce((a, b) => a + b, 0)).toBeCloseTo(1, 9)
    const truth = rows.reduce((sum, x, i) => {
      const e = logits(x).map(Math.exp)
      return sum - Math.log(e[classes[i]!]! / e.reduce((a, b) => a + b, 0))
    }, 0)
    expect(logLoss(model, rows, classes)).toBeCloseTo(truth / rows.length, 1)
    // A model that is twice too sure is softened.
    const sure = { ...model, weights: model.weights.map((row) => row.map((w) => 2 * w)) }
    expect(withTemperature(sure, rows, classes).temperature).toBeCloseTo(2, 0)
  })
})

describe('the shipped guess', () => {
  const blurs = [0.3, 0.8, 1.3, 1.8]

  it('sees more blur where there is more, whatever the tones', () => {
    const guesses = blurs.map((radius) =>
      guessBlur(filmed(example, { ...plain, radius, gamma: 0.8, gain: 0.85, noise: 0.01 })),
    )
    for (let i = 1; i < guesses.length; i++) expect(guesses[i]!.deviation).toBeGreaterThan(guesses[i - 1]!.deviation)
    for (const { interval, deviation, coverage, calibrated } of guesses) {
      expect(interval[0]).toBeLessThanOrEqual(deviation)
      expect(interval[1]).toBeGreaterThanOrEqual(deviation)
      expect([coverage, calibrated]).toEqual([0.9, true])
    }
  })

  it('judges the emulsion at the size that it was fitted at, whatever size the picture has', () => {
    const face = filmed(example, plain)
    const large = filmed(resize(example, 256, 256, 'lanczos'), { ...plain, noise: 0.02 })
    expect(guessEmulsion(large)).toEqual(guessEmulsion(resize(large, 128, 128, 'lanczos')))
    const small = resize(face, 64, 64, 'lanczos')
    expect(guessEmulsion(small)).toEqual(guessEmulsion(resize(small, 128, 128, 'lanczos')))
  })

  it('gives probabilities of the films, and says when a picture is of another size than it knows', () => {
    const { best, probabilities } = guessEmulsion(filmed(example, plain))
    expect(probabilities.b + probabilities.gb + probabilities.g).toBeCloseTo(1, 9)
    expect(probabilities[best]).toBe(Math.max(...Object.values(probabilities)))
    expect(guessBlur(createBitmap(600, 600, 1)).calibrated).toBe(false)
  })
})
