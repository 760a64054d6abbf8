// Every official layout, small: recognised by content, mapped, and bit for bit what PyTorch had. The same again with
// files made on the spot, where a Python with PyTorch is at hand.

import { copyFileSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { openSafetensors, writeSafetensors } from '../../src/checkpoint/safetensors.ts'
import { openTorch } from '../../src/checkpoint/torch.ts'
import { runOnce } from '../../src/engine/executable.ts'
import { noiseSides, synthesize } from '../../src/generator/stylegan2.ts'
import { constant } from '../../src/graph/tensor.ts'
import { Weights } from '../../src/graph/weights.ts'
import { importModels } from '../../src/models/import.ts'
import { loadPack } from '../../src/models/load.ts'
import { expectClose } from '../support/check.ts'
import {
  digestOf,
  fixtures,
  makeCheckpoints,
  noTorch,
  ownCache,
  small,
  temporaryFolder,
  torchPython,
} from '../support/checkpoints.ts'
import { formulaValues } from '../support/formula.ts'

const cache = ownCache()
const scratch = temporaryFolder('import')

/** Networks by file, as make.py describes them. */
const described = Object.entries(small).filter(([name]) => name !== 'image') as [string, Record<string, string>][]

function checkFolder(folder: string, pack: string): void {
  // The generator comes first: it gives the new pack its size.
  const files = described.filter(([name]) => !name.startsWith('views'))
  files.sort(([a], [b]) => Number(b.startsWith('stylegan2')) - Number(a.startsWith('stylegan2')))
  for (const [name, roles] of files) {
    // Each file alone into a pack of its own: nothing left over from another can hide a gap.
    const own = `${pack}-${name.toLowerCase().replace(/[^a-z0-9]+/g, '-')}`
    const needsGenerator = !('stylegan2' in roles)
    const paths = [...(needsGenerator ? [join(folder, 'stylegan2-ffhq-config-f.pt')] : []), join(folder, name)]
    const result = importModels(paths, { pack: own })
    const networks = result.files.at(-1)?.networks ?? []
    expect(networks.map(({ role }) => role).sort(), name).toEqual(Object.keys(roles).sort())
    const loaded = loadPack(own)
    for (const { role, action } of networks) {
      expect(action).toBe('written')
      expect(digestOf(loaded.store(role)), `${name}: ${role}`).toBe(roles[role])
    }
    loaded.close()
  }
}

test('the small committed files', () => checkFolder(fixtures, 'committed'))

test.runIf(torchPython() !== undefined)('the same files, made here by PyTorch', async () => {
  await makeCheckpoints(join(scratch, 'made'))
  expect(JSON.parse(readFileSync(join(scratch, 'made', 'small.json'), 'utf8'))).toEqual(small)
  checkFolder(join(scratch, 'made'), 'made')
})
if (torchPython() === undefined) test.skip(`the same files, made here by PyTorch: ${noTorch}`)

test.each(['views.pt', 'views-legacy.pt'])(
  '%s: shared, transposed, strided and expanded tensors of every dtype',
  (name) => {
    const file = openTorch(join(fixtures, name))
    file.verify()
    expect(digestOf(file)).toBe((small[name] as Record<string, string>).views)
    file.close()
  },
)

test('NVIDIA’s generator gives the image that NVIDIA’s arithmetic gives', async () => {
  const { values, shape } = small.image
  const rows = 6
  for (const file of ['ffhq.pkl', 'stylegan2-ffhq-config-f.pt']) {
    importModels([join(fixtures, file)], { pack: 'orientation' })
    const pack = loadPack('orientation')
    const weights = new Weights(pack.store('stylegan2'), 'stylegan2')
    const latent = constant(formulaValues('latent', rows * 4), [1, rows, 4])
    const noise = noiseSides(16).map((r, i) => constant(formulaValues(`noise/${i}`, r * r), [1, 1, r, r]))
    const { image } = synthesize(weights, latent, noise)
    expect(image.shape).toEqual(shape)
    const got = (await runOnce({ image })).image!
    expectClose(got, values, 1e-5, file)
    pack.close()
  }
})

describe('what the importer says and refuses', () => {
  const at = (name: string) => join(fixtures, name)

  test('sizes, what is missing, and where it was written', () => {
    const result = importModels([at('stylegan2-ffhq-config-f.pt'), at('e4e_ffhq_encode.pt')], { pack: 'told' })
    expect(result.folder).toBe(join(cache, 'packs', 'told'))
    expect(result.files.map(({ container, trust }) => [container, trust])).toEqual([
      ['torch-zip', 'recorded'],
      ['torch-legacy', 'recorded'],
    ])
    expect(result.files.flatMap(({ networks }) => networks.map(({ title, action }) => `${title}: ${action}`))).toEqual([
      'StyleGAN2, 16 px, w of 4, mapping of 8 layers: written',
      'mean of w, 4 numbers: written',
      'e4e encoder, IR-SE50, 6 styles of 4: written',
      'StyleGAN2, 16 px, w of 4, mapping of 8 layers: kept',
      'mean of w, 4 numbers: kept',
    ])
    expect(result.missing).toEqual([
      'color_encoder_b',
      'color_encoder_gb',
      'color_encoder_g',
      'vgg16',
      'vgg19',
      'vggface',
      'bisenet',
    ])
    const { metadata } = openSafetensors(join(result.folder, 'stylegan2.safetensors'))
    expect(metadata.licence).toMatch(/not known/)
    expect(metadata['source.sha256']).toBe(result.files[0]?.sha256)
    expect(readdirSync(result.folder).filter((name) => name.includes('tmp'))).toEqual([])
  })

  test('the same import twice gives the same bytes', () => {
    const bytes = () => {
      const { folder } = importModels([at('stylegan2-ffhq-config-f.pt')], { pack: 'twice' })
      return readFileSync(join(folder, 'stylegan2.safetensors'))
    }
    expect(bytes().equals(bytes())).toBe(true)
  })

  test('a colour encoder whose name does not say for which emulsion', () => {
    const anonymous = join(scratch, 'encoder.pt')
    copyFileSync(at('checkpoint_b.pt'), anonymous)
    const generator = at('stylegan2-ffhq-config-f.pt')
    expect(() => importModels([generator, anonymous], { pack: 'emulsion' })).toThrow('add --as b, gb or g')
    const roles = (options: object) =>
      importModels([generator, anonymous], { pack: 'emulsion', ...options }).files[1]?.networks[0]?.role
    expect(roles({ as: 'gb' })).toBe('color_encoder_gb')
    expect(roles({ ask: () => 'g' })).toBe('color_encoder_g')
  })

  test('networks that do not fit the pack', () => {
    expect(() => importModels([at('stylegan2-ffhq-config-f.pt')])).toThrow(
      'StyleGAN2, 16 px, w of 4, mapping of 8 layers does not fit pack ffhq: 16 px where the pack has 1024; give it a pack of its own',
    )
    expect(() => importModels([at('vgg16.safetensors')], { pack: 'compact' })).toThrow('ships with the program')
  })

  test('a pack without a generator, which gets one later', () => {
    const only = importModels([at('vgg19-dcbb9e9d.pth')], { pack: 'style' })
    expect(only.missing).toEqual([])
    let pack = loadPack('style')
    expect(pack.roles).toEqual(['vgg19'])
    expect(pack.pack).toMatchObject({ title: 'VGG19, 16 convolutions' })
    expect(pack.pack.size).toBeUndefined()
    expect(pack.pack.networks.vgg19?.licence).toMatch(/BSD/)
    expect(() => pack.generatorSize).toThrow('pack style has no stylegan2 (StyleGAN2 generator); import it')
    pack.close()
    importModels([at('checkpoint_b.pt')], { pack: 'style' })
    expect(loadPack('style').pack).toMatchObject({ styleDim: 4 })
    importModels([at('stylegan2-ffhq-config-f.pt')], { pack: 'style' })
    pack = loadPack('style')
    expect(pack.pack).toMatchObject({ size: 16, styleDim: 4, nLatent: 6 })
    expect(pack.generatorSize).toBe(16)
    expect(pack.roles).toEqual(['vgg19', 'color_encoder_b', 'stylegan2', 'w_stats'])
    expect(pack.pack.networks.stylegan2?.licence).toMatch(/not known/)
    expect(() => importModels([at('vgg19-dcbb9e9d.pth')], { pack: 'Style' })).toThrow('"Style" is no pack name')
  })

  test('files of no network, incomplete ones and damaged ones', () => {
    expect(() => importModels([at('views.pt')])).toThrow(
      /views.pt: not recognised; it has 18 tensors \(base, transposed/,
    )
    const one = (name: string) => ({ dtype: 'F32' as const, shape: [1], data: [0], name })
    const half = join(scratch, 'half.safetensors')
    writeSafetensors(half, {
      'features.0.weight': one(''),
      'features.5.weight': one(''),
      'features.10.weight': one(''),
    })
    expect(() => importModels([half])).toThrow(/looks like VGG16 but lacks "features.0.bias", "features.2.weight"/)
    const flipped = readFileSync(at('vgg19-dcbb9e9d.pth'))
    const where = flipped.indexOf('/data/0') + 100
    flipped[where] = (flipped[where] ?? 0) ^ 1
    writeFileSync(join(scratch, 'flipped.pth'), flipped)
    expect(() => importModels([join(scratch, 'flipped.pth')])).toThrow(/checksum of ".*" does not match/)
    writeFileSync(join(scratch, 'page.pt'), '<!DOCTYPE html><html>quota exceeded</html>')
    expect(() => importModels([join(scratch, 'page.pt')])).toThrow('it is a web page, so the download failed')
  })

  test('not-a-number in the weights', () => {
    const source = openTorch(at('vgg16-397923af.pth'))
    const tensors = Object.fromEntries(
      source.keys().map((key) => [
        key,
        {
          dtype: 'F32' as const,
          shape: source.shape(key),
          data: source.read(key).map((v) => (key.endsWith('10.bias') ? NaN : v)),
        },
      ]),
    )
    writeSafetensors(join(scratch, 'nan.safetensors'), tensors)
    expect(() => importModels([join(scratch, 'nan.safetensors')])).toThrow(/"features.10.bias" holds NaN at 0/)
  })
})
