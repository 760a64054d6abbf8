/** Reads an experiment file and completes what it leaves out. */
import { existsSync, statSync } from 'node:fs'
import { basename, dirname, extname, join, resolve } from 'node:path'
import { ConfigError } from '../config/index.ts'
import type { Fragment } from '../config/load.ts'
import { readJson5 } from '../config/load.ts'
import type { JsonObject } from '../config/merge.ts'
import { type DocumentSource, validate } from '../config/validate.ts'
import { applySettings, configKinds, configWithin } from '../methods/configs.ts'
import { shellCommand } from '../text/shell.ts'
import type { Condition } from './condition.ts'
import { conditionsOf } from './conditions.ts'
import { isPictureName } from './inputs.ts'
import { type ExperimentFile, experimentSchema, type FromTruth } from './schema.ts'
import type { Search } from './search-space.ts'

/** An experiment, checked; its inputs not looked for yet. */
export interface Experiment {
  readonly name: string
  readonly description: string
  /** Folder that its paths are relative to. */
  readonly folder: string
  readonly base: Fragment
  readonly fromTruth: FromTruth
  readonly inputs: ExperimentFile['inputs']
  readonly conditions: readonly Condition[]
  /** Name of the condition that the others are compared to. */
  readonly baseCondition: string
  /** More conditions, found while the sweep goes on. */
  readonly search?: Search
  readonly seeds: readonly number[]
  readonly threads: number
  readonly sbatch: readonly string[]
  /** Of a batch: its runs have the names of their inputs, and no comparison. */
  readonly batch?: BatchMark
}

/** What plan.json says of a batch. */
export interface BatchMark {
  /** Hash of what was asked for: the same command goes on in the same folder. */
  readonly identity: string
  readonly photos: readonly BatchPhoto[]
}

/** A photograph of a batch and the runs that are made of it: one, or one for each face. */
export interface BatchPhoto {
  readonly name: string
  readonly path: string
  readonly runs: readonly string[]
}

/**
 * @param settings `--set` options, on top of the base config
 * @param threads replaces the file's threads of a run
 * @throws ConfigError naming the file, the line and the key
 */
export function loadExperiment(file: string, settings: readonly string[] = [], threads?: number): Experiment {
  checkKind(file)
  const { document, source } = readJson5(file)
  if (!('inputs' in document) && Object.keys(document).some(isConfigKey)) {
    throw new ConfigError(
      `expected an experiment, which has "inputs", found the config of one run; start it with: ${shellCommand('rephoto', 'run', file)}`,
      { source: source.name },
    )
  }
  validate(experimentSchema, document, source)
  const experiment = document as ExperimentFile
  const folder = dirname(resolve(file))
  const own = configWithin((experiment.base ?? {}) as JsonObject, folder, within(source, 'base'))
  const base = applySettings(own, settings)
  const { conditions, baseCondition, search } = conditionsOf(experiment.conditions, base, folder, source)
  return {
    name: experiment.name ?? basename(file, extname(file)),
    description: experiment.description ?? '',
    folder,
    base,
    fromTruth: experiment.fromTruth ?? {},
    inputs: experiment.inputs,
    conditions,
    baseCondition,
    ...(search && { search }),
    seeds: [...new Set(experiment.seeds ?? [0])],
    threads: threads ?? experiment.threads ?? 1,
    sbatch: experiment.sbatch ?? [],
  }
}

/** Says what else was given, and what does with it what is probably meant. */
function checkKind(file: string): void {
  const entry = statSync(file, { throwIfNoEntry: false })
  const fail = (found: string) => {
    throw new ConfigError(`expected an experiment file (.json5), found ${found}`, { source: file })
  }
  if (entry?.isDirectory()) {
    if (existsSync(join(file, 'sweep.json')))
      fail(`the folder of a sweep; compare its runs with: ${shellCommand('rephoto', 'compare', file)}`)
    if (existsSync(join(file, 'manifest.json')))
      fail(`the folder of a run; continue it with: ${shellCommand('rephoto', 'resume', file)}`)
    fail(`a folder; all of its pictures are made by: ${shellCommand('rephoto', 'run', file)}`)
  }
  if (isPictureName(file))
    fail(`${entry ? 'a picture' : 'the name of one'}; a run of it: ${shellCommand('rephoto', 'run', file)}`)
}

/** The source of a part of a file, so that its errors still name the line. */
export function within({ name, lines }: DocumentSource, path: string): DocumentSource {
  if (!lines) return { name: `${name}: ${path}` }
  const inner = [...lines].flatMap(([key, line]) =>
    key.startsWith(`${path}.`) ? [[key.slice(path.length + 1), line] as const] : [],
  )
  return { name, lines: new Map(inner) }
}

function isConfigKey(key: string): boolean {
  return configKinds.some(({ file }) => key in file.shape)
}
