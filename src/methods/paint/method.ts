/**
 * A photograph painted by a network in one pass (Isola et al. 2017, Zhu et al. 2017; Portrait-izer). What the rest of the program needs to
 * know of it; what computes is in job.ts and the files beside it, the networks in src/painters.
 */
import type { JsonObject } from '../../config/merge.ts'
import { withMissing } from '../../config/merge.ts'
import { runName } from '../../run/folder.ts'
import type { Method } from '../method.ts'
import { describeMetric, metricCatalogue, metricsLine } from './metrics.ts'
import { paintReport } from './report.ts'
import { paintConfig, paintDefaults } from './schema.ts'

export const paint: Method = {
  name: 'paint',
  title: 'Paint a portrait',
  config: paintConfig,
  phases: {
    align: 'aligning',
    compile: 'compiling the network',
    paint: 'painting',
    write: 'writing',
    measure: 'measuring',
  },
  pictures: [
    { name: 'input', title: 'Photograph', words: 'The photograph as the network was given it' },
    { name: 'painted', title: 'Painting', words: 'What the network painted, at full strength' },
    { name: 'result', title: 'Result', words: 'The painted portrait' },
  ],
  before: 'input',
  after: 'result',
  preparedFiles: [runName.picture('input')],
  writesFile: true,
  metrics: metricCatalogue,
  metric: describeMetric,
  summary: metricsLine,
  seenNetworks: () => [],
  completed: ({ $schema: _, ...own }) => withMissing(own, paintDefaults) as JsonObject,
  asDocument: (config) => config,
  load: async () => (await import('./job.ts')).loaded,
  report: paintReport,
}
