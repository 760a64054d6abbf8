/** Carries out `rephoto edit`: says what it costs, writes the pictures. */
import { basename, extname, resolve } from 'node:path'
import { scoreNames } from '../features/face-scores.ts'
import { figureSuffixes, writeFigure } from '../figure/write-figure.ts'
import { openPicture } from '../images/read.ts'
import { writePicture } from '../images/write.ts'
import { importedDirection } from '../methods/rephotograph/edit/direction-file.ts'
import type { Directions } from '../methods/rephotograph/edit/directions.ts'
import { edit, strip, type Wishes } from '../methods/rephotograph/edit/edit.ts'
import { type EditableRun, openForEdits, type Seen } from '../methods/rephotograph/edit/edited.ts'
import { directionsFor } from '../methods/rephotograph/edit/known.ts'
import { FAR_OFF } from '../methods/rephotograph/edit/move.ts'
import { stripDrawing } from '../methods/rephotograph/edit/strip-drawing.ts'
import { outputPath } from '../output.ts'
import { pasteInto } from '../paste/paste.ts'
import { RunFolderError } from '../run/errors.ts'
import { runName } from '../run/folder.ts'
import { isInside } from '../run/inside.ts'
import { readRunPicture } from '../run/pictures.ts'
import { UsageError } from './failure.ts'
import { print, printPath, say } from './print.ts'

interface Places {
  readonly out?: string | undefined
  readonly whole: boolean
  readonly strip?: string | undefined
  readonly force: boolean
}

const SUFFIXES = ['.png', '.jpg', '.jpeg', '.webp', '.tif', '.tiff', '.avif']

export async function carryOutEdit(folder: string, wishes: Wishes, places: Places): Promise<void> {
  const run = await openForEdits(resolve(folder))
  try {
    const { latents } = run.setting.shape
    if (wishes.layers && wishes.layers[1] > latents)
      throw new UsageError(`--layers: expected layers up to ${latents - 1}, found ${wishes.layers[1] - 1}`)
    const { input } = run.manifest
    const stem = basename(input.name, extname(input.name))
    const asked = { suffixes: SUFFIXES, inputs: inputOf(run), force: places.force }
    const path = outputPath({ ...asked, out: places.out, name: `${stem}-edited.png` })
    const stripPath =
      places.strip === undefined
        ? undefined
        : outputPath({ ...asked, out: places.strip, name: `${stem}-strip.png`, suffixes: figureSuffixes })
    const directions = () => directionsFor(run.setting, tellLearning)
    const edited = await edit(run, wishes, directions)
    printTable([
      { name: 'result', seen: edited.before },
      { name: 'edited', seen: edited.after },
    ])
    if (edited.wantedAge !== undefined && Math.abs(edited.after.age - edited.wantedAge) > FAR_OFF)
      say(
        `warning: the age wanted, ${Math.round(edited.wantedAge)}, is not reached along this direction; ${Math.round(edited.after.age)} is the nearest`,
      )
    if (edited.ageSteps !== undefined)
      say(
        `${signed(edited.ageSteps)} steps along the age direction${edited.directions ? ` (R² ${edited.directions.age.r2.toFixed(2)})` : ''}`,
      )
    await writeEdited(run, resolve(folder), edited.picture, path, places)
    printPath('edited', path)
    if (stripPath !== undefined) {
      const step = await firstDirection(run, wishes, directions)
      const steps = await strip(run, step, wishes.layers)
      printTable(steps.map(({ by, seen }) => ({ name: signed(by), seen })))
      await writeFigure(stripPath, await stripDrawing(steps), !places.force)
      printPath('strip', stripPath)
    }
  } finally {
    await run.close()
  }
}

function tellLearning(done: number, all: number): void {
  if (done === 0)
    say(`learning what age, sex, smile and turn are in this generator, from ${all} faces; once, then it is kept`)
  else say(`${done}/${all}`)
}

async function firstDirection(
  run: EditableRun,
  { age, steps, imported }: Wishes,
  directions: () => Promise<Directions>,
): Promise<Float32Array> {
  const name = age !== undefined ? 'age' : scoreNames.find((score) => score !== 'age' && steps[score] !== undefined)
  if (name !== undefined) return (await directions())[name].step
  const { file, row, by } = imported!
  return importedDirection(file, run.setting.shape.styleDim, row).map((v) => v * by)
}

async function writeEdited(
  run: EditableRun,
  folder: string,
  picture: Awaited<ReturnType<EditableRun['picture']>>,
  path: string,
  { whole, force }: Places,
): Promise<void> {
  const options = { exclusive: !force }
  if (!whole) return writePicture(path, picture, options)
  const { crop, paste, input } = run.manifest
  const [photo] = inputOf(run)
  if (!crop || photo === undefined || !isInside(folder, runName.picture('outline')))
    throw new RunFolderError(`${folder}: expected a run with a crop and its outline, found none; leave out --whole`)
  const { bitmap, metadata, sha256 } = await openPicture(photo)
  if (sha256 !== input.sha256) throw new RunFolderError(`${photo}: the picture is another now; leave out --whole`)
  const pasted = {
    quad: crop.quad,
    crop: await readRunPicture(folder, runName.picture('aligned')),
    result: picture,
    mask: await readRunPicture(folder, runName.picture('outline')),
  }
  await writePicture(path, pasteInto(bitmap, [pasted], paste?.mode ?? 'face'), { ...options, metadata })
}

/** The photograph of the run, where its config names it. */
function inputOf({ setting: { config } }: EditableRun): string[] {
  return config.input === null ? [] : [config.input]
}

function printTable(rows: readonly { readonly name: string; readonly seen: Seen }[]): void {
  const head = ['', 'age', 'male', 'smile', 'yaw', 'likeness', 'prior']
  const cells = rows.map(({ name, seen }) => [
    name,
    seen.age.toFixed(1),
    seen.male.toFixed(1),
    seen.smile.toFixed(1),
    seen.yaw.toFixed(2),
    seen.identity.toFixed(3),
    seen.prior.toFixed(2),
  ])
  const widths = head.map((title, i) => Math.max(title.length, ...cells.map((row) => row[i]!.length)))
  for (const row of [head, ...cells]) print(row.map((cell, i) => cell.padStart(widths[i]!)).join('  '))
}

function signed(value: number): string {
  const text = Number.isInteger(value) ? String(Math.abs(value)) : Math.abs(value).toFixed(2)
  return value > 0 ? `+${text}` : value < 0 ? `−${text}` : text
}
