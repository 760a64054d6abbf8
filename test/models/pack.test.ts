import { mkdirSync, mkdtempSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { writeSafetensors } from '../../src/checkpoint/safetensors.ts'
import { writeInstalled } from '../../src/models/installed.ts'
import { loadPack, packNames, readPackFile } from '../../src/models/load.ts'
import { bundledFolder, cachedPackFolder } from '../../src/models/places.ts'

const before = process.env.REPHOTO_CACHE
beforeEach(() => {
  process.env.REPHOTO_CACHE = mkdtempSync(join(tmpdir(), 'rephoto-cache-'))
})
afterEach(() => {
  if (before === undefined) delete process.env.REPHOTO_CACHE
  else process.env.REPHOTO_CACHE = before
})

const small = {
  format: 1,
  name: 'small',
  title: 'A pack for tests',
  size: 64,
  styleDim: 8,
  nLatent: 10,
  networks: {
    vgg16: { file: 'vgg16.safetensors', licence: 'none', source: 'test' },
    vgg19: { file: 'vgg19.safetensors', licence: 'none', source: 'test' },
    w_stats: { file: 'w_stats.safetensors', licence: 'none', source: 'test', optional: true },
  },
  downloads: [{ name: 'vgg19.pth', provides: ['vgg19'], urls: [], licence: 'none' }],
  settings: {},
}

function writePack(folder: string, pack: object = small): void {
  mkdirSync(folder, { recursive: true })
  writeFileSync(join(folder, 'pack.json'), JSON.stringify(pack))
}

const weights = (value: number) => ({ w: { dtype: 'F32' as const, shape: [1], data: [value] } })

describe('loadPack', () => {
  test('by path: stores, what is missing, and how to get it', () => {
    const folder = join(mkdtempSync(join(tmpdir(), 'rephoto-pack-')), 'small')
    writePack(folder)
    writeSafetensors(join(folder, 'vgg16.safetensors'), weights(3))
    for (const path of [folder, join(folder, 'pack.json')]) {
      const loaded = loadPack(path)
      expect(loaded.pack.size).toBe(64)
      expect([...loaded.store('vgg16').read('w')]).toEqual([3])
      expect(loaded.missing).toEqual(['vgg19'])
      expect(() => loaded.store('vgg19')).toThrow(
        'pack small has no vgg19 (VGG19, contextual loss); import it: rephoto models import <file> --pack small (from vgg19.pth)',
      )
      loaded.close()
    }
  })

  test('by name from the cache: imported files win over shipped ones', () => {
    const folder = cachedPackFolder('small')
    writePack(folder)
    writeSafetensors(join(folder, 'vgg16.safetensors'), weights(1))
    writeSafetensors(join(folder, 'other.safetensors'), weights(2))
    const entry = { file: 'other.safetensors', sha256: '', bytes: 1, shapesDigest: '', recognised: '', imported: '' }
    writeInstalled(folder, {
      vgg16: { ...entry, trust: 'recorded', source: { name: 'x', sha256: '', bytes: 1 } },
    })
    const loaded = loadPack('small')
    expect([...loaded.store('vgg16').read('w')]).toEqual([2])
    loaded.close()
    expect(packNames()).toContain('small')
  })

  test('what a pack does not say of a network is as with the official one', () => {
    const folder = join(mkdtempSync(join(tmpdir(), 'rephoto-pack-')), 'small')
    writePack(folder, {
      ...small,
      networks: { e4e: { ...small.networks.vgg16, layout: { inputSize: 64, coarse: 6 } } },
    })
    const loaded = loadPack(folder)
    expect(loaded.layout('e4e')).toEqual({ inputSize: 64, stageStarts: [0, 3, 7, 21], coarse: 6, middle: 7 })
    expect(loaded.layout('bisenet')).toEqual({ inputSize: 512 })
  })

  test('an unknown name lists the known ones', () => {
    expect(() => loadPack('ffhqq')).toThrow(/no pack named "ffhqq"; known: ffhq/)
    expect(() => loadPack('./nowhere')).toThrow(/no pack file there/)
  })

  test('a pack file that contradicts itself is refused', () => {
    const folder = join(process.env.REPHOTO_CACHE ?? '', 'bad')
    const check = (change: object) => {
      writePack(folder, { ...small, ...change })
      return () => readPackFile(join(folder, 'pack.json'))
    }
    expect(check({ nLatent: 18 })).toThrow('nLatent 18 does not go with size 64')
    const withoutSize = { size: undefined, networks: { stylegan2: small.networks.vgg16 } }
    expect(check(withoutSize)).toThrow('size is missing; a pack with a generator says size, styleDim and nLatent')
    const e4e = (layout: object) => ({ networks: { e4e: { ...small.networks.vgg16, layout } } })
    expect(check(e4e({ stageStart: [0, 1, 2, 3] }))).toThrow(/networks.e4e.layout: Unrecognized key: "stageStart"/)
    expect(check(e4e({ inputSize: 0.5 }))).toThrow('networks.e4e.layout.inputSize: Invalid input')
    expect(check({ extra: 1 })).toThrow(/Unrecognized key/)
    expect(check({ networks: { vgg16: { ...small.networks.vgg16, file: '../x' } } })).toThrow('networks.vgg16.file')
    expect(check({ networks: { vgg17: small.networks.vgg16 } })).toThrow('networks')
  })
})

test('the ffhq pack is valid, and states no hash without a source', () => {
  const pack = readPackFile(join(bundledFolder(), 'ffhq', 'pack.json'))
  expect(pack.size).toBe(1024)
  for (const network of Object.values(pack.networks)) expect(network.sha256).toBeUndefined()
  for (const { sha256, sha256Prefix, hashSource } of pack.downloads ?? [])
    if (sha256 !== undefined || sha256Prefix !== undefined) expect(hashSource).toBeTruthy()
})
