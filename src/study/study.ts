/**
 * A blind choice between two pictures at a time (two-alternative forced choice, 2AFC), made from a comparison: who looks sees no
 * names, the order and the sides are drawn anew for each participant, and the answers are a file.
 */
import { createHash } from 'node:crypto'
import { type Grid, gridOf } from '../compare/grid.ts'
import { nameOf } from '../compare/page-words.ts'
import { type PictureSource, pictureOf, truthPicture } from '../compare/pictures.ts'
import { CompareError, type CompareRequest } from '../compare/types.ts'
import type { Methods } from '../methods/method.ts'
import { embedBytes } from '../report/pictures.ts'

/** What is shown beside the two. */
export type Reference = 'input' | 'truth' | 'none'

/** How a study is made. */
export interface StudyRequest extends Pick<CompareRequest, 'title' | 'base' | 'conditions' | 'runs'> {
  readonly question: string
  readonly reference: Reference
  /** Which picture of the runs; default: what comes of them. */
  readonly view?: string | undefined
  /** Choices for one participant, at most; default: all pairs. */
  readonly most?: number | undefined
  /** Choices that are shown a second time with their sides turned, to see whether an answer holds. */
  readonly repeats: number
  /** Longest side of the pictures, pixels. */
  readonly side: number
}

/** A choice: indices of conditions, of an input, a seed, and of pictures. */
export interface StudyPair {
  readonly input: number
  readonly seed: number
  readonly conditions: readonly [number, number]
  readonly pictures: readonly [number, number]
}

/** All that the page needs. */
export interface Study {
  /** Of what is asked and shown: answers to different studies are not counted together. */
  readonly id: string
  readonly title: string
  readonly question: string
  readonly conditions: readonly string[]
  readonly inputs: readonly string[]
  readonly pairs: readonly StudyPair[]
  /** Data URIs. */
  readonly pictures: readonly string[]
  /** One for each input, by index of `pictures`; -1: none. */
  readonly references: readonly number[]
  readonly most: number
  readonly repeats: number
}

/** Quality of pictures larger than what is embedded without loss: what is judged must not be the encoder. */
const QUALITY = 96

/** Reads the runs and makes all pairs of conditions of every input and seed. */
export async function studyOf(request: StudyRequest, methods: Methods): Promise<Study> {
  const grid = gridOf(request, methods)
  const { conditions, inputs, seeds } = grid
  if (conditions.length < 2)
    throw new CompareError('expected two conditions or more to choose between, found one; name runs that differ')
  const pictures: string[] = []
  const indices = new Map<string, number>()
  const add = async (source: PictureSource | undefined): Promise<number> => {
    if (source === undefined) return -1
    const bytes = source.read()
    const hash = createHash('sha256').update(bytes).digest('hex')
    const known = indices.get(hash)
    if (known !== undefined) return known
    const { src } = await embedBytes(bytes, source.path, request.side, QUALITY)
    indices.set(hash, pictures.push(src) - 1)
    return pictures.length - 1
  }
  const pairs: StudyPair[] = []
  const references: number[] = []
  for (const [i, input] of inputs.entries()) {
    references.push(await add(referenceOf(grid, input, request.reference)))
    for (const seed of seeds) {
      const shown: number[] = []
      for (const { name } of conditions) {
        const run = grid.at(name, input, seed)
        shown.push(run?.complete ? await add(pictureOf(run, request.view ?? run.method?.after ?? 'result')) : -1)
      }
      for (let a = 0; a < conditions.length; a++)
        for (let b = a + 1; b < conditions.length; b++) {
          const both = [shown[a]!, shown[b]!] as const
          // Equal pictures are no choice.
          if (both.includes(-1) || both[0] === both[1]) continue
          pairs.push({ input: i, seed, conditions: [a, b], pictures: both })
        }
    }
  }
  if (pairs.length === 0)
    throw new CompareError(
      'expected complete runs of one input and seed under two conditions, whose pictures differ, found none',
    )
  const names = conditions.map(nameOf)
  const { title, question, most = pairs.length, repeats } = request
  const asked = { question, conditions: names, inputs, pairs }
  const id = createHash('sha256').update(JSON.stringify(asked)).update(pictures.join()).digest('hex').slice(0, 16)
  return { ...asked, id, title, pictures, references, most: Math.min(most, pairs.length), repeats }
}

function referenceOf({ runs }: Grid, input: string, reference: Reference): PictureSource | undefined {
  if (reference === 'none') return undefined
  const own = runs.filter((run) => run.input === input && run.complete)
  const sources = own.map((run) =>
    reference === 'truth' ? truthPicture(run) : pictureOf(run, run.method?.before ?? 'aligned'),
  )
  return sources.find((source) => source !== undefined)
}
