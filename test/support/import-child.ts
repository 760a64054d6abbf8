// Imports files in a process of its own and prints the result with its time and peak memory: what an import costs cannot
// be measured in a process that has run anything else. node --import tsx test/support/import-child.ts PACK FILE…

import { importModels } from '../../src/models/import.ts'
import { peakBytes } from './peak.ts'

const [pack = 'ffhq', ...files] = process.argv.slice(2)
const started = performance.now()
const result = importModels(files, { pack })
const seconds = (performance.now() - started) / 1000
process.stdout.write(JSON.stringify({ result, seconds, peakBytes: peakBytes() }))
