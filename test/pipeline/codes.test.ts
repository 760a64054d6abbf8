import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, it } from 'vitest'
import { writeNpy } from '../../src/checkpoint/npy.ts'
import { writeSafetensors } from '../../src/checkpoint/safetensors-write.ts'
import { readLatent, readNoise, writeCodes } from '../../src/methods/rephotograph/codes.ts'

const place = mkdtempSync(join(tmpdir(), 'rephoto-codes-'))
afterAll(() => rmSync(place, { recursive: true }))

const shape = { size: 16, styleDim: 3, latents: 6, noiseSides: [4, 8, 8, 16, 16] }
const numbers = (count: number, start = 0) => Float32Array.from({ length: count }, (_, i) => start + i / 7)
const codes = {
  latent: numbers(18),
  noise: shape.noiseSides.map((side, i) => numbers(side * side, i)),
  camera: { 'response.gamma': [0.8], 'pigment.matrix': [1, 2, 3] },
}

describe('codes', () => {
  it('written as safetensors come back as they were', () => {
    const path = join(place, 'codes.safetensors')
    writeCodes(path, codes, shape)
    expect(readLatent(path, shape)).toEqual(codes.latent)
    expect(readNoise(path, shape)).toEqual(codes.noise)
  })

  it('are read from .npy: a whole latent, or one w for all layers', () => {
    const path = join(place, 'latent.npy')
    writeNpy(path, { shape: [1, 6, 3], data: codes.latent })
    expect(readLatent(path, shape)).toEqual(codes.latent)
    writeNpy(path, { shape: [3], data: numbers(3, 5) })
    const repeated = Array.from({ length: 6 }, () => [...numbers(3, 5)]).flat()
    expect(readLatent(path, shape)).toEqual(Float32Array.from(repeated))
  })

  it("of the reference's files hold one noise map, the smallest: the others are missing, not wrong", () => {
    const path = join(place, 'reference.safetensors')
    writeSafetensors(path, {
      latent: { dtype: 'F32', shape: [6, 3], data: codes.latent },
      noise: { dtype: 'F32', shape: [1, 4, 4], data: codes.noise[0]! },
    })
    expect(readLatent(path, shape)).toEqual(codes.latent)
    expect(readNoise(path, shape)).toEqual([codes.noise[0], undefined, undefined, undefined, undefined])
  })

  it('that do not fit are refused with both sizes', () => {
    const path = join(place, 'wrong.safetensors')
    writeSafetensors(path, { latent: { dtype: 'F32', shape: [5, 3], data: numbers(15) } })
    expect(() => readLatent(path, shape)).toThrow(/expected a latent \[6, 3\], found \[5, 3\]/u)
    expect(() => readNoise(path, shape)).toThrow(/expected noise maps "noise\/0" …, found only latent/u)
    writeSafetensors(path, { 'noise/1': { dtype: 'F32', shape: [4, 4], data: numbers(16) } })
    expect(() => readNoise(path, shape)).toThrow(/expected noise map 1 of 8×8, found "noise\/1" \[4, 4\]/u)
    expect(() => readLatent(path, shape)).toThrow(/expected a tensor "latent", found only noise\/1/u)
  })
})
