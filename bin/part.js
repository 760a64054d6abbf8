// A module of the program in a process or thread of its own: `node bin/part.js engine/onnxruntime/probe-main webgpu`, or
// `new Worker('bin/part.js', { argv: ['cli/run-thread'] })`.
import { start } from './start.js'

await start(process.argv[2])
