/** What reads run folders, with the methods that there are: reports and comparisons. */
import { compareRuns as compare } from '../compare/compare.ts'
import { inferRequest as infer } from '../compare/infer.ts'
import type { CompareRequest, ComparisonFiles } from '../compare/types.ts'
import { type AnimateOptions, animateRun as animate } from '../report/animate.ts'
import type { ReportOptions } from '../report/page.ts'
import { writeReport as report } from '../report/write.ts'
import { methods } from './methods.ts'

/** Writes report.html and tables/*.csv of a comparison (src/compare/compare.ts). */
export const compareRuns = (request: CompareRequest): Promise<ComparisonFiles> => compare(request, methods)

/** Writes report.html into a run folder (src/report/write.ts). */
export const writeReport = (folder: string, options: ReportOptions = {}): Promise<string> =>
  report(folder, methods, options)

/** Writes the moving picture of a run (src/report/animate.ts). */
export const animateRun = (folder: string, options: AnimateOptions): Promise<string> =>
  animate(folder, methods, options)

/** Conditions of run folders that no sweep lists (src/compare/infer.ts). */
export const inferRequest = (folders: readonly string[], base?: string) => infer(folders, methods, base)
