/**
 * Carries out a chain. Each step is a run with a folder, a report and a state of its own, so that a chain that was stopped, killed or
 * failed goes on where it was, and ends as one that was not interrupted.
 */
import { existsSync, rmSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { ConfigError, type Fragment } from '../config/index.ts'
import { openPicture } from '../images/read.ts'
import { writePicture } from '../images/write.ts'
import { checkConfig } from '../methods/configs.ts'
import type { Method } from '../methods/method.ts'
import { methodOf } from '../methods/methods.ts'
import { type RunResult, resumeRun, run } from '../methods/runner.ts'
import { loadPack } from '../models/load.ts'
import { claim } from '../output.ts'
import { RunFolderError } from '../run/errors.ts'
import type { RunObserver } from '../run/events.ts'
import { createRunFolder, discard, runName } from '../run/folder.ts'
import { sha256File } from '../run/hash.ts'
import { isInside } from '../run/inside.ts'
import { lockFolder } from '../run/lock.ts'
import { readManifest } from '../run/manifest.ts'
import { type Chain, MOST_STEPS, readChain, stepName, writeChain } from './document.ts'
import { writeChainPage } from './page.ts'

/** What to do, and where. */
export interface ChainOptions {
  readonly chain: Chain
  /** Folder of the chain, new or empty; default: reports/<name of the input>, numbered if taken. */
  readonly out?: string
}

/**
 * Makes a picture by several methods, one after the other.
 *
 * @param signal ends it after the step that its run is at, in order
 * @returns of a stopped chain status 'partial'; steps are those of the chain
 * @throws what a run throws; the configs of all steps are checked before the first
 */
export async function runChain(
  { chain, out }: ChainOptions,
  observer: RunObserver = () => {},
  signal?: AbortSignal,
): Promise<RunResult> {
  if (chain.steps.length > MOST_STEPS)
    throw new ConfigError(`expected at most ${MOST_STEPS} steps of a chain, found ${chain.steps.length}`)
  if (chain.file !== null) claim(chain.file, [chain.input], chain.replace)
  await checkSteps(chain)
  // What can't be read makes no folder.
  await openPicture(chain.input)
  const { folder, made } = createRunFolder(out, chain.input)
  try {
    writeChain(folder, chain)
    return await carryOn(folder, observer, signal)
  } catch (error) {
    if (!existsSync(join(folder, stepName(chain, 0)))) discard(folder, made)
    throw error
  }
}

/** Goes on with a chain. @throws RunFolderError where it is complete, or something of it is another now */
export async function resumeChain(folder: string, observer: RunObserver = () => {}, signal?: AbortSignal) {
  const place = resolve(folder)
  const chain = readChain(place)
  if (chain.steps.every((_, i) => standing(place, chain, i) === 'complete'))
    throw new RunFolderError(`${folder}: expected an unfinished chain, found a complete one; start another`)
  await checkSteps(chain)
  return carryOn(place, observer, signal)
}

/** @throws ConfigError, or ModelError for what a pack lacks */
async function checkSteps({ steps }: Chain): Promise<void> {
  for (const [i, step] of steps.entries()) {
    checkConfig(step, `step ${i + 1} (${step.method})`)
    const { plan } = await methodOf(step).load()
    const pack = loadPack(typeof step.pack === 'string' ? step.pack : 'compact')
    try {
      plan(step, pack)
    } finally {
      pack.close()
    }
  }
}

async function carryOn(folder: string, observer: RunObserver, signal: AbortSignal | undefined): Promise<RunResult> {
  const lock = lockFolder(folder, 'chain')
  try {
    const chain = readChain(folder)
    let result: RunResult | undefined
    let input = chain.input
    for (const [i, step] of chain.steps.entries()) {
      const method = methodOf(step)
      const place = join(folder, stepName(chain, i))
      const config = configOf(folder, chain, i, input)
      if (standing(folder, chain, i) === 'complete') checkInput(place, input)
      else {
        observer({ type: 'note', message: `step ${i + 1} of ${chain.steps.length}: ${method.title}` })
        result = await makeStep(place, config, observer, signal)
        if (result.status !== 'complete') break
      }
      input = handedOn(place, method, config)
    }
    const done = chain.steps.filter((_, i) => standing(folder, chain, i) === 'complete').length
    const isComplete = done === chain.steps.length
    if (isComplete) await writeFile(chain, input)
    return {
      ...(result?.summary === undefined ? {} : { summary: result.summary }),
      folder,
      status: isComplete ? 'complete' : 'partial',
      stepsDone: done,
      stepsTotal: chain.steps.length,
      files: { report: await writeChainPage(folder, chain), result: isComplete ? (chain.file ?? input) : input },
    }
  } catch (error) {
    await writeChainPage(folder, readChain(folder)).catch(() => {})
    throw error
  } finally {
    lock.release()
  }
}

async function makeStep(
  place: string,
  config: Fragment,
  observer: RunObserver,
  signal: AbortSignal | undefined,
): Promise<RunResult> {
  if (isInside(place, runName.manifest)) return resumeRun(place, observer, signal)
  // What a kill left before there was a manifest.
  rmSync(place, { recursive: true, force: true })
  return run({ config, out: place }, observer, signal)
}

/** The config of a step's run. Methods that write a file of all bits hand that on. */
function configOf(folder: string, chain: Chain, i: number, input: string): Fragment {
  const step = chain.steps[i]!
  if (!methodOf(step).writesFile) return { ...step, input }
  const isLast = i === chain.steps.length - 1
  const file = isLast ? chain.file : join(folder, `${stepName(chain, i)}.png`)
  const output = { ...(step.output as object), file, replace: isLast ? chain.replace : true }
  return { ...step, input, output } as Fragment
}

/** The picture that a complete step hands to the next: the file it wrote, the whole photograph, or its result. */
function handedOn(place: string, method: Method, config: Fragment): string {
  const { file } = (config.output ?? {}) as { file?: string | null }
  if (method.writesFile && typeof file === 'string') return file
  return join(place, runName.picture(isInside(place, runName.picture('whole')) ? 'whole' : method.after))
}

/** Where the last method has not done so itself. */
async function writeFile({ file, replace, steps }: Chain, result: string): Promise<void> {
  if (file === null || methodOf(steps.at(-1)!).writesFile) return
  const { bitmap, metadata } = await openPicture(result)
  await writePicture(file, bitmap, { metadata, exclusive: !replace })
}

function standing(folder: string, chain: Chain, i: number): string | undefined {
  const place = join(folder, stepName(chain, i))
  return existsSync(join(place, runName.manifest)) ? readManifest(place).status : undefined
}

/** A step that is done must have been made of what is there now. */
function checkInput(place: string, input: string): void {
  if (!existsSync(input))
    throw new RunFolderError(`${input}: expected the picture that ${place} was made of, found none; put it back`)
  if (sha256File(input) === readManifest(place).input.sha256) return
  throw new RunFolderError(
    `${input}: expected the picture that ${place} was made of, found another; put it back, or start the chain anew`,
  )
}
