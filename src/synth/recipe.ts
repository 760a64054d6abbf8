/**
 * The recipe of a synthetic set, a JSON5 file: where the truths come from and what is done to them. It says of every
 * parameter of a degradation what it may be (draw.ts); the stages are those of a run's config, with the same defaults.
 */
import { dirname, resolve } from 'node:path'
import { z } from 'zod'
import { readJson5 } from '../config/load.ts'
import { isObject, type JsonObject } from '../config/merge.ts'
import { MOST_RADIUS, nonNegative } from '../config/schema-numbers.ts'
import { validate } from '../config/validate.ts'
import { degradationSchema, stageDefaults } from '../degrade/schema.ts'
import { damagePresets, damageStrengths } from './damage/presets.ts'
import { type Draw, drawOf } from './draw.ts'

/** Most pictures in a set, and most seeds of sets: together they number the portraits (truths.ts). */
export const MOST_PICTURES = 4096
export const MOST_SEEDS = 2 ** 19

/** Film grain: Gaussian noise that is added to the finished picture. */
export const noiseSchema = z.strictObject({
  deviation: nonNegative(1).describe('Standard deviation, in parts of the range from black to white.'),
  size: nonNegative(MOST_RADIUS).describe('Sigma in pixels to which white noise is blurred; 0: white.'),
})

/** The noise of a picture. */
export type NoiseConfig = z.infer<typeof noiseSchema>

const truncationSchema = z.number().gt(0).max(1)

/** A degradation of the field. */
const damageSchema = z.strictObject({
  preset: z.enum(damagePresets).describe('Whose training it is from.'),
  strength: z.enum(damageStrengths).optional().describe('The mild, middle or severe third of its ranges.'),
  scale: z.int().min(1).max(8).describe('How many times smaller the damaged picture is (real-esrgan).'),
  scratches: z.boolean().describe('Whether lines are scratched into it as well.'),
})

const anything = z.unknown()

/** What a recipe may say. The values inside degradation, noise and truncation are checked when draws are made of them. */
export const recipeSchema = z.strictObject({
  $schema: z.string().optional(),
  description: z.string().optional().describe('What the set is for; goes into set.json.'),
  pack: z.string().min(1).optional().describe('Model pack: its generator draws the truths and its size is theirs.'),
  count: z.int().min(1).max(MOST_PICTURES).optional().describe('Number of pictures.'),
  seed: z.int().min(0).lt(MOST_SEEDS).optional().describe('Fixes everything that is drawn.'),
  truncation: anything.optional().describe('How far from the mean face a drawn face may lie, 0 to 1.'),
  from: z
    .union([z.string(), z.array(z.string()).min(1).max(100_000)])
    .optional()
    .describe('Photographs, or folders of them, instead of drawn faces; relative to the recipe.'),
  align: z
    .enum(['auto', 'none', 'whole'])
    .optional()
    .describe('Whether faces have to be found in the photographs; "whole": they are taken whole, faces or not.'),
  side: z.int().min(16).max(4096).optional().describe('Longest side of photographs that are taken whole, in pixels.'),
  degradation: z.record(z.string(), anything).optional().describe('The ordered map of stages.'),
  noise: z.record(z.string(), anything).optional().describe('Grain: deviation and size.'),
  damage: z
    .record(z.string(), anything)
    .optional()
    .describe('What the field damages pictures with, behind the stages.'),
})

/** A recipe as it is written. */
export type Recipe = z.infer<typeof recipeSchema>

/** A recipe whose every value is settled or can be drawn. */
export interface Plan {
  readonly description: string
  readonly pack: string
  /** undefined: one for each photograph. */
  readonly count: number | undefined
  readonly seed: number
  readonly from: readonly string[]
  readonly align: 'auto' | 'none' | 'whole'
  readonly side: number
  readonly truncation: Draw
  readonly degradation: Draw
  readonly noise: Draw
  /** undefined: none. */
  readonly damage: Draw | undefined
}

/** Reads a recipe; its paths become absolute. @throws ConfigError, one line */
export function loadRecipe(file: string): Recipe {
  const { document, source } = readJson5(file)
  const { name } = source
  validate(recipeSchema, document, source)
  const recipe = document as Recipe
  const folder = dirname(resolve(file))
  // Its values are checked where it can be said in which file they stand.
  planOf(recipe, name)
  return {
    ...recipe,
    ...(recipe.pack !== undefined && /[/\\]/u.test(recipe.pack) ? { pack: resolve(folder, recipe.pack) } : {}),
    ...(recipe.from === undefined ? {} : { from: [recipe.from].flat().map((path) => resolve(folder, path)) }),
  }
}

/** Completes a recipe by its defaults and makes draws of its values. @throws ConfigError, one line */
export function planOf(recipe: Recipe, source = 'recipe'): Plan {
  validate(recipeSchema, recipe, { name: source })
  const draw = (schema: z.core.$ZodType, spec: unknown, key: string) => drawOf(schema, spec, [key], source)
  return {
    description: recipe.description ?? '',
    pack: recipe.pack ?? 'compact',
    count: recipe.count ?? (recipe.from === undefined ? 8 : undefined),
    seed: recipe.seed ?? 0,
    from: [recipe.from ?? []].flat(),
    align: recipe.align ?? 'auto',
    side: recipe.side ?? 512,
    truncation: draw(truncationSchema, recipe.truncation ?? 0.8, 'truncation'),
    degradation: draw(degradationSchema, completed(recipe.degradation ?? {}), 'degradation'),
    noise: draw(noiseSchema, { deviation: 0, size: 0, ...recipe.noise }, 'noise'),
    damage: recipe.damage && draw(damageSchema, { scale: 1, scratches: false, ...recipe.damage }, 'damage'),
  }
}

/** What a recipe leaves out of a stage is the stage's own default, as in a run's config. */
function completed(degradation: Readonly<Record<string, unknown>>): JsonObject {
  const defaults: JsonObject = { ...stageDefaults() }
  const stages = Object.entries(degradation).map(([name, stage]) => {
    const start = defaults[name]
    return [name, isObject(stage) && isObject(start) ? { ...start, ...stage } : stage]
  })
  return Object.fromEntries(stages)
}
