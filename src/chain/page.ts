/** The page of a chain: what was given and what came of it under one slider, then each step with its picture and the link to its report. */
import { basename, join } from 'node:path'
import { methodOf } from '../methods/methods.ts'
import { htmlDocument } from '../report/document.ts'
import { duration } from '../report/duration.ts'
import { type Html, html } from '../report/html.ts'
import { slider } from '../report/page-pictures.ts'
import { clientScript } from '../report/page-scripts.ts'
import { type EmbeddedPicture, embedPicture } from '../report/pictures.ts'
import { runName, writeText } from '../run/folder.ts'
import { isInside } from '../run/inside.ts'
import { type Manifest, readManifest } from '../run/manifest.ts'
import { readMetrics } from '../run/metrics.ts'
import { type Chain, stepName } from './document.ts'

/** Sides of embedded pictures. */
const [LARGE_SIDE, STEP_SIDE] = [1600, 900]

const STYLE = `
.steps { display: grid; grid-template-columns: repeat(auto-fit, minmax(min(20rem, 100%), 1fr)); gap: 2rem; margin: 1.5rem 0 0; padding: 0; list-style: none; }
.steps img { width: 100%; height: auto; }
.steps h3 { margin: 0.6rem 0 0.2rem; font-size: 1.05rem; }
.steps p { margin: 0.2rem 0; color: var(--faint); font-size: 0.92rem; line-height: 1.4; overflow-wrap: anywhere; }
.steps p.failed { color: var(--line-5); }
`

interface Step {
  readonly name: string
  readonly title: string
  readonly manifest: Manifest | undefined
  readonly picture: EmbeddedPicture | undefined
  readonly large: EmbeddedPicture | undefined
  readonly summary: string | undefined
}

/** Writes report.html of a chain, however far it is. @returns its path */
export async function writeChainPage(folder: string, chain: Chain): Promise<string> {
  const steps: Step[] = []
  for (const [i] of chain.steps.entries()) steps.push(await stepOf(folder, chain, i))
  const path = join(folder, runName.report)
  writeText(path, page(basename(chain.input), steps, await givenPicture(folder, chain)))
  return path
}

async function stepOf(folder: string, chain: Chain, i: number): Promise<Step> {
  const method = methodOf(chain.steps[i]!)
  const name = stepName(chain, i)
  const place = join(folder, name)
  const manifest = isInside(place, runName.manifest) ? readManifest(place) : undefined
  const isComplete = manifest?.status === 'complete'
  const picture = isComplete && isInside(place, runName.picture('whole')) ? 'whole' : method.after
  const file = runName.picture(picture, !isComplete)
  const metrics = isComplete ? readMetrics(place) : undefined
  return {
    name,
    title: method.title,
    manifest,
    picture: await embedPicture(place, file, STEP_SIDE, 85),
    large: isComplete ? await embedPicture(place, file, LARGE_SIDE, 85) : undefined,
    summary: metrics && method.summary(metrics),
  }
}

/** The picture that the chain began with, as its first run keeps it. */
async function givenPicture(folder: string, chain: Chain): Promise<EmbeddedPicture | undefined> {
  const place = join(folder, stepName(chain, 0))
  const method = methodOf(chain.steps[0]!)
  for (const name of ['photo', 'input', method.before]) {
    const picture = await embedPicture(place, runName.picture(name), LARGE_SIDE, 85)
    if (picture) return picture
  }
  return undefined
}

function page(title: string, steps: readonly Step[], given: EmbeddedPicture | undefined): string {
  const last = steps.findLast(({ large }) => large !== undefined)?.large
  const done = steps.filter(({ manifest }) => manifest?.status === 'complete').length
  const seconds = steps.reduce((sum, { manifest }) => sum + secondsOf(manifest), 0)
  const facts: readonly (readonly [string, string])[] = [
    ['Steps', `${done} of ${steps.length}`],
    ['Time', duration(seconds)],
  ]
  const body = html`<header>
<p class="kicker">rephoto · a chain</p>
<h1>${title}</h1>
<dl class="facts">${facts.map(([name, value]) => html`<div><dt>${name}</dt><dd>${value}</dd></div>`)}</dl>
</header>
<main>
${given && last ? comparison(given, last) : null}
<section aria-labelledby="steps-title">
<h2 id="steps-title">Step by step</h2>
<ol class="steps">${steps.map(item)}</ol>
</section>
</main>
<footer>Each step has a report of its own; the exact pictures lie beside it.</footer>
${clientScript('report/client/sliders')}`
  return htmlDocument(`${title} · rephoto`, body, STYLE)
}

function comparison(given: EmbeddedPicture, last: EmbeddedPicture): Html {
  return html`<section aria-labelledby="compare-title">
<h2 id="compare-title">Before and after</h2>
${slider(given, last, {
  wide: given.width > 1.2 * given.height,
  before: 'The picture as it was given',
  after: 'What the last step made of it',
  tags: ['Given', 'Result'],
})}
</section>`
}

function item({ name, title, manifest, picture, summary }: Step): Html {
  const image = picture
    ? html`<img src="${picture.src}" width="${picture.width}" height="${picture.height}" alt="The result of ${name}" loading="lazy">`
    : null
  const link = manifest && html`<a href="${encodeURIComponent(name)}/report.html">${image} report</a>`
  return html`<li>${link ?? null}<h3>${title}</h3>${standingOf(manifest)}${summary === undefined ? null : html`<p>${summary}</p>`}</li>`
}

function standingOf(manifest: Manifest | undefined): Html {
  if (!manifest) return html`<p>not begun yet</p>`
  if (manifest.status === 'failed')
    return html`<p class="failed">failed: ${manifest.error ?? 'no reason was recorded'}</p>`
  if (manifest.status === 'complete') return html`<p>${duration(secondsOf(manifest))}, pack ${manifest.pack.name}</p>`
  return html`<p>stopped after step ${manifest.stepsDone} of ${manifest.stepsTotal}</p>`
}

function secondsOf(manifest: Manifest | undefined): number {
  return Object.values(manifest?.timings ?? {}).reduce((sum, seconds) => sum + seconds, 0)
}
