// What the importer makes of generators that are almost right, and of the same names in other files.

import { join } from 'node:path'
import { expect, test } from 'vitest'
import { openCheckpoint } from '../../src/checkpoint/open.ts'
import { writeSafetensors } from '../../src/checkpoint/safetensors.ts'
import { openTorch } from '../../src/checkpoint/torch.ts'
import { ObjectValue, type Value } from '../../src/checkpoint/value.ts'
import { sensitivityFromName } from '../../src/encoders/color-encoder.ts'
import { findNvidiaGenerator, readNvidiaGenerator } from '../../src/generator/stylegan2/nvidia.ts'
import { findNetworks } from '../../src/models/recognise/find.ts'
import { fixtures, temporaryFolder } from '../support/checkpoints.ts'

/** The small NVIDIA generator, with one thing changed. */
function changed(change: (generator: ObjectValue) => void): () => unknown {
  const file = openTorch(join(fixtures, 'ffhq.pkl'))
  const generator = findNvidiaGenerator(file.root)
  if (generator === undefined) throw new Error('the fixture holds no generator')
  change(generator)
  return () => readNvidiaGenerator(generator).map(({ role }) => role)
}

/** A module or table below another, by path. */
function at(module: ObjectValue, ...path: string[]): Map<unknown, Value> {
  let value: Value | undefined = module
  for (const name of path) {
    const table: Value | undefined = value instanceof ObjectValue ? value.state : value
    value = table instanceof Map ? table.get(name) : undefined
  }
  if (value instanceof ObjectValue) return value.state
  if (value instanceof Map) return value
  throw new Error(`nothing at ${path.join('.')}`)
}

test('NVIDIA’s generator as it is, and without its mean', () => {
  expect(changed(() => {})()).toEqual(['stylegan2', 'w_stats'])
  expect(changed((g) => at(g, '_modules', 'mapping', '_buffers').delete('w_avg'))()).toEqual(['stylegan2'])
})

test.each<[string, (generator: ObjectValue) => void, string]>([
  ['a conditional one', (g) => g.state.set('c_dim', 10), 'class-conditional'],
  [
    'StyleGAN3',
    (g) => {
      const parameters = at(g, '_modules', 'synthesis', '_parameters')
      parameters.set('input.freqs', at(g, '_modules', 'mapping', '_buffers').get('w_avg') ?? null)
    },
    'a StyleGAN3 generator',
  ],
  [
    'the resnet architecture',
    (g) => {
      const block = at(g, '_modules', 'synthesis', '_modules', 'b8', '_modules')
      block.set('skip', block.get('conv1') ?? null)
    },
    'which the "skip" architecture of config F has not',
  ],
  [
    'another filter',
    (g) => {
      const block = at(g, '_modules', 'synthesis', '_modules', 'b8')
      const buffers = block.get('_buffers') as Map<string, Value>
      buffers.set(
        'resample_filter',
        at(g, '_modules', 'synthesis', '_modules', 'b8', '_modules', 'conv0', '_buffers').get('noise_const') ?? null,
      )
    },
    'is not [1, 3, 3, 1]',
  ],
  [
    'a missing layer',
    (g) => at(g, '_modules', 'synthesis', '_modules', 'b8', '_modules').delete('conv1'),
    'lacks "convs.1.conv.weight"',
  ],
  ['no synthesis', (g) => at(g, '_modules').delete('synthesis'), 'no StyleGAN2 generator'],
])('%s is refused by name', (_, change, message) => {
  expect(changed(change)).toThrow(message)
})

test('the same state dict as safetensors, plain, below a name, and from DataParallel', () => {
  const folder = temporaryFolder('recognise')
  const source = openTorch(join(fixtures, 'stylegan2-ffhq-config-f.pt'))
  const keys = source.keys().filter((key) => key.startsWith('g_ema.'))
  for (const prefix of [
    ...['', 'g_ema.', 'module.', 'g_ema.module.', 'decoder.', '_orig_mod.', 'generator.', 'params_ema.', 'state_dict.'],
    ...['module._orig_mod.', 'state_dict.generator.module.', 'model.netG.', 'state_dict.decoder._orig_mod.'],
  ]) {
    const tensors = Object.fromEntries(
      keys.map((key) => [
        key.replace('g_ema.', prefix),
        { dtype: 'F32' as const, shape: source.shape(key), data: source.read(key) },
      ]),
    )
    const path = join(folder, `generator${prefix}safetensors`)
    writeSafetensors(path, tensors)
    const file = openCheckpoint(path)
    expect(findNetworks(file).map(({ title }) => title)).toEqual(['StyleGAN2, 16 px, w of 4, mapping of 8 layers'])
    file.close()
  }
})

test('of several generators in a file, the averaged one, and none of another kind', () => {
  const source = openTorch(join(fixtures, 'stylegan2-ffhq-config-f.pt'))
  const keys = source.keys().filter((key) => key.startsWith('g_ema.'))
  const copies = ['g.', 'netG_ema.', 'z.'].flatMap((prefix) =>
    keys.map((key) => [
      key.replace('g_ema.', prefix),
      { dtype: 'F32' as const, shape: source.shape(key), data: source.read(key) },
    ]),
  )
  const path = join(temporaryFolder('several'), 'several.safetensors')
  writeSafetensors(path, Object.fromEntries(copies))
  const file = openCheckpoint(path)
  expect(findNetworks(file).map(({ role, at }) => [role, at])).toEqual([['stylegan2', 'netG_ema']])
  file.close()
})

test('the emulsion of a colour encoder, from its name', () => {
  const names = [
    'checkpoint_b.pt',
    'checkpoint_gb.pt',
    'G.pth',
    'color-encoder.gb.safetensors',
    'encoder.pt',
    'checkpoint_rgb.pt',
  ]
  expect(names.map(sensitivityFromName)).toEqual(['b', 'gb', 'g', 'gb', undefined, undefined])
})
