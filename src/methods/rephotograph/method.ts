/**
 * Time-travel rephotography (Luo et al., SIGGRAPH Asia 2021): an antique portrait as a modern camera would have seen the sitter.
 * What the rest of the program needs to know of it; what computes is in job.ts and the files beside it.
 */
import type { JsonObject } from '../../config/merge.ts'
import { runName } from '../../run/folder.ts'
import type { Method } from '../method.ts'
import { completed } from './completed.ts'
import { rephotographConfig } from './config.ts'
import { networksOfLosses } from './losses.ts'
import { describeMetric, metricCatalogue } from './metrics.ts'
import { portraitReport } from './report.ts'
import { asConfigFile } from './resolve.ts'
import type { ResolvedConfig } from './schema.ts'
import { metricsLine } from './summary.ts'

export const rephotograph: Method = {
  name: 'rephotograph',
  title: 'Rephotograph a portrait',
  config: rephotographConfig,
  phases: {
    align: 'aligning',
    encode: 'encoding',
    directions: 'finding the age direction',
    age: 'making the face as old as the input looks',
    sibling: 'drawing the sibling',
    match: 'matching skin tones',
    compile: 'compiling the step',
    optimize: 'optimizing',
    write: 'writing',
    enlarge: 'enlarging the result',
    measure: 'measuring',
  },
  pictures: [
    { name: 'aligned', title: 'Input', words: 'The aligned antique picture' },
    { name: 'mask', title: 'Damage', words: 'White where scratches were found, at which the losses do not look' },
    {
      name: 'sibling',
      title: 'Sibling',
      words: 'A modern face close to the input, from which colour and detail are taken',
    },
    {
      name: 'target',
      title: 'Target',
      words: 'The input with its skin tones matched to the sibling; what the degraded result should equal',
    },
    {
      name: 'degraded',
      title: 'Degraded result',
      words: 'The result through the learned camera and film; compare it with the target',
    },
    { name: 'result', title: 'Result', words: 'The sitter as a modern camera would have seen them' },
    {
      name: 'result-large',
      title: 'Enlarged result',
      words: 'The result enlarged by a network: detail in it is invented',
    },
    {
      name: 'result-fresh',
      title: 'With fresh noise',
      words: 'The result with its fine structure drawn anew: what rests on the latent alone',
    },
  ],
  before: 'aligned',
  after: 'result',
  enlarged: 'result-large',
  preparedFiles: [runName.picture('aligned'), runName.picture('sibling'), runName.picture('target'), runName.initial],
  metrics: metricCatalogue,
  metric: describeMetric,
  summary: metricsLine,
  seenNetworks: ({ losses }) => {
    try {
      return [...networksOfLosses((losses ?? {}) as ResolvedConfig['losses'])]
    } catch {
      // The config of another version, whose losses can't be read.
      return []
    }
  },
  completed,
  asDocument: (config, size) => asConfigFile(config as unknown as ResolvedConfig, Math.max(16, size)) as JsonObject,
  load: async () => (await import('./job.ts')).loaded,
  report: portraitReport,
}
