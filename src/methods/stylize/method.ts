/**
 * Neural style transfer by optimization (Gatys, Ecker and Bethge 2016): what one picture shows, painted as another is. What the
 * rest of the program needs to know of it; what computes is in job.ts and the files beside it.
 */

import type { JsonObject } from '../../config/merge.ts'
import { withMissing } from '../../config/merge.ts'
import { runName } from '../../run/folder.ts'
import type { Method } from '../method.ts'
import { describeMetric, metricCatalogue, metricsLine } from './metrics.ts'
import { stylizeReport } from './report.ts'
import { type StylizeConfig, stylizeConfig, stylizeDefaults } from './schema.ts'

export const stylize: Method = {
  name: 'stylize',
  title: 'Paint a picture in the style of another',
  config: stylizeConfig,
  phases: {
    prepare: 'reading the pictures',
    compile: 'compiling the step',
    optimize: 'painting',
    write: 'writing',
    measure: 'measuring',
  },
  pictures: [
    { name: 'content', title: 'Content', words: 'The picture that is painted anew, at the size of the result' },
    { name: 'style', title: 'Style', words: 'How it is painted, in the colours that are taken from it' },
    { name: 'faces', title: 'Faces', words: 'Where the face parser sees faces, which are treated with care' },
    { name: 'result', title: 'Result', words: 'The content in the manner of the style' },
  ],
  before: 'content',
  after: 'result',
  preparedFiles: [runName.picture('content')],
  metrics: metricCatalogue,
  metric: describeMetric,
  summary: metricsLine,
  seenNetworks: (config) => [(config as unknown as StylizeConfig).network.role],
  completed: ({ $schema: _, ...own }) => withMissing(own, stylizeDefaults) as JsonObject,
  asDocument: (config) => config,
  load: async () => (await import('./job.ts')).loaded,
  report: stylizeReport,
}
