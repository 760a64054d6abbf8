/**
 * The folder of a chain: methods that follow each other, each working on what the one before has made.
 *
 *     chain.json                     what was asked for
 *     1-restore/ 2-upscale/ …        a run each, as any other
 *     1-restore.png …                what a run hands on where its folder has only a picture to look at: all bits, alpha
 *     report.html                    the chain in one page
 *     lock                           while a process works on it
 */
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { z } from 'zod'
import type { Fragment } from '../config/load.ts'
import { readDocument } from '../run/document.ts'
import { RunFolderError } from '../run/errors.ts'
import { writeText } from '../run/folder.ts'

/** More steps than anybody chains. */
export const MOST_STEPS = 16

const NAME = 'chain.json'

/** What a chain is to do. */
export interface Chain {
  /** Absolute path of the picture that it begins with. */
  readonly input: string
  /** Configs without an input, in their order. */
  readonly steps: readonly Fragment[]
  /** Where the last result goes besides; null: nowhere. */
  readonly file: string | null
  /** Whether a file of that name may be replaced. */
  readonly replace: boolean
}

const schema = z.strictObject({
  format: z.literal('rephoto-chain'),
  formatVersion: z.literal(1),
  input: z.string().min(1).max(4096),
  steps: z
    .array(z.looseObject({ method: z.string().min(1).max(64) }))
    .min(1)
    .max(MOST_STEPS),
  file: z.string().min(1).max(4096).nullable(),
  replace: z.boolean(),
})

/** Whether a folder is that of a chain. */
export function isChain(folder: string): boolean {
  return existsSync(join(folder, NAME))
}

/** Writes chain.json. */
export function writeChain(folder: string, chain: Chain): void {
  writeText(join(folder, NAME), `${JSON.stringify({ format: 'rephoto-chain', formatVersion: 1, ...chain }, null, 2)}\n`)
}

/** Reads chain.json. @throws RunFolderError that names its first mistake */
export function readChain(folder: string): Chain {
  const chain = readDocument(folder, NAME, schema, { todo: 'restore the file from a copy, or start the chain anew' })
  if (chain) return chain as Chain
  throw new RunFolderError(`${folder}: expected the folder of a chain, found no ${NAME}`)
}

/** Name of a step's run, from 0: "2-upscale". */
export function stepName({ steps }: Pick<Chain, 'steps'>, step: number): string {
  return `${step + 1}-${steps[step]!.method}`
}
