/**
 * A style in one pass (Johnson et al. 2016; Ghiasi et al. 2017): what one picture shows, painted as another is, by a network that learned to.
 * What the rest of the program needs to know of it; what computes is in job.ts and the files beside it, the networks in src/styles.
 */
import type { JsonObject } from '../../config/merge.ts'
import { withMissing } from '../../config/merge.ts'
import { runName } from '../../run/folder.ts'
import type { Method } from '../method.ts'
import { describeMetric, metricCatalogue, metricsLine } from './metrics.ts'
import { fastStyleReport } from './report.ts'
import { type FastStyleConfig, fastStyleConfig, fastStyleDefaults } from './schema.ts'

export const fastStyle: Method = {
  name: 'fast-style',
  title: 'Paint a picture in the style of another, in one pass',
  config: fastStyleConfig,
  phases: {
    prepare: 'reading the pictures',
    fit: 'fitting the style',
    compile: 'compiling the network',
    paint: 'painting',
    write: 'writing',
    measure: 'measuring',
  },
  pictures: [
    { name: 'content', title: 'Content', words: 'The picture that is painted anew, at the size of the result' },
    { name: 'style', title: 'Style', words: 'How it is painted' },
    { name: 'strengths', title: 'Strength', words: 'From nothing to all of the style' },
    { name: 'result', title: 'Result', words: 'The content in the manner of the style' },
  ],
  before: 'content',
  after: 'result',
  preparedFiles: [runName.picture('content')],
  metrics: metricCatalogue,
  metric: describeMetric,
  summary: metricsLine,
  seenNetworks: (config) => (isFitted(config as unknown as FastStyleConfig) ? ['vgg19_style'] : []),
  completed: ({ $schema: _, ...own }) => withMissing(own, fastStyleDefaults) as JsonObject,
  asDocument: (config) => config,
  load: async () => (await import('./job.ts')).loaded,
  report: fastStyleReport,
}

/** Whether a complete config fits its styles, by the network that measures them afterwards. */
function isFitted({ fit, network, styles }: FastStyleConfig): boolean {
  if (fit.steps !== null) return fit.steps > 0
  return styles.length > 0 && network.file !== null && network.predictor === null
}
