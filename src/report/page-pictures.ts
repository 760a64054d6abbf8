/** The parts of a report that are looked at: summary, comparison, the pictures side by side, the scrubber. */
import type { PictureName } from '../run/folder.ts'
import type { ReportContent, Standing } from './collect.ts'
import { duration } from './duration.ts'
import { type Html, html } from './html.ts'
import type { EmbeddedPicture } from './pictures.ts'

const EMULSIONS = {
  b: 'blue-sensitive (b)',
  gb: 'orthochromatic (gb)',
  g: 'panchromatic (g)',
} as const

const STANDINGS: Readonly<Record<Standing, string>> = {
  complete: 'complete',
  partial: 'stopped early',
  failed: 'failed',
  running: 'still running',
  interrupted: 'interrupted',
}

/** One line of facts under the title. */
export function summary({ manifest, config, standing }: ReportContent): Html {
  const seconds = Object.values(manifest.timings).reduce((sum, value) => sum + value, 0)
  const facts: readonly (readonly [string, string])[] = [
    ['Status', STANDINGS[standing]],
    ['Emulsion', EMULSIONS[config.sensitivity]],
    ['Model pack', `${manifest.pack.name}, ${manifest.pack.size} px`],
    ['Steps', `${manifest.stepsDone} of ${manifest.stepsTotal}`],
    ['Time', duration(seconds)],
    ['Seed', String(manifest.seed)],
  ]
  return html`<dl class="facts">${facts.map(
    ([name, value]) =>
      html`<div><dt>${name}</dt><dd${name === 'Status' ? html` class="status ${standing}"` : null}>${value}</dd></div>`,
  )}</dl>`
}

/** What a reader must know before trusting what follows: the run is not whole, or something was odd. */
export function banner({ manifest, standing, folder, remarks }: ReportContent): Html {
  const done = `after step ${manifest.stepsDone} of ${manifest.stepsTotal}`
  const resume = html`<code>rephoto resume ${folder}</code>`
  const notes: Partial<Record<Standing, Html>> = {
    partial: html`This run was stopped ${done}; the result is what had been reached. Continue it with ${resume}.`,
    interrupted: html`This run was cut off ${done} or later. Continue it with ${resume}.`,
    failed: html`This run failed ${done}: ${manifest.error ?? 'no reason was recorded'}`,
    running: html`This run goes on; this report shows it ${done}.`,
  }
  const note = notes[standing]
  const said = [...remarks, ...manifest.warnings]
  const warnings = said.length > 0 && html`<ul>${said.map((text) => html`<li>${text}</li>`)}</ul>`
  if (!note && !warnings) return html``
  return html`<aside class="banner ${standing}" aria-label="Notes">${note ? html`<p>${note}</p>` : null}${warnings || null}</aside>`
}

/** Input and result in one frame, under a divider that mouse, finger and arrow keys move. */
export function comparison({ pictures, frames, standing }: ReportContent): Html {
  const before = pictures.aligned
  const result: EmbeddedPicture | undefined = pictures.result ?? frames.at(-1)
  if (!before || !result) return html``
  const label = standing === 'complete' ? 'Result' : 'Result so far'
  return html`<section aria-labelledby="compare-title">
<h2 id="compare-title">Then and now</h2>
<div class="compare" style="--at: 50%">
<img src="${result.src}" width="${result.width}" height="${result.height}" alt="${label}: the sitter as a modern camera would have seen them">
<img class="before" src="${before.src}" width="${before.width}" height="${before.height}" alt="Input: the aligned antique picture">
<span class="tag left" aria-hidden="true">Input</span><span class="tag right" aria-hidden="true">${label}</span>
<span class="divider" aria-hidden="true"></span>
<input type="range" min="0" max="100" step="0.5" value="50" id="compare" aria-label="Divider between input and result" aria-valuetext="50 % input">
</div>
</section>`
}

const GALLERY: readonly (readonly [PictureName, string, string])[] = [
  ['sibling', 'Sibling', 'A modern face close to the input, from which colour and detail are taken'],
  ['target', 'Target', 'The input with its skin tones matched to the sibling; what the degraded result should equal'],
  ['degraded', 'Degraded result', 'The result through the learned camera and film; compare it with the target'],
  ['result-fresh', 'With fresh noise', 'The result with its fine structure drawn anew: what rests on the latent alone'],
]

/** Sibling, target and degraded result side by side. */
export function gallery({ pictures }: ReportContent): Html {
  const shown = GALLERY.flatMap(([name, title, words]) => {
    const picture = pictures[name]
    if (!picture) return []
    return [
      html`<figure><img src="${picture.src}" width="${picture.width}" height="${picture.height}" alt="${title}">
<figcaption><strong>${title}</strong> ${words}.</figcaption></figure>`,
    ]
  })
  if (shown.length === 0) return html``
  return html`<section aria-labelledby="gallery-title"><h2 id="gallery-title">What it was made from</h2><div class="gallery">${shown}</div></section>`
}

/** The optimization as a film. */
export function scrubber({ frames }: ReportContent): Html {
  const last = frames.at(-1)
  if (!last || frames.length < 2) return html``
  return html`<section aria-labelledby="film-title">
<h2 id="film-title">How it came to be</h2>
<div class="film">
<img id="frame" src="${last.src}" width="${last.width}" height="${last.height}" alt="The result after ${last.step} steps">
<div class="film-controls">
<button type="button" id="play" aria-pressed="false">Play</button>
<input type="range" id="scrub" min="0" max="${frames.length - 1}" step="1" value="${frames.length - 1}" aria-label="Step of the optimization" aria-valuetext="step ${last.step}">
<output id="frame-step" for="scrub">step ${last.step}</output>
</div>
</div>
</section>`
}
