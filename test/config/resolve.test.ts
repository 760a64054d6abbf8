import { describe, expect, it } from 'vitest'
import { referenceConfig } from '../../src/methods/rephotograph/reference.ts'
import { asConfigFile, resolveConfig } from '../../src/methods/rephotograph/resolve.ts'
import { runSchema } from '../../src/methods/rephotograph/schema.ts'

describe('the reference config', () => {
  it.each([64, 128, 256, 512, 1024])('is complete and valid at %i px', (size) => {
    expect(() => runSchema.parse(referenceConfig(size))).not.toThrow()
    expect(() => resolveConfig({}, {}, size)).not.toThrow()
  })

  it("has the reference's numbers at 1024 px", () => {
    const config = resolveConfig({}, {}, 1024)
    expect(config.encode).toEqual({ mix: [10, 18], e4eSize: 256, colorSize: 256 })
    expect(config.optimize.steps).toEqual([250, 750])
    expect(config.optimize.coarseMin).toBe(32)
    expect([config.optimize.lr, config.optimize.noiseLr, config.optimize.cameraLr]).toEqual([0.1, 0.1, 0.01])
    expect(config.losses.face).toMatchObject({ weight: 1, size: 256, vgg: 1, vggFace: 0.3, vggFaceRange: 'unit' })
    expect(config.losses.eye.weight).toBe(0.1)
    expect(config.losses.contextual).toMatchObject({ weight: 0.1, window: 256, points: 4096, sibling: 'fresh' })
    expect(config.losses.colorTransfer).toEqual({ weight: 1e10, levels: 5, sibling: 'first' })
    expect(config.losses.noise.weight).toBe(5e4)
    expect(config.align.transformSize).toBe(4096)
  })

  it('keeps the window below the generator at every size', () => {
    expect(resolveConfig({}, {}, 128).losses.contextual.window).toBe(64)
    expect(resolveConfig({}, {}, 512).losses.contextual.window).toBe(256)
  })
})

describe('resolveConfig', () => {
  it('lets the config win over the pack, and the pack over the reference; null says nothing', () => {
    const pack = { losses: { noise: { weight: 7 }, eye: { weight: 3 } }, optimize: { lr: 0.02 } }
    const config = resolveConfig({ losses: { eye: { weight: 2 } }, optimize: { lr: null } }, pack, 128)
    expect(config.losses.noise.weight).toBe(7)
    expect(config.losses.eye.weight).toBe(2)
    expect(config.optimize.lr).toBe(0.02)
  })

  it('derives the colour levels from the stages, unless somebody names them', () => {
    expect(resolveConfig({ optimize: { steps: [1, 1, 1] } }, {}, 1024).losses.colorTransfer.levels).toBe(6)
    expect(resolveConfig({ losses: { colorTransfer: { levels: 2 } } }, {}, 1024).losses.colorTransfer.levels).toBe(2)
  })

  it("gives the spectral stage the run's sensitivity, unless somebody names another", () => {
    expect(resolveConfig({ sensitivity: 'gb' }, {}, 64).degradation.spectral?.sensitivity).toBe('gb')
    const other = { sensitivity: 'gb', degradation: { spectral: { sensitivity: 'g' } } } as const
    expect(resolveConfig(other, {}, 64).degradation.spectral?.sensitivity).toBe('g')
  })

  it('removes a stage that is null, and the saved config says so', () => {
    const config = resolveConfig({ degradation: { blur: null } }, {}, 64)
    expect(Object.keys(config.degradation)).toEqual(['downsample', 'spectral', 'response'])
    const file = JSON.parse(JSON.stringify(asConfigFile(config, 64)))
    expect(file.degradation.blur).toBeNull()
    expect(resolveConfig(file, {}, 64)).toEqual(config)
  })

  it('completes a stage that the pack had removed', () => {
    const config = resolveConfig({ degradation: { blur: { radius: 2 } } }, { degradation: { blur: null } }, 64)
    expect(config.degradation.blur).toMatchObject({ radius: 2, kernel: 'reference', unit: 'pixels', learn: false })
  })

  it('wants something to descend on', () => {
    const terms = Object.keys(referenceConfig(64).losses)
    const losses = Object.fromEntries(terms.map((name) => [name, { weight: 0 }]))
    expect(() => resolveConfig({ losses }, {}, 64)).toThrow('losses: expected a term with a weight above 0, found none')
  })

  it.each([
    [{ optimize: { steps: [1, 1, 1, 1] } }, 'optimize.steps: expected at most 3 stages'],
    [{ encode: { mix: [4, 18] } }, 'encode.mix: expected start ≤ end ≤ 10'],
    [{ losses: { contextual: { window: 64 } } }, 'losses.contextual.window: expected less than the 64 px'],
    [{ losses: { colorTransfer: { levels: 6 } } }, 'losses.colorTransfer.levels: expected at most 5'],
    [{ losses: { face: { size: 65 } } }, 'losses.face.size: expected at most the 64 px'],
    [{ losses: { eye: { side: 100 } } }, 'losses.eye.side: expected windows of at least 8 px in a face of 64 px'],
    [{ losses: { eye: { centers: [[1020, 500]] } } }, 'losses.eye.centers: expected windows of at least 8 px'],
    [{ losses: { face: { vgg: 0, vggFace: 0 } } }, 'losses.face.vgg: expected a share above 0 here or in vggFace'],
    [{ optimize: { coarseMin: 20 } }, 'optimize.coarseMin: expected a power of two, found 20'],
  ] as const)('checks %j against the size of the generator', (config, message) => {
    expect(() => resolveConfig(config as never, {}, 64)).toThrow(message)
  })
})
