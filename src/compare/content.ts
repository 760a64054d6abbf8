/** Everything that a comparison shows, computed once; page and tables only put it into words. */

import type { Methods } from '../methods/method.ts'
import { type Ages, agesOf } from './ages.ts'
import { configDifferences, type KeyDifference } from './config-differences.ts'
import { type Curves, curvesOf } from './curves.ts'
import { type Grid, gridOf } from './grid.ts'
import { type ComparedMetric, metricsOf } from './metrics.ts'
import { type Parameter, parametersOf } from './parameters.ts'
import { type ComparisonPictures, comparisonPictures } from './pictures.ts'
import { type Recovery, recoveryOf } from './recovery.ts'
import { type Cost, costs } from './resources.ts'
import { type MetricSummary, summarize } from './summary.ts'
import type { CompareRequest } from './types.ts'

/** A comparison. */
export interface ComparisonContent {
  readonly request: CompareRequest
  readonly grid: Grid
  readonly metrics: readonly ComparedMetric[]
  readonly summaries: readonly MetricSummary[]
  readonly differences: readonly KeyDifference[]
  readonly parameters: readonly Parameter[]
  readonly recovery: Recovery | undefined
  readonly ages: readonly Ages[]
  readonly curves: Curves | undefined
  readonly costs: readonly Cost[]
  readonly pictures: ComparisonPictures
}

/** Reads the runs and computes. */
export async function contentOf(request: CompareRequest, methods: Methods): Promise<ComparisonContent> {
  const grid = gridOf(request, methods)
  const metrics = metricsOf(grid)
  const differences = configDifferences(grid)
  return {
    request,
    grid,
    metrics,
    summaries: metrics.map((metric) => summarize(grid, metric)),
    differences,
    parameters: parametersOf(grid, differences, request.search),
    recovery: recoveryOf(grid, metrics),
    ages: agesOf(grid),
    curves: curvesOf(grid),
    costs: costs(grid),
    pictures: await comparisonPictures(grid, { inputs: request.inputs, bytes: request.pictureBytes }),
  }
}
