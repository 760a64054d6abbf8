// A module of the program in a process or thread of its own: `node bin/part.js engine/onnxruntime/probe-main webgpu`, or
// `new Worker('bin/part.js', { argv: ['cli/run-thread'] })`. Sources or build, as in rephoto.js.
import { existsSync } from 'node:fs'

const part = process.argv[2]
if (existsSync(new URL(`../src/${part}.ts`, import.meta.url))) {
  const { register } = await import('tsx/esm/api')
  register()
  await import(`../src/${part}.ts`)
} else {
  await import(`../dist/${part}.js`)
}
