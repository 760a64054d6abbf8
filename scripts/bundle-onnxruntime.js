// Puts ONNX Runtime into the package that is published: dist/node_modules, where the built program finds it before anything
// that a consumer has installed. As a dependency it would run its install script there, which downloads CUDA libraries
// on Linux and fails the whole installation on a machine that reaches no more than the npm registry; a copy runs nothing.
import { cpSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { basename, dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'

const root = fileURLToPath(new URL('..', import.meta.url))
const modules = process.argv[2] ?? join(root, 'dist/node_modules')

/** Its two packages, with what of them is needed to run. */
const PACKAGES = [
  // CUDA's libraries are there where a developer asked for them; they are larger than a registry takes.
  {
    name: 'onnxruntime-node',
    parts: ['dist', 'bin'],
    leave: /^libonnxruntime_providers_|\.map$|^libonnxruntime\.\d+\.\d+\.\d+\.dylib$/u,
  },
  { name: 'onnxruntime-common', parts: ['dist'], leave: /\.map$/u },
]

rmSync(modules, { recursive: true, force: true })
for (const { name, parts, leave } of PACKAGES) {
  const from = join(root, 'node_modules', name)
  const to = join(modules, name)
  for (const part of parts) {
    mkdirSync(dirname(join(to, part)), { recursive: true })
    cpSync(join(from, part), join(to, part), { recursive: true, filter: (path) => !leave.test(basename(path)) })
  }
  const { scripts, devDependencies, dependencies, ...manifest } = JSON.parse(
    readFileSync(join(from, 'package.json'), 'utf8'),
  )
  writeFileSync(join(to, 'package.json'), `${JSON.stringify(manifest, null, 2)}\n`)
  cpSync(join(root, 'scripts/onnxruntime.LICENSE'), join(to, 'LICENSE'))
}
