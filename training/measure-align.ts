// How often a face is rightly taken, rightly refused, and cut out upright from turned scans: the table of docs/align.md.
//
//   npx tsx training/measure-align.ts --portraits FOLDER… --others FOLDER… [--turned] [--every N --from K] --out table.jsonl
//
// A portrait is right when the crop lies where the crop of the upright picture lies; whether that one is right is for the
// eye (--sheet writes a contact sheet). Every picture is judged once as it lies; with --turned, portraits in all turns.
import { appendFileSync, existsSync, readdirSync, readFileSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { alignPortrait } from '../src/align/align.ts'
import type { Quad } from '../src/align/geometry.ts'
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
  readonly seconds: number
  readonly score?: number
  readonly second?: number
  readonly spread?: number
  readonly side?: number
  /** By which the program turned it. */
  readonly turn?: Turn
  /** Distance of the crop's corners from those of the upright copy, as a share of its side. */
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

const share = (rows: readonly Row[], is: (row: Row) => boolean): string => {
  const count = rows.filter(is).length
  return `${count} of ${rows.length} (${rows.length > 0 ? ((100 * count) / rows.length).toFixed(1) : '–'} %)`
}

async function measureOne(path: string, kind: Row['kind'], turns: readonly Turn[]): Promise<Row[]> {
  const picture = toColor(await readPicture(path))
  const rows: Row[] = []
  let upright: Quad | undefined
  for (const turned of turns) {
    const copy = turnBitmap(picture, turned)
    const begin = performance.now()
    const seconds = () => Math.round(performance.now() - begin) / 1000
    try {
      const { quad, face, turn, bitmap } = await alignPortrait(copy, { outputSize: 96, transformSize: 192 })
      // corners back into the upright picture
      const back = quad.map((corner) => turnBack(corner, turned, picture)) as unknown as Quad
      const side = Math.hypot(back[3][0] - back[0][0], back[3][1] - back[0][1])
      if (turned === 0) upright = back
      const off =
        upright && Math.max(...back.map(([x, y], i) => Math.hypot(x - upright![i]![0], y - upright![i]![1]))) / side
      if (options.crops !== undefined && turned === 0) {
        await writePicture(join(options.crops, `${kind}-${path.replace(/[^\w.]+/gu, '_').slice(-60)}.png`), bitmap)
      }
      const { score, second, spread } = face!
      rows.push({
        path,
        kind,
        turned,
        accepted: true,
        seconds: seconds(),
        score,
        second,
        spread,
        side,
        turn,
        ...(off === undefined ? {} : { off }),
      })
    } catch (error) {
      rows.push({ path, kind, turned, accepted: false, seconds: seconds(), reason: (error as Error).message })
    }
    appendFileSync(options.out, `${JSON.stringify(rows.at(-1))}\n`)
  }
  return rows
}

const rows: Row[] = []
for (const [kind, places] of [
  ['portrait', options.portraits],
  ['other', options.others],
] as const) {
  const paths = places.flatMap(filesOf).filter((_, i) => i % Number(options.every) === Number(options.from))
  for (const path of paths)
    rows.push(...(await measureOne(path, kind, kind === 'portrait' && options.turned ? TURNS : [0])))
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
