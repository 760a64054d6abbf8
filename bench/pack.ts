// `npm run bench:pack`: the benchmark as one file for a machine that has neither Node nor a network (a GPU machine of a
// cluster, say): Node itself, ONNX Runtime, and of the sources and packages exactly those that the benchmark imports.
// There:  tar -xf rephoto-bench.tar.gz && rephoto-bench/bench.sh --device webgpu,cpu

import { execFileSync } from 'node:child_process'
import { chmodSync, copyFileSync, cpSync, existsSync, mkdirSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join, resolve } from 'node:path'
import { fileURLToPath } from 'node:url'
import { build } from 'esbuild'
import yargs from 'yargs'
import { hideBin } from 'yargs/helpers'
import { writeText } from '../src/run/folder.ts'

const args = await yargs(hideBin(process.argv))
  .scriptName('npm run bench:pack --')
  .option('out', {
    type: 'string',
    default: 'rephoto-bench.tar.gz',
    describe: 'The file; its ending says how it is compressed (.tar.xz: smaller, but needs xz there)',
  })
  .option('compact', {
    type: 'boolean',
    default: true,
    describe: 'With the pack that ships (33 MB), for the workload "compact"',
  })
  .strict()
  .parse()

const root = fileURLToPath(new URL('../', import.meta.url))
/** What is started by its path, not imported. */
const entries = ['bench/main.ts', 'bench/measure.ts', 'src/engine/onnxruntime/probe-main.ts']
/** What is read by its path. */
const files = [
  'package.json',
  'tsconfig.json',
  'bin',
  'bench/pytorch_step.py',
  'bench/pytorch_stylize.py',
  'test/golden/objective.json',
  'test/golden/keys.json',
  'configs',
]
/** Packages that no import names: what runs TypeScript, and what the page's plots are drawn with. */
const tools = ['tsx', 'esbuild', `@esbuild/${process.platform}-${process.arch}`, 'plotly.js-basic-dist-min']
const native = ['onnxruntime-node', 'onnxruntime-common']

const startScript = `#!/bin/sh
here=$(cd "$(dirname "$0")" && pwd)
# A Vulkan loader of the machine's own is the better one.
PATH="$PATH:/sbin:/usr/sbin" ldconfig -p 2>/dev/null | grep -q libvulkan.so.1 ||
  export LD_LIBRARY_PATH="\${LD_LIBRARY_PATH:+$LD_LIBRARY_PATH:}$here/lib"
# Container runtimes mount NVIDIA's driver where the loader doesn't look.
icd=/usr/local/nvidia/share/vulkan/icd.d/nvidia_icd.json
[ -z "$VK_DRIVER_FILES" ] && [ -f "$icd" ] && export VK_DRIVER_FILES=$icd
exec "$here/node" --import "$here/node_modules/tsx/dist/loader.mjs" "$here/bench/main.ts" "$@"
`

const graph = await build({
  absWorkingDir: root,
  entryPoints: entries,
  bundle: true,
  write: false,
  metafile: true,
  platform: 'node',
  format: 'esm',
  outdir: 'out',
  external: native,
  logLevel: 'error',
})
const inputs = Object.keys(graph.metafile.inputs)
const packages = new Set([...tools, ...native])
for (const input of inputs) {
  const name = /^node_modules\/((?:@[^/]+\/)?[^/]+)/u.exec(input)?.[1]
  if (name !== undefined) packages.add(name)
}

const stage = mkdtempSync(join(tmpdir(), 'rephoto-bench-'))
try {
  const folder = join(stage, 'rephoto-bench')
  const sources = inputs.filter((input) => !input.startsWith('node_modules/'))
  for (const file of [...sources, ...files, ...(args.compact ? ['models/compact'] : [])]) copy(file, folder)
  for (const name of packages) copy(join('node_modules', name), folder)
  copyFileSync(process.execPath, join(folder, 'node'))
  const libraries = vulkanLoader()
  mkdirSync(join(folder, 'lib'))
  for (const library of libraries) copyFileSync(library, join(folder, 'lib', 'libvulkan.so.1'))
  writeText(join(folder, 'bench.sh'), startScript)
  chmodSync(join(folder, 'bench.sh'), 0o755)
  const out = resolve(args.out)
  execFileSync('tar', ['-caf', out, '-C', stage, 'rephoto-bench'], { stdio: 'inherit' })
  console.log(`${out}${libraries.length > 0 ? '' : ' (without the Vulkan loader, which is not installed here)'}`)
  console.log(`there: tar -xf ${args.out} && rephoto-bench/bench.sh --device webgpu,cpu --out result`)
} finally {
  rmSync(stage, { recursive: true })
}

/** The same place below `folder`; of ONNX Runtime's binaries those of this platform, and esbuild's only once. */
function copy(path: string, folder: string): void {
  const binaries = /onnxruntime-node\/bin\/[^/]+\/([^/]+)(?:\/([^/]+))?/u
  mkdirSync(dirname(join(folder, path)), { recursive: true })
  cpSync(join(root, path), join(folder, path), {
    recursive: true,
    dereference: true,
    filter: (source) => {
      if (source.endsWith('node_modules/esbuild/bin')) return false
      const [, platform, arch] = binaries.exec(source) ?? []
      return (platform ?? process.platform) === process.platform && (arch ?? process.arch) === process.arch
    },
  })
}

/** Linux' Vulkan loader, which a machine with a driver may yet lack. */
function vulkanLoader(): string[] {
  return ['/usr/lib/x86_64-linux-gnu', '/usr/lib/aarch64-linux-gnu', '/usr/lib64', '/usr/lib']
    .map((place) => join(place, 'libvulkan.so.1'))
    .filter(existsSync)
    .slice(0, 1)
}
