/**
 * Schema of the degradation: the learnable camera as an ordered map of stages.
 *
 * A stage is known by its key; its own schema and defaults stand beside its function, so that adding one
 * is one file here. Order matters, so the map is merged with care (merge.ts).
 */
import { z } from 'zod'
import * as stageKinds from './stages.ts'

type Kinds = typeof stageKinds
const kinds: Kinds = { ...stageKinds }

/** Stages of the reference's camera, in the order in which it applies them. */
export const referenceStages = ['blur', 'downsample', 'spectral', 'response'] as const satisfies (keyof Kinds)[]

/** Every stage by its key, the reference's first. */
const names = [...new Set([...referenceStages, ...(Object.keys(stageKinds) as (keyof Kinds)[])])]

const shape = Object.fromEntries(names.map((name) => [name, z.exactOptional(kinds[name].schema)])) as {
  [Name in keyof Kinds]: z.ZodExactOptional<Kinds[Name]['schema']>
}

/** The ordered map of stages. */
export const degradationSchema = z.strictObject(shape)

/** A complete one. */
export type CompleteDegradation = z.infer<typeof degradationSchema>

/** Where every stage there is starts, also those that are only on when a config names them. */
export function stageDefaults(): { [Name in keyof Kinds]: z.infer<Kinds[Name]['schema']> } {
  const defaults = Object.fromEntries(names.map((name) => [name, structuredClone(kinds[name].defaults)]))
  return defaults as { [Name in keyof Kinds]: z.infer<Kinds[Name]['schema']> }
}

/** The reference's camera. */
export function referenceDegradation(): z.infer<typeof degradationSchema> {
  const { blur, downsample, spectral, response } = stageDefaults()
  return { blur, downsample, spectral, response }
}
