// fetch, list, verify, remove and path on a small pack, from a local server.

import { copyFileSync, existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { fetchPack } from '../../src/models/fetch.ts'
import { importModels } from '../../src/models/import.ts'
import { listPacks } from '../../src/models/list.ts'
import { packPath } from '../../src/models/path.ts'
import { removeModels } from '../../src/models/remove.ts'
import { verifyPack } from '../../src/models/verify.ts'
import { fixtures, ownCache } from '../support/checkpoints.ts'
import { type MirrorServer, mirrorServer } from '../support/mirror-server.ts'

const cache = ownCache()
const folder = join(cache, 'packs', 'small')
const vgg16 = readFileSync(join(fixtures, 'vgg16-397923af.pth'))
let server: MirrorServer

beforeAll(async () => {
  server = await mirrorServer(vgg16)
  const network = (role: string) => ({
    file: `${role}.safetensors`,
    licence: 'none',
    source: 'test',
    testedOnOriginal: false,
  })
  const download = (name: string, provides: string[], paths: string[]) => ({
    name,
    provides,
    urls: paths.map(server.url),
    licence: 'none',
  })
  mkdirSync(folder, { recursive: true })
  const pack = {
    format: 1,
    name: 'small',
    title: 'A pack for tests',
    size: 16,
    styleDim: 4,
    nLatent: 6,
    networks: { vgg16: network('vgg16'), vgg19: network('vgg19') },
    downloads: [
      download('vgg16.pth', ['vgg16'], ['missing', 'breaks/9000']),
      download('vgg19.pth', ['vgg19'], ['page']),
    ],
    settings: {},
  }
  writeFileSync(join(folder, 'pack.json'), JSON.stringify(pack))
})
afterAll(() => server.close())

test('fetch brings what it can, says what it cannot, and asks for nothing twice', async () => {
  const result = await fetchPack('small')
  expect(result.files.map(({ name, imported }) => [name, imported?.networks.map(({ role }) => role)])).toEqual([
    ['vgg16.pth', ['vgg16']],
    ['vgg19.pth', undefined],
  ])
  expect(result.files[0]?.problems[0]).toMatch(/answers 404/)
  expect(result.files[1]?.problems[0]).toMatch(/vgg19.pth: no mirror gave it \(.*answers with a web page/)
  expect(result.missing).toEqual(['vgg19'])
  expect(existsSync(join(cache, 'downloads', 'small', 'vgg16.pth'))).toBe(false)
  server.requests.length = 0
  await fetchPack('small')
  expect(server.requests).toEqual(['GET /page'])
})

test('list', () => {
  const [pack] = listPacks(['small'])
  const [first, second] = pack?.networks ?? []
  expect(first).toMatchObject({ role: 'vgg16', present: true, imported: { from: 'vgg16.pth', trust: 'recorded' } })
  expect(first?.remarks).toEqual([
    'never tested on the original file',
    'hash recorded at first import, published nowhere known',
  ])
  expect(second).toMatchObject({ role: 'vgg19', present: false, optional: false })
  expect(pack?.missing).toEqual(['vgg19'])
  expect(listPacks().map(({ name }) => name)).toContain('ffhq')
})

test('verify: hashes, and every network runs; a changed byte is found', async () => {
  importModels([join(fixtures, 'vgg19-dcbb9e9d.pth')], { pack: 'small' })
  const good = await verifyPack('small')
  expect(good.networks.map(({ role, ok, hash }) => [role, ok, hash])).toEqual([
    ['vgg16', true, 'recorded'],
    ['vgg19', true, 'recorded'],
  ])
  expect(good.networks[0]?.output?.shape).toEqual([1, 2, 16, 16])
  expect(good.ok).toBe(true)
  const path = packPath('small', 'vgg19')
  const bytes = readFileSync(path)
  bytes[bytes.length - 1] = (bytes.at(-1) ?? 0) ^ 1
  writeFileSync(path, bytes)
  const bad = await verifyPack('small', { run: false })
  expect(bad.networks[1]?.problems[0]).toMatch(/SHA-256 .* is recorded; import it again/)
  copyFileSync(packPath('small', 'vgg16'), path)
  expect((await verifyPack('small', { run: false })).networks[1]?.problems.join()).toMatch(/other names or shapes/)
})

test('verify runs every kind of network', async () => {
  const names = [
    'stylegan2-ffhq-config-f.pt',
    'e4e_ffhq_encode.pt',
    'checkpoint_b.pt',
    'vgg16.safetensors',
    'vgg_face_dag.pt',
    '79999_iter.pth',
  ]
  importModels(
    names.map((name) => join(fixtures, name)),
    { pack: 'kinds' },
  )
  const { networks } = await verifyPack('kinds')
  expect(networks.map(({ role, problems }) => [role, ...problems])).toEqual(
    ['stylegan2', 'e4e', 'color_encoder_b', 'vgg16', 'vggface', 'bisenet', 'w_stats'].map((role) => [role]),
  )
  expect(networks[0]?.output?.shape).toEqual([1, 3, 16, 16])
})

test('remove: one network, then the pack; nothing else', () => {
  expect(removeModels('small', 'vgg16')).toMatchObject({ removed: ['vgg16'], left: [] })
  expect(listPacks(['small'])[0]?.missing).toEqual(['vgg16'])
  writeFileSync(join(folder, 'notes.txt'), 'mine')
  expect(removeModels('small')).toMatchObject({ removed: ['vgg19'], left: ['notes.txt'] })
  expect(existsSync(join(folder, 'notes.txt'))).toBe(true)
  expect(() => removeModels('../../etc')).toThrow('nothing was imported')
  expect(() => removeModels('compact')).toThrow('nothing was imported')
})

test('path', () => {
  expect(packPath('kinds')).toBe(join(cache, 'packs', 'kinds'))
  expect(packPath('kinds', 'e4e')).toBe(join(cache, 'packs', 'kinds', 'e4e.safetensors'))
})
