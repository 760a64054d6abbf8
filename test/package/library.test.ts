// The package as a library: its entries are built, found by their names from an empty project, type-checked there, and the code of
// README.md and docs/library.md runs as it stands.
import { execFileSync } from 'node:child_process'
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { pathToFileURL } from 'node:url'
import { afterAll, beforeAll, expect, it } from 'vitest'

const place = mkdtempSync(join(tmpdir(), 'rephoto-library-'))
const [clone, project] = [join(place, 'clone'), join(place, 'project')]
afterAll(() => rmSync(place, { recursive: true, force: true }))

const page = readFileSync('README.md', 'utf8') + readFileSync('docs/library.md', 'utf8')
/** Code of the pages by the name of its file. */
const files = new Map(
  [...page.matchAll(/```ts\n\/\/ (\S+\.ts)\n([\s\S]*?)```/gu)].map(([, name, code]) => [name!, code!]),
)

const node = (...args: string[]) =>
  execFileSync(process.execPath, args, { cwd: project, encoding: 'utf8', stdio: ['ignore', 'pipe', 'inherit'] })
const tsc = resolve('node_modules/typescript/bin/tsc')

beforeAll(() => {
  // The build writes into the folder that it is of: it is made of a copy.
  mkdirSync(clone)
  const kept = execFileSync(
    'git',
    ['ls-files', '-zco', '--exclude-standard', '--', '.', ':!test', ':!reports', ':!bench', ':!training'],
    {
      encoding: 'utf8',
    },
  )
  for (const path of kept.split('\0').filter((name) => name !== '' && !name.endsWith('.png')))
    cpSync(path, join(clone, path))
  symlinkSync(resolve('node_modules'), join(clone, 'node_modules'))
  execFileSync('npm', ['run', 'build'], { cwd: clone, stdio: 'pipe' })
  mkdirSync(join(project, 'node_modules', '@types'), { recursive: true })
  symlinkSync(clone, join(project, 'node_modules', 'rephoto'))
  symlinkSync(resolve('node_modules/@types/node'), join(project, 'node_modules', '@types', 'node'))
  writeFileSync(join(project, 'package.json'), JSON.stringify({ name: 'empty', type: 'module' }))
  cpSync('examples/antique-b.png', join(project, 'antique-b.png'))
  for (const [name, code] of files) writeFileSync(join(project, name), code)
})

it('has code of every entry', () => {
  const entries = Object.keys((JSON.parse(readFileSync('package.json', 'utf8')) as { exports: object }).exports)
  const named = entries.filter((entry) => !entry.endsWith('.json')).map((entry) => `'rephoto${entry.slice(1)}'`)
  expect(named).toHaveLength(5)
  for (const name of named) expect(page).toContain(`from ${name}`)
})

it('is type-checked from an empty project, as strictly as can be, and runs', async () => {
  const options = ['--strict', '--exactOptionalPropertyTypes', '--noUncheckedIndexedAccess', '--skipLibCheck', 'false']
  const module = ['--module', 'nodenext', '--target', 'es2023', '--outDir', 'out', '--types', 'node']
  node(tsc, ...options, ...module, ...files.keys())
  // A wrong use is an error there.
  writeFileSync(join(project, 'wrong.ts'), "import { add } from 'rephoto/graph'\nadd('one', 2)\n")
  expect(() => node(tsc, ...options, ...module, 'wrong.ts')).toThrow()

  const told = node('out/run.js')
  expect(told).toMatch(/^complete 0?\.\d+ 2\n$/u)
  const readme = (await import(pathToFileURL(join(project, 'out/readme.js')).href)) as {
    result: Record<string, Float32Array>
  }
  for (const [i, one] of [1, 2 * Math.E, 3 * Math.E ** 2].entries()) expect(readme.result.slope![i]).toBeCloseTo(one, 4)
  const own = (await import(pathToFileURL(join(project, 'out/own-function.js')).href)) as {
    value: Float64Array
    exact: Float64Array
    quick: Record<string, Float32Array>
  }
  expect(own.value[0]).toBeCloseTo(24.2, 10)
  expect([...own.exact].map((one) => Number(one.toFixed(6)))).toEqual([-215.6, -88])
  for (const [i, one] of [-215.6, -88].entries()) expect(own.quick.slope![i]).toBeCloseTo(one, 3)
  const { found } = (await import(pathToFileURL(join(project, 'out/minimise.js')).href)) as { found: number[] }
  for (const one of found) expect(one).toBeCloseTo(1, 3)
  const { result } = (await import(pathToFileURL(join(project, 'out/texture.js')).href)) as {
    result: Record<string, Float32Array>
  }
  expect(result.texture![0]).toBeGreaterThan(0)
  expect(result.slope).toHaveLength(192)
})
