/** The parts of a report that are looked at: summary, comparison, the pictures side by side, the scrubber. */
import type { ReportContent, Standing } from './collect.ts'
import { duration } from './duration.ts'
import { type Html, html } from './html.ts'
import type { EmbeddedPicture } from './pictures.ts'

const STANDINGS: Readonly<Record<Standing, string>> = {
  complete: 'complete',
  partial: 'stopped early',
  failed: 'failed',
  running: 'still running',
  interrupted: 'interrupted',
}

/** One line of facts under the title. */
export function summary(content: ReportContent): Html {
  const { manifest, method, standing } = content
  const seconds = Object.values(manifest.timings).reduce((sum, value) => sum + value, 0)
  const facts: readonly (readonly [string, string])[] = [
    ['Status', STANDINGS[standing]],
    ...method.report.facts(content),
    [
      'Model pack',
      manifest.pack.size === undefined ? manifest.pack.name : `${manifest.pack.name}, ${manifest.pack.size} px`,
    ],
    ['Steps', `${manifest.stepsDone} of ${manifest.stepsTotal}`],
    ...endedEarly(manifest),
    ['Time', duration(seconds)],
    ['Seed', String(manifest.seed)],
  ]
  return html`<dl class="facts">${facts.map(
    ([name, value]) =>
      html`<div><dt>${name}</dt><dd${name === 'Status' ? html` class="status ${standing}"` : null}>${value}</dd></div>`,
  )}</dl>`
}

function endedEarly({ stages }: ReportContent['manifest']): [string, string][] {
  const early = stages.flatMap(({ steps, taken }, i) =>
    taken === undefined ? [] : [`stage ${i + 1} after ${taken} of ${steps} steps`],
  )
  return early.length > 0 ? [['Nothing gained', early.join(', ')]] : []
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

/** What was given and what came of it in one frame, under a divider that mouse, finger and arrow keys move. */
export function comparison({
  pictures,
  frames,
  standing,
  method,
  surroundings,
  manifest,
  film,
  title,
}: ReportContent): Html {
  const { photo, whole } = surroundings
  const before = pictures[method.before]
  const result: EmbeddedPicture | undefined = pictures[method.after] ?? frames.at(-1)
  if (!before || !result) return html``
  const label = standing === 'complete' ? 'Result' : 'Result so far'
  const given = method.pictures.find(({ name }) => name === method.before)?.title ?? 'Input'
  const isEnlarged = method.enlarged !== undefined && pictures[method.enlarged] !== undefined
  const words = (name: string) => method.pictures.find((kind) => kind.name === name)?.words ?? name
  const crop = slider(before, result, {
    before: `${given}: ${words(method.before)}`,
    after: `${label}: ${words(method.after)}`,
    tags: [given, label],
  })
  const inPhoto =
    photo && whole
      ? slider(photo, whole, {
          wide: photo.width > 1.2 * photo.height,
          before: 'The photograph as it was',
          after:
            manifest.paste?.mode === 'color'
              ? 'The photograph in the colours of the result'
              : 'The photograph with the result in it',
          tags: ['Photograph', label],
        })
      : null
  return html`<section aria-labelledby="compare-title">
<h2 id="compare-title">${method.report.heading}</h2>
${inPhoto && isEnlarged ? html`<p class="lead">In the photograph is the result enlarged by a network: detail in it is invented.</p>` : null}
${inPhoto ? html`<div class="compares">${inPhoto}${crop}</div>` : crop}
${film === undefined ? null : html`<p class="save"><a class="button" download="${title.replace(/\.[^.]*$/u, '')}-then-and-now.webp" href="${film}">Save as moving picture</a> larger, or as GIF: <code>rephoto animate</code></p>`}
</section>`
}

/** A picture over another, under a divider that mouse, finger and arrow keys move. */
export function slider(
  before: EmbeddedPicture,
  after: EmbeddedPicture,
  words: {
    readonly before: string
    readonly after: string
    readonly tags: readonly [before: string, after: string]
    readonly wide?: boolean
  },
): Html {
  const [left, right] = words.tags
  return html`<div class="compare${words.wide ? ' wide' : ''}" style="--at: 50%">
<img src="${after.src}" width="${after.width}" height="${after.height}" alt="${words.after}">
<img class="before" src="${before.src}" width="${before.width}" height="${before.height}" alt="${words.before}">
<span class="tag left" aria-hidden="true">${left}</span><span class="tag right" aria-hidden="true">${right}</span>
<span class="divider" aria-hidden="true"></span>
<input type="range" min="0" max="100" step="0.5" value="50" data-before="${left.toLowerCase()}" aria-label="Divider between ${left.toLowerCase()} and ${right.toLowerCase()}" aria-valuetext="50 % ${left.toLowerCase()}">
</div>`
}

/** The faces of the photograph with their numbers, so that another can be chosen. */
export function numbered({ surroundings, manifest }: ReportContent): Html {
  const { numbered: picture } = surroundings
  const { face, faces } = manifest.crop ?? {}
  if (!picture) return html``
  return html`<section aria-labelledby="faces-title">
<h2 id="faces-title">Whose face</h2>
<p class="lead">This run is of face ${face ?? '?'} of ${faces ?? '?'}. <code>--face</code> takes another number, several (<code>1,3</code>) or <code>all</code>.</p>
<img src="${picture.src}" width="${picture.width}" height="${picture.height}" alt="The photograph with its faces numbered from left to right">
</section>`
}

/** All other pictures side by side. */
export function gallery({ pictures, method }: ReportContent): Html {
  const others = method.pictures.filter(({ name }) => name !== method.before && name !== method.after)
  const shown = others.flatMap(({ name, title, words }) => {
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
