// How often a face is rightly taken, rightly refused, and cut out upright from turned scans: the table of docs/align.md.
//
//   npx tsx training/measure-align.ts --portraits FOLDER… --others FOLDER… [--turned] [--crops FOLDER]
//       [--every N --from K] [--evidence FILE] --out table.jsonl
//
// A turned copy is right when its crop lies where the crop of the upright picture lies; whether that one is right is for
// the eye (--crops). --evidence keeps what the networks say, for every picture, turn and effort, and reads it again the
// next time: a copy that lies on its side shows in its turns what the upright one shows in its turns (quarter turns are
// exact), and limits can be changed and counted again without looking anew. Delete the file when more than limits changed.
import { appendFileSync, existsSync, mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { MIN_CROP } from '../src/align/align.ts'
import type { Effort } from '../src/align/boxes.ts'
import { judgeAll } from '../src/align/detect.ts'
import { chooseFace } from '../src/align/face.ts'
import { findTurn, gatherInTurns } from '../src/align/face-turn.ts'
import { ffhqCrop } from '../src/align/ffhq.ts'
import { cropSquare, mapQuad, type Quad } from '../src/align/geometry.ts'
import type { Evidence } from '../src/align/judge.ts'
import { toColor } from '../src/images/gray.ts'
import { readPicture } from '../src/images/read.ts'
import { TURNS, type Turn, turnBack, turnBitmap } from '../src/images/turn.ts'
import { writePicture } from '../src/images/write.ts'

const { values: options } = parseArgs({
  options: {
    portraits: { type: 'string', multiple: true, default: [] },
    others: { type: 'string', multiple: true, default: [] },
    turned: { type: 'boolean', default: false },
    every: { type: 'string', default: '1' },
    from: { type: 'string', default: '0' },
    crops: { type: 'string' },
    evidence: { type: 'string' },
    out: { type: 'string', default: 'align.jsonl' },
  },
})

/** What one copy of a picture came to. */
interface Row {
  readonly path: string
  readonly kind: 'portrait' | 'other'
  /** By which the copy was turned before. */
  readonly turned: Turn
  readonly accepted: boolean
  /** Of processor time; what was read again took none. */
  readonly seconds: number
  readonly score?: number
  readonly second?: number
  readonly spread?: number
  readonly side?: number
  /** By which the program turned it. */
  readonly turn?: Turn
  /** Largest distance of the crop's corners from those of the upright copy, as a share of its side; 9 where that has none. */
  readonly off?: number
  readonly reason?: string
}

function filesOf(place: string): string[] {
  if (!existsSync(place)) throw new Error(`${place}: expected a folder or a list of files`)
  if (place.endsWith('.txt')) return readFileSync(place, 'utf8').split('\n').filter(Boolean)
  if (!statSync(place).isDirectory()) return [place]
  return readdirSync(place, { recursive: true, encoding: 'utf8' })
    .filter((name) => /\.(?:png|jpe?g|webp|tiff?)$/iu.test(name))
    .sort()
    .map((name) => join(place, name))
}

const kept = new Map<string, readonly Evidence[]>()
if (options.evidence !== undefined && existsSync(options.evidence)) {
  for (const line of readFileSync(options.evidence, 'utf8').split('\n').filter(Boolean)) {
    const { key, evidence } = JSON.parse(line) as { key: string; evidence: Evidence[] }
    kept.set(key, evidence)
  }
}

const share = (rows: readonly Row[], is: (row: Row) => boolean): string => {
  const count = rows.filter(is).length
  return `${count} of ${rows.length} (${rows.length > 0 ? ((100 * count) / rows.length).toFixed(1) : '–'} %)`
}

const offOf = (a: Quad, b: Quad): number =>
  Math.max(...a.map(([x, y], i) => Math.hypot(x - b[i]![0], y - b[i]![1]))) /
  Math.hypot(b[3][0] - b[0][0], b[3][1] - b[0][1])

async function measureOne(path: string, kind: Row['kind'], turns: readonly Turn[]): Promise<Row[]> {
  const picture = toColor(await readPicture(path))
  const gather = gatherInTurns(picture)
  const rows: Row[] = []
  let upright: Quad | undefined
  for (const turned of turns) {
    const begin = process.cpuUsage()
    const seconds = (): number => {
      const { user, system } = process.cpuUsage(begin)
      return Math.round((user + system) / 1e3) / 1e3
    }
    const look = async (turn: Turn, effort: Effort) => {
      const all = ((turn + turned) % 360) as Turn
      const key = `${path} ${all} ${effort}`
      let evidence = kept.get(key)
      if (!evidence) {
        evidence = await gather(all, effort)
        kept.set(key, evidence)
        if (options.evidence !== undefined) {
          appendFileSync(options.evidence, `${JSON.stringify({ key, kind, evidence })}\n`)
        }
      }
      return judgeAll(evidence)
    }
    try {
      const { turn, faces } = await findTurn(look)
      const face = chooseFace(faces)
      const { quad, size: side } = cropSquare(face.landmarks)
      if (side < MIN_CROP) throw new Error(`the face is too small: ${side}`)
      const all = ((turn + turned) % 360) as Turn
      // corners back into the upright picture
      const back = mapQuad(quad, (corner) => turnBack(corner, all, picture))
      if (turned === 0) upright = back
      const off = turned === 0 ? undefined : upright ? offOf(back, upright) : 9
      if (options.crops !== undefined && (off === undefined || off > 0.1)) {
        const { bitmap } = ffhqCrop(turnBitmap(picture, all), face.landmarks, { outputSize: 128, transformSize: 256 })
        mkdirSync(options.crops, { recursive: true })
        const name = `${kind}-${turned}-${path.replace(/[^\w.]+/gu, '_').slice(-60)}.png`
        await writePicture(join(options.crops, name), bitmap)
      }
      const { score, second, spread } = face
      const row = { path, kind, turned, accepted: true, seconds: seconds(), score, second, spread, side, turn }
      rows.push({ ...row, ...(off === undefined ? {} : { off }) })
    } catch (error) {
      rows.push({ path, kind, turned, accepted: false, seconds: seconds(), reason: (error as Error).message })
    }
    appendFileSync(options.out, `${JSON.stringify(rows.at(-1))}\n`)
  }
  return rows
}

writeFileSync(options.out, '')
const rows: Row[] = []
for (const [kind, places] of [
  ['portrait', options.portraits],
  ['other', options.others],
] as const) {
  const paths = places.flatMap(filesOf).filter((_, i) => i % Number(options.every) === Number(options.from))
  for (const path of paths) {
    rows.push(...(await measureOne(path, kind, kind === 'portrait' && options.turned ? TURNS : [0])))
  }
}
const portraits = rows.filter(({ kind }) => kind === 'portrait')
const asTheyLie = portraits.filter(({ turned }) => turned === 0)
const onTheSide = portraits.filter(({ turned }) => turned !== 0)
console.log(`portraits taken: ${share(asTheyLie, ({ accepted }) => accepted)}`)
console.log(`turned copies taken: ${share(onTheSide, ({ accepted }) => accepted)}`)
console.log(`turned copies with another crop: ${share(onTheSide, ({ accepted, off }) => accepted && (off ?? 0) > 0.1)}`)
console.log(
  `others refused: ${share(
    rows.filter(({ kind }) => kind === 'other'),
    ({ accepted }) => !accepted,
  )}`,
)
