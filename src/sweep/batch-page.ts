/** The page of a batch: every photograph as it was and as it is now, its faces with their reports, and what failed. */
import type { Method } from '../methods/method.ts'
import { methods } from '../methods/methods.ts'
import { htmlDocument } from '../report/document.ts'
import { duration } from '../report/duration.ts'
import { type Html, html } from '../report/html.ts'
import { slider } from '../report/page-pictures.ts'
import { clientScript } from '../report/page-scripts.ts'
import { type EmbeddedPicture, embedPicture } from '../report/pictures.ts'
import { runName } from '../run/folder.ts'
import { folderInside, isInside } from '../run/inside.ts'
import { type Manifest, readManifest } from '../run/manifest.ts'
import { readMetrics } from '../run/metrics.ts'
import type { BatchPhoto } from './experiment.ts'
import type { SweepRun } from './folder.ts'

/** A photograph of the page. */
export interface BatchEntry {
  readonly photo: BatchPhoto
  readonly runs: readonly SweepRun[]
  /** Names of pictures in the folder of the batch that hold all its faces. */
  readonly whole?: string
  readonly numbered?: string
  /** What went wrong at the end. */
  readonly remark?: string
}

/** Sides of pictures: with many photographs small ones, or the page would be one that no browser likes. */
const FEW = 30
const [LARGE_SIDE, SMALL_SIDE, FACE_SIDE] = [1024, 512, 256]

const STYLE = `
.photo { display: grid; grid-template-columns: minmax(0, 3fr) minmax(0, 2fr); gap: 1.5rem 2rem; align-items: start; padding-top: 1.5rem; border-top: 1px solid var(--rule); margin: 2rem 0; }
.photo h2 { grid-column: 1 / -1; margin: 0; font-size: 1.25rem; }
.photo .compare { max-width: none; width: 100%; margin: 0; }
.faces { display: grid; grid-template-columns: repeat(auto-fill, minmax(8.5rem, 1fr)); gap: 1rem; margin: 0; padding: 0; list-style: none; }
.faces img { width: 100%; }
.faces a { color: inherit; }
.faces .failed { grid-column: 1 / -1; color: var(--line-5); font-size: 0.92rem; overflow-wrap: anywhere; }
.faces .waiting { color: var(--faint); }
.faces small { display: block; color: var(--faint); font-size: 0.8rem; line-height: 1.35; }
.photo details { grid-column: 1 / -1; }
.photo details img { max-width: 48rem; width: 100%; }
@media (max-width: 46rem) { .photo { grid-template-columns: minmax(0, 1fr); } }
`

/** The HTML of the page. @param folder of the batch */
export async function batchPage(folder: string, name: string, entries: readonly BatchEntry[]): Promise<string> {
  const side = entries.length > FEW ? SMALL_SIDE : LARGE_SIDE
  const photos: Html[] = []
  for (const entry of entries) photos.push(await photoSection(folder, entry, side))
  const runs = entries.flatMap((entry) => entry.runs)
  const body = html`<header>
<p class="kicker">rephoto · a batch</p>
<h1>${name}</h1>
${facts(entries, runs)}
</header>
<main>
${failures(runs)}
${photos}
</main>
<footer>Each face links to the report of its run; the exact pictures lie beside it. The same command makes what is missing.</footer>
${clientScript('report/client/sliders')}`
  return htmlDocument(`${name} · rephoto`, body, STYLE)
}

function facts(entries: readonly BatchEntry[], runs: readonly SweepRun[]): Html {
  const count = (...wanted: string[]) => runs.filter(({ status }) => wanted.includes(status)).length
  const waiting = count('waiting', 'running')
  const rows: readonly (readonly [string, string])[] = [
    ['Photographs', String(entries.length)],
    ['Faces', String(runs.length)],
    ['Complete', String(count('complete'))],
    ...(count('failed') > 0 ? [['Failed', String(count('failed'))] as const] : []),
    ...(waiting > 0 ? [['Left to do', String(waiting)] as const] : []),
    ['Computing', duration(runs.reduce((sum, { seconds }) => sum + (seconds ?? 0), 0))],
  ]
  return html`<dl class="facts">${rows.map(([label, value]) => html`<div><dt>${label}</dt><dd>${value}</dd></div>`)}</dl>`
}

function failures(runs: readonly SweepRun[]): Html | null {
  const failed = runs.filter(({ status }) => status === 'failed')
  if (failed.length === 0) return null
  return html`<aside class="banner failed" aria-label="What failed"><p>${failed.length === 1 ? 'One run' : `${failed.length} runs`} failed; the others are not touched by it.</p>
<ul>${failed.map(({ name, error }) => html`<li><strong>${name}</strong>: ${error ?? 'failed'}</li>`)}</ul></aside>`
}

async function photoSection(folder: string, entry: BatchEntry, side: number): Promise<Html> {
  const { photo, runs, remark } = entry
  const made = runs.flatMap((run) => madeRun(folder, run) ?? [])
  const faces: Html[] = []
  for (const run of runs)
    faces.push(
      await faceItem(
        run,
        made.find(({ name }) => name === run.name),
      ),
    )
  const numbered = entry.numbered === undefined ? undefined : await embedPicture(folder, entry.numbered, side)
  return html`<section class="photo" aria-label="${photo.name}">
<h2>${photo.name}</h2>
${(await comparisonOf(folder, entry, made, side)) ?? html`<p class="lead">Nothing to see yet.</p>`}
<ul class="faces">${faces}</ul>
${remark === undefined ? null : html`<p class="banner failed">${remark}</p>`}
${numbered ? html`<details open><summary>Which face is which</summary>${image(numbered, 'The photograph with its faces numbered from left to right')}</details>` : null}
</section>`
}

interface Made {
  readonly name: string
  readonly place: string
  readonly manifest: Manifest
  readonly method: Method
}

function madeRun(folder: string, { name, status }: SweepRun): Made | undefined {
  if (status !== 'complete') return undefined
  const place = folderInside(folder, `runs/${name}`)
  const manifest = readManifest(place)
  return { name, place, manifest, method: methods.ofRun(manifest, place) }
}

/** The photograph before and after; of one that has no whole picture, the crop. */
async function comparisonOf(
  folder: string,
  entry: BatchEntry,
  made: readonly Made[],
  side: number,
): Promise<Html | undefined> {
  const [first] = made
  if (!first) return undefined
  const before = await embedPicture(first.place, runName.picture('photo'), side, 85)
  const whole =
    entry.runs.length > 1
      ? entry.whole === undefined
        ? undefined
        : await embedPicture(folder, entry.whole, side, 85)
      : await embedPicture(first.place, runName.picture('whole'), side, 85)
  const words = {
    before: 'The photograph as it was',
    after: 'The photograph with the results in it',
    tags: ['Photograph', 'Result'],
  } as const
  if (before && whole) return slider(before, whole, words)
  const { method, place } = first
  const [crop, result] = [
    await embedPicture(place, runName.picture(method.before), side, 85),
    await embedPicture(place, runName.picture(method.after), side, 85),
  ]
  return crop && result ? slider(crop, result, { ...words, tags: ['Input', 'Result'] }) : undefined
}

async function faceItem({ name, status, error }: SweepRun, made: Made | undefined): Promise<Html> {
  if (status === 'failed') return html`<li class="failed">${name}: ${error ?? 'failed'}</li>`
  if (!made) return html`<li class="waiting">${name}: not made yet</li>`
  const { place, method, manifest } = made
  const result = await embedPicture(place, runName.picture(method.after), FACE_SIDE)
  const metrics = readMetrics(place)
  const line = metrics && method.summary(metrics)?.split(/[,(]/u)[0]?.trim()
  const { face, faces } = manifest.crop ?? {}
  const label = face === undefined ? 'Report' : `Face ${face} of ${faces}`
  const link = isInside(place, runName.report) ? `runs/${encodeURIComponent(name)}/report.html` : undefined
  const picture = result ? image(result, `${label}: the result`) : null
  return html`<li>${link ? html`<a href="${link}">${picture}<span>${label}</span></a>` : html`${picture}<span>${label}</span>`}${line === undefined ? null : html`<small>${line}</small>`}</li>`
}

function image({ src, width, height }: EmbeddedPicture, alt: string): Html {
  return html`<img src="${src}" width="${width}" height="${height}" alt="${alt}" loading="lazy">`
}
