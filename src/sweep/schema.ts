/**
 * The schema of an experiment file: base config, inputs, conditions, seeds.
 *
 * A condition is a named set of config keys that differ from the base; a run is one condition on one input with one
 * seed (the crossed design of a repeated-measures experiment, so that differences can be paired by input and seed).
 * Keys of configs are written dotted here, as with --set on the command line, because an experiment changes single keys.
 */
import { z } from 'zod'
import { MOST_EXTENDED } from '../config/kind.ts'
import { MOST_THREADS, positive, positiveInteger, signed } from '../config/schema-numbers.ts'

/** Entries of a list in an experiment; what they make together is bounded when they are expanded. */
const MOST_ENTRIES = 10_000

/** Of a search: more than anybody can tell apart in a report. */
const MOST_TRIALS = 2000

const settings = z.record(z.string(), z.unknown())

/** true: as in the truth; a number: that many times the truth. */
const fromTruth = z.record(z.string(), z.union([z.literal(true), signed(1000)]))

const level = z.strictObject({
  label: z.string().optional().describe('Words for reports.'),
  method: z
    .string()
    .max(64)
    .optional()
    .describe("Another method than the base's, of which it keeps the keys that both have."),
  extends: z
    .union([z.string(), z.array(z.string()).max(MOST_EXTENDED)])
    .optional()
    .describe('Configs or presets that it brings in.'),
  set: settings.optional().describe('Dotted keys of the config and their values.'),
  fromTruth: fromTruth.optional().describe("Dotted keys that take the input's true value, or a multiple of it."),
})

const condition = z.strictObject({ name: z.string().min(1), ...level.shape })

const input = z.strictObject({
  set: z.string().optional().describe('A synthetic set with its truth: folder or set.json.'),
  files: z
    .union([z.string(), z.array(z.string()).min(1).max(MOST_ENTRIES)])
    .optional()
    .describe(
      'Pictures, folders or globs, relative to the experiment; environment variables as in a shell, with a default.',
    ),
  truth: z.string().optional().describe('For files: where the true picture is, such as "{name}.truth.png".'),
  items: z
    .array(z.string())
    .min(1)
    .max(MOST_ENTRIES)
    .optional()
    .describe('Names (or patterns) of those to take; default: all.'),
  take: positiveInteger(1_000_000).optional().describe('At most so many, the first by name.'),
  prefix: z.string().optional().describe('Before their names, where two entries would have equal ones.'),
  with: settings.optional().describe('Dotted keys for these inputs, such as align.mode.'),
  optional: z.boolean().optional().describe('Left out, with a note, where nothing is found.'),
})

/** A number that is searched between two ends. */
const range = z.strictObject({
  low: signed(1e9).describe('Least value.'),
  high: signed(1e9).describe('Greatest value.'),
  log: z.boolean().optional().describe('Whether ratios matter: 0.01 to 0.1 is then as wide as 0.1 to 1.'),
  step: positive(1e9).optional().describe('Only low, low + step, low + 2 step …; 1 for whole numbers.'),
})

const search = z.strictObject({
  method: z.enum(['random', 'tpe']).describe('Drawn evenly, or chosen by what earlier trials gave.'),
  budget: positiveInteger(MOST_TRIALS).describe('Trials in all; may be raised later.'),
  seed: z.int().min(0).max(0xffffffff).optional().describe('Default: 0.'),
  metric: z.string().min(1).max(200).describe('Metric that is to become good, such as truth.psnr.'),
  direction: z
    .enum(['minimize', 'maximize'])
    .optional()
    .describe('Default: the better side of the metric, where it has one.'),
  space: z
    .record(z.string(), z.union([range, z.array(z.unknown()).min(1).max(1000), z.record(z.string(), level)]))
    .describe('Dotted keys with a range or a list of values, or a name with named levels.'),
  startup: positiveInteger(MOST_TRIALS).optional().describe('Of tpe: trials that are drawn evenly first. Default: 10.'),
  together: positiveInteger(1000)
    .optional()
    .describe('Of tpe: trials that are chosen at a time, and can be made at a time. Default: 4.'),
})

const conditions = z.strictObject({
  base: z.string().optional().describe('Name of the condition that the others are compared to; default: the first.'),
  list: z.array(condition).max(MOST_ENTRIES).optional().describe('Conditions one by one.'),
  grid: z
    .record(z.string(), z.union([z.array(z.unknown()).min(1).max(MOST_ENTRIES), z.record(z.string(), level)]))
    .optional()
    .describe('All combinations: a dotted key with its values, or a name with named levels.'),
  leaveOneOut: z
    .union([z.literal('all'), z.array(z.string()).min(1).max(MOST_ENTRIES)])
    .optional()
    .describe('A condition "all", and one for each loss term (or dotted weight) without it.'),
  search: search.optional().describe('Conditions that are drawn or chosen from a space, for the good of one metric.'),
})

/** In one word, so that none of them can be the script that sbatch is to run, or bring a command of its own. */
const sbatchOption = z
  .string()
  .regex(/^--(?!wrap\b)[a-z][a-z-]*(?:=[^\p{Cc}\p{Cs}]*)?$/u)
  .meta({ title: 'an option of sbatch in one word, such as "--partition=long"' })

/** Schema of an experiment file. */
export const experimentSchema = z.strictObject({
  name: z.string().min(1).optional().describe("Default: the file's name."),
  description: z.string().optional(),
  base: z.record(z.string(), z.unknown()).optional().describe('A config, as in a config file; may extend presets.'),
  fromTruth: fromTruth.optional().describe('As in a condition, for all of them; inputs without a truth keep the base.'),
  inputs: z.array(input).min(1).max(MOST_ENTRIES),
  conditions: conditions.optional().describe('What differs between runs on the same input; default: nothing.'),
  seeds: z.array(z.int().min(0).max(0xffffffff)).min(1).max(MOST_ENTRIES).optional().describe('Default: [0].'),
  threads: positiveInteger(MOST_THREADS)
    .optional()
    .describe('Threads of each run; part of what makes results equal. Default: 1.'),
  sbatch: z.array(sbatchOption).max(1000).optional().describe('More options for sbatch, such as "--partition=long".'),
})

/** An experiment file as written. */
export type ExperimentFile = z.infer<typeof experimentSchema>
/** An entry of its inputs. */
export type InputEntry = z.infer<typeof input>
/** What a condition, or a level of a grid's factor, changes. */
export type Level = z.infer<typeof level>
/** Its conditions. */
export type ConditionsEntry = z.infer<typeof conditions>
/** A search among its conditions. */
export type SearchEntry = z.infer<typeof search>
/** Which keys follow the truth. */
export type FromTruth = z.infer<typeof fromTruth>
