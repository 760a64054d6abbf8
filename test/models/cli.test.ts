// The command line of models, started as a user starts it: what it prints, and one line for what goes wrong.

import { spawnSync } from 'node:child_process'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { expect, test } from 'vitest'
import { fixtures, ownCache } from '../support/checkpoints.ts'

ownCache()
const main = fileURLToPath(new URL('../../src/cli/main.ts', import.meta.url))

function rephoto(...args: string[]): { code: number | null; out: string; err: string } {
  const { status, stdout, stderr } = spawnSync(process.execPath, ['--import', 'tsx', main, 'models', ...args], {
    encoding: 'utf8',
  })
  return { code: status, out: stdout, err: stderr }
}

test('import', () => {
  const files = ['stylegan2-ffhq-config-f.pt', 'checkpoint_b.pt'].map((name) => join(fixtures, name))
  const { code, out, err } = rephoto('import', ...files, '--pack', 'shown')
  expect(err).not.toMatch(/mistake/)
  expect(code).toBe(0)
  expect(out).toMatch(/stylegan2-ffhq-config-f.pt: torch-zip, [\d.]+ kB, SHA-256 \w{16}… recorded/)
  expect(out).toMatch(/ {2}stylegan2: StyleGAN2, 16 px, w of 4, mapping of 8 layers, 54 tensors, [\d.]+ kB written/)
  expect(out).toContain(
    'Still missing for a full pack: e4e, color_encoder_gb, color_encoder_g, vgg16, vgg19, vggface, bisenet.',
  )
})

test('a role that is none', () => {
  const { code, err } = rephoto('import', join(fixtures, 'checkpoint_b.pt'), '--as', 'red')
  expect(code).not.toBe(0)
  expect(err).toMatch(/--as: expected one of b, gb, g, .*bisenet, color_encoder_b, .*found "red"/)
})

test('what goes wrong is one line and an exit code', () => {
  const { code, err } = rephoto('import', join(fixtures, 'make.py'))
  expect(code).toBe(1)
  expect(err.trim().split('\n').at(-1)).toMatch(/^rephoto: .*make.py: not a weight file: it is a text; safetensors, /)
})
