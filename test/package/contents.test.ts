// The package that users install: what is in it, that its pages link to what is in it, and that nothing it brings runs a
// script or downloads.
import { execFileSync } from 'node:child_process'
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join, normalize } from 'node:path'
import { afterAll, beforeAll, expect, it } from 'vitest'

const folder = mkdtempSync(join(tmpdir(), 'rephoto-package-'))
let files: string[] = []

beforeAll(() => {
  const packed = execFileSync('npm', ['pack', '--dry-run', '--json', '--ignore-scripts'], { encoding: 'utf8' })
  const [{ files: listed }] = JSON.parse(packed) as [{ files: { path: string }[] }]
  files = listed.map(({ path }) => path)
})
afterAll(() => rmSync(folder, { recursive: true }))

it('has the program, what it needs and its pages, and nothing of the workshop', () => {
  for (const needed of [
    'bin/rephoto.js',
    'bin/part.js',
    'bin/start.js',
    'bin/address-space.js',
    'configs/quickstart.json5',
    'docs/config.md',
    'examples/antique-b.png',
    'experiments/films.json5',
    'experiments/sets/film.json5',
    'models/compact/pack.json',
  ])
    expect(files).toContain(needed)
  const workshop = /^(?:src|test|scripts|node_modules)\/|\.ts$|\.py$|\.npmrc$/u
  expect(files.filter((path) => workshop.test(path) && !path.endsWith('.d.ts'))).toEqual([])
})

it('links from its pages to nothing that it has not', () => {
  const has = (path: string) => files.some((file) => file === path || file.startsWith(`${path.replace(/\/$/u, '')}/`))
  const pages = files.filter((path) => path.endsWith('.md') && !path.startsWith('dist/'))
  const dead = pages.flatMap((page) =>
    [...readFileSync(page, 'utf8').matchAll(/\]\((?![a-z]+:|#)([^)#\s]+)/gu)]
      .map(([, link]) => normalize(join(dirname(page), link!)))
      .filter((target) => !has(target))
      .map((target) => `${page} → ${target}`),
  )
  expect(pages.length).toBeGreaterThan(15)
  expect(dead).toEqual([])
})

it('depends on nothing that runs a script when it is installed', () => {
  const { packages } = JSON.parse(readFileSync('package-lock.json', 'utf8')) as {
    packages: Record<string, { dev?: boolean; devOptional?: boolean; hasInstallScript?: boolean }>
  }
  const scripted = Object.entries(packages).filter(([, { dev, hasInstallScript }]) => hasInstallScript && !dev)
  expect(scripted.map(([name]) => name)).toEqual([])
  const { dependencies, scripts } = JSON.parse(readFileSync('package.json', 'utf8')) as Record<string, object>
  for (const name of ['tsx', 'esbuild', 'onnxruntime-node']) expect(dependencies).not.toHaveProperty(name)
  for (const name of ['preinstall', 'install', 'postinstall', 'prepare']) expect(scripts).not.toHaveProperty(name)
})

it('carries ONNX Runtime with its licence, without scripts, and it loads from there', () => {
  const modules = join(folder, 'node_modules')
  execFileSync(process.execPath, ['scripts/bundle-onnxruntime.js', modules])
  for (const name of readdirSync(modules)) {
    const manifest = JSON.parse(readFileSync(join(modules, name, 'package.json'), 'utf8')) as object
    expect(manifest).not.toHaveProperty('scripts')
    expect(existsSync(join(modules, name, 'LICENSE'))).toBe(true)
  }
  const code = "import('onnxruntime-node').then((ort) => console.log(typeof ort.InferenceSession.create))"
  const said = execFileSync(process.execPath, ['-e', code], {
    cwd: folder,
    encoding: 'utf8',
    env: { ...process.env, ORT_DISABLE_TELEMETRY: '1' },
  })
  expect(said).toBe('function\n')
})
