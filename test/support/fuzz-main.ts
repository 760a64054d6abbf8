// The long run: npx tsx test/support/fuzz-main.ts [inputs] [seed]. Prints figures at the end; stops at the first finding
// with the input in base64. Start it with node --max-old-space-size to see that it stays within memory.

import { fuzzSeeds } from './fuzz-seeds.ts'
import { fuzzOnce, type Outcome, processorTime } from './fuzz-target.ts'
import { mutate, seededRandom } from './mutate.ts'

const [total = 1_000_000, seed = 1] = process.argv.slice(2).map(Number)
const random = seededRandom(seed)
const seeds = Object.entries(fuzzSeeds())
const all = seeds.flatMap(([, files]) => files)
const counts: Record<string, Record<Outcome, number>> = {}
let slowest = 0
let slowestInput: Uint8Array = new Uint8Array()
const started = performance.now()
for (let i = 0; i < total; i++) {
  const [kind, files] = seeds[i % seeds.length]!
  const input = mutate(files[Math.floor(random() * files.length)]!, all[Math.floor(random() * all.length)]!, random)
  const count = counts[kind] ?? { read: 0, recognised: 0, refused: 0 }
  counts[kind] = count
  const before = processorTime()
  try {
    count[fuzzOnce(input)]++
  } catch (error) {
    console.error(`finding at input ${i} of seed ${seed}: ${Buffer.from(input).toString('base64')}`)
    throw error
  }
  const took = processorTime() - before
  if (took > slowest) {
    slowest = took
    slowestInput = input
  }
}
const seconds = (performance.now() - started) / 1000
console.table(counts)
console.log(
  `${total} inputs, seed ${seed}, ${seconds.toFixed(0)} s; slowest ${slowest.toFixed(1)} ms of processor time (${slowestInput.length} bytes)`,
)
console.log(`peak memory of the process: ${(process.resourceUsage().maxRSS / 1024).toFixed(0)} MB`)
