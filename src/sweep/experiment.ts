/** Reads an experiment file and completes what it leaves out. */
import { basename, dirname, extname, resolve } from 'node:path'
import { applySettings, type ConfigFragment } from '../config/index.ts'
import { configWithin, readJson5 } from '../config/load.ts'
import type { JsonObject } from '../config/merge.ts'
import { type DocumentSource, validate } from '../config/validate.ts'
import { type Condition, conditionsOf } from './conditions.ts'
import { type ExperimentFile, experimentSchema, type FromTruth } from './schema.ts'

/** An experiment, checked; its inputs not looked for yet. */
export interface Experiment {
  readonly name: string
  readonly description: string
  /** Folder that its paths are relative to. */
  readonly folder: string
  readonly base: ConfigFragment
  readonly fromTruth: FromTruth
  readonly inputs: ExperimentFile['inputs']
  readonly conditions: readonly Condition[]
  /** Name of the condition that the others are compared to. */
  readonly baseCondition: string
  readonly seeds: readonly number[]
  readonly threads: number
  readonly sbatch: readonly string[]
}

/**
 * @param settings `--set` options, on top of the base config
 * @param threads replaces the file's threads of a run
 * @throws ConfigError naming the file, the line and the key
 */
export function loadExperiment(file: string, settings: readonly string[] = [], threads?: number): Experiment {
  const { document, source } = readJson5(file)
  validate(experimentSchema, document, source)
  const experiment = document as ExperimentFile
  const folder = dirname(resolve(file))
  const own = configWithin((experiment.base ?? {}) as JsonObject, folder, within(source, 'base'))
  const base = applySettings(own, settings)
  const { conditions, baseCondition } = conditionsOf(experiment.conditions, base, folder, source)
  return {
    name: experiment.name ?? basename(file, extname(file)),
    description: experiment.description ?? '',
    folder,
    base,
    fromTruth: experiment.fromTruth ?? {},
    inputs: experiment.inputs,
    conditions,
    baseCondition,
    seeds: [...new Set(experiment.seeds ?? [0])],
    threads: threads ?? experiment.threads ?? 1,
    sbatch: experiment.sbatch ?? [],
  }
}

/** The source of a part of a file, so that its errors still name the line. */
export function within({ name, lines }: DocumentSource, path: string): DocumentSource {
  if (!lines) return { name: `${name}: ${path}` }
  const inner = [...lines].flatMap(([key, line]) =>
    key.startsWith(`${path}.`) ? [[key.slice(path.length + 1), line] as const] : [],
  )
  return { name, lines: new Map(inner) }
}
