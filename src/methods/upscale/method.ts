/**
 * Enlarging by a network (Wang et al. 2018, 2021): the whole picture in one pass, over tiles. What the rest of the program needs to know
 * of it; what computes is in job.ts and the files beside it, tiles and memory in src/forward.
 */
import type { JsonObject } from '../../config/merge.ts'
import { withMissing } from '../../config/merge.ts'
import { runName } from '../../run/folder.ts'
import type { Method } from '../method.ts'
import { describeMetric, metricCatalogue, metricsLine } from './metrics.ts'
import { upscaleReport } from './report.ts'
import { upscaleConfig, upscaleDefaults } from './schema.ts'

export const upscale: Method = {
  name: 'upscale',
  title: 'Enlarge a picture with a network',
  config: upscaleConfig,
  phases: {
    prepare: 'reading the picture',
    compile: 'compiling the network',
    enlarge: 'enlarging',
    write: 'writing',
    measure: 'measuring',
  },
  pictures: [
    { name: 'input', title: 'Input', words: 'The picture as it was given' },
    { name: 'plain', title: 'Without a network', words: 'The input enlarged by Lanczos' },
    { name: 'result', title: 'Result', words: 'The picture enlarged by the network' },
    {
      name: 'detail',
      title: 'At full size',
      words: 'Without and with the network, pixel for pixel, where the two differ most',
    },
    {
      name: 'invented',
      title: 'Invented',
      words: "Where the result, brought back to the input's size, is brighter (red) or darker (blue) than the input",
    },
  ],
  before: 'plain',
  after: 'result',
  preparedFiles: [runName.picture('input')],
  keepsAlpha: true,
  writesFile: true,
  metrics: metricCatalogue,
  metric: describeMetric,
  summary: metricsLine,
  seenNetworks: () => [],
  completed: ({ $schema: _, ...own }) => withMissing(own, upscaleDefaults) as JsonObject,
  asDocument: (config) => config,
  load: async () => (await import('./job.ts')).loaded,
  report: upscaleReport,
}
