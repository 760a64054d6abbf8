/** From a run folder to the file of its moving picture: `rephoto animate`, and a function of the package. */
import { basename, extname, resolve } from 'node:path'
import { ANIMATION_SUFFIXES, writeAnimation } from '../images/animate.ts'
import type { Methods } from '../methods/method.ts'
import { outputPath } from '../output.ts'
import { readManifest } from '../run/manifest.ts'
import { type FilmOptions, filmOf } from './film.ts'

/** What is made, and where it goes. */
export interface AnimateOptions extends FilmOptions {
  /** File, whose suffix decides the format, or a folder; default: <input>-<kind>.webp in the current folder. */
  readonly out?: string | undefined
  /** Whether a file that is there already may be replaced. */
  readonly force?: boolean
}

/** @returns the path of the file. @throws RunFolderError, OutputError, PictureError, one line each */
export async function animateRun(
  folder: string,
  methods: Methods,
  { out, force = false, ...film }: AnimateOptions,
): Promise<string> {
  const { input } = readManifest(resolve(folder))
  const name = `${basename(input.name, extname(input.name))}-${film.kind}.webp`
  const path = outputPath({ out, name, suffixes: ANIMATION_SUFFIXES, inputs: [], force })
  await writeAnimation(path, await filmOf(folder, methods, film), { exclusive: !force })
  return path
}
