/**
 * Bringing old photographs back (Wan et al. 2020): damage found and filled in, tones and grain mapped to those of clean photographs,
 * faces one by one. What the rest of the program needs to know of it; what computes is in job.ts and the files beside it, the
 * networks in src/restore.
 */
import type { JsonObject } from '../../config/merge.ts'
import { withMissing } from '../../config/merge.ts'
import { runName } from '../../run/folder.ts'
import type { Method } from '../method.ts'
import { describeMetric, metricCatalogue, metricsLine } from './metrics.ts'
import { restoreReport } from './report.ts'
import { restoreConfig, restoreDefaults } from './schema.ts'

export const restore: Method = {
  name: 'restore',
  title: 'Restore an old photograph',
  config: restoreConfig,
  phases: {
    prepare: 'reading the photograph',
    scratches: 'looking for scratches',
    encode: 'encoding',
    map: 'mapping to a clean photograph',
    attend: 'filling in the damage',
    decode: 'decoding',
    tiles: 'restoring, tile by tile',
    faces: 'restoring faces',
    write: 'writing',
    measure: 'measuring',
  },
  pictures: [
    { name: 'input', title: 'Input', words: 'The photograph as it was given' },
    { name: 'mask', title: 'Damage', words: 'White where the photograph is damaged' },
    { name: 'holed', title: 'Without the damage', words: 'What the networks saw: the damage painted white' },
    { name: 'restored', title: 'Restored', words: 'The photograph restored, before its faces' },
    { name: 'faces', title: 'Faces', words: 'Above each face before, below after the face network' },
    { name: 'result', title: 'Result', words: 'The restored photograph' },
  ],
  before: 'input',
  after: 'result',
  writesFile: true,
  preparedFiles: [runName.picture('input')],
  metrics: metricCatalogue,
  metric: describeMetric,
  summary: metricsLine,
  seenNetworks: () => [],
  completed: ({ $schema: _, ...own }) => withMissing(own, restoreDefaults) as JsonObject,
  asDocument: (config) => config,
  load: async () => (await import('./job.ts')).loaded,
  report: restoreReport,
}
