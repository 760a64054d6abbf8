/**
 * How damage to a picture file shows (docs/pictures.md): copies of a picture with 8 bytes overwritten at random places, per format.
 *
 *     node --import tsx experiments/measure-damage.ts <copies> <picture…>     how many damaged copies are refused or remarked on
 *     node --import tsx experiments/measure-damage.ts good <picture…>         which intact pictures are not read without a remark
 *
 * A copy counts as wrong where more than a tenth of its pixels differ from the intact picture by more than 8 of 255 levels.
 */
import { readFileSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import sharp, { type Sharp } from 'sharp'
import { openPicture } from '../src/images/read.ts'

const FORMATS: Record<string, (picture: Sharp) => Sharp> = {
  'JPEG, baseline': (p) => p.jpeg({ quality: 90 }),
  'JPEG, baseline, 4:4:4': (p) => p.jpeg({ quality: 92, chromaSubsampling: '4:4:4' }),
  'JPEG, progressive': (p) => p.jpeg({ quality: 90, progressive: true }),
  PNG: (p) => p.png(),
  'WebP, lossy': (p) => p.webp({ quality: 85 }),
  'WebP, lossless': (p) => p.webp({ lossless: true }),
  GIF: (p) => p.gif(),
  'TIFF, plain': (p) => p.tiff({ compression: 'none' }),
  'TIFF, LZW': (p) => p.tiff({ compression: 'lzw' }),
  'TIFF, deflate': (p) => p.tiff({ compression: 'deflate' }),
  'TIFF, JPEG': (p) => p.tiff({ compression: 'jpeg', quality: 90 }),
  AVIF: (p) => p.avif({ quality: 60, effort: 2 }),
}

/** A small generator with a fixed seed: the same places at each run. */
function randomBelow(seed: number): (below: number) => number {
  let state = seed >>> 0
  return (below) => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0
    return Math.floor((state / 2 ** 32) * below)
  }
}

function shareWrong(found: Uint8Array, right: Uint8Array, channels: number): number {
  if (found.length !== right.length) return 1
  let wrong = 0
  for (let i = 0; i < right.length; i += channels) {
    let off = 0
    for (let c = 0; c < channels; c++) off = Math.max(off, Math.abs(found[i + c]! - right[i + c]!))
    if (off > 8) wrong++
  }
  return wrong / (right.length / channels)
}

interface Tally {
  copies: number
  /** By sharp alone, with `failOn: 'error'`. */
  refusedAlone: number
  missedAlone: number
  refused: number
  remarked: number
  /** Neither, though more than a tenth is wrong. */
  missed: number
  /** Refused or remarked on, though nothing is wrong to be seen. */
  harmless: number
}

async function damagedCopies(name: string, files: readonly string[], copies: number): Promise<Tally> {
  const tally: Tally = { copies: 0, refusedAlone: 0, missedAlone: 0, refused: 0, remarked: 0, missed: 0, harmless: 0 }
  const below = randomBelow(7)
  const place = join(tmpdir(), `damaged-${process.pid}`)
  const encoded = await Promise.all(
    files.map(async (file) => {
      const bytes = await FORMATS[name]!(sharp(file).autoOrient()).toBuffer()
      const right = await sharp(bytes).flatten().raw().toBuffer({ resolveWithObject: true })
      return { file, bytes, right: right.data, channels: right.info.channels }
    }),
  )
  for (let i = 0; i < copies; i++) {
    const { file, bytes, right, channels } = encoded[i % encoded.length]!
    const copy = Buffer.from(bytes)
    const at = below(copy.length - 8)
    for (let k = 0; k < 8; k++) copy[at + k] = below(256)
    writeFileSync(place, copy)
    const seen = await sharp(copy, { failOn: 'none' })
      .flatten()
      .raw()
      .toBuffer()
      .catch(() => Buffer.alloc(0))
    const wrong = shareWrong(seen, right, channels)
    tally.copies++
    const alone = await sharp(copy, { failOn: 'error' })
      .flatten()
      .raw()
      .toBuffer()
      .catch(() => undefined)
    if (alone === undefined) tally.refusedAlone++
    else if (wrong > 0.1) tally.missedAlone++
    const { remarks } = await openPicture(place).catch(() => ({ remarks: undefined }))
    if (remarks === undefined) tally.refused++
    else if (remarks.length > 0) tally.remarked++
    else if (wrong > 0.1) {
      tally.missed++
      if (process.env.VERBOSE) console.log(`  missed: ${name} ${file} at ${at}, ${Math.round(100 * wrong)} % wrong`)
    }
    if ((remarks === undefined || remarks.length > 0) && wrong === 0) tally.harmless++
  }
  return tally
}

async function intact(files: readonly string[]): Promise<void> {
  let odd = 0
  for (const file of files) {
    const said = await openPicture(file).then(
      ({ remarks }) => remarks.join('; '),
      (error: Error) => error.message,
    )
    if (said === '') continue
    odd++
    console.log(`${file}: ${said}`)
  }
  console.log(`${files.length} pictures, ${odd} with a remark or an error`)
}

const [what = '', ...given] = process.argv.slice(2)
const files = given.flatMap((name) =>
  name.startsWith('@') ? readFileSync(name.slice(1), 'utf8').trim().split('\n') : [name],
)
if (what === 'good') await intact(files)
else {
  console.log(
    '| format | copies | sharp alone: refused | missed (over 10 % wrong) | refused | remarked on | missed | no pixel wrong, yet refused or remarked on |',
  )
  console.log('|---|---|---|---|---|---|---|---|')
  for (const name of Object.keys(FORMATS).filter((one) => one.includes(process.env.FORMAT ?? ''))) {
    const { copies, refusedAlone, missedAlone, refused, remarked, missed, harmless } = await damagedCopies(
      name,
      files,
      Number(what),
    )
    console.log(
      `| ${name} | ${copies} | ${refusedAlone} | ${missedAlone} | ${refused} | ${remarked} | ${missed} | ${harmless} |`,
    )
  }
}
