/** The matrix of pictures: inputs × conditions. The pictures themselves are put in by client/matrix.ts, each only once. */
import { choice } from '../report/choice.ts'
import { type Html, html } from '../report/html.ts'
import type { ComparisonContent } from './content.ts'
import type { Grid } from './grid.ts'
import { nameOf, type Places } from './page-words.ts'
import type { View } from './pictures.ts'

/** A view in a word or two, as its method calls it. */
function wordsOf({ runs }: Grid, view: View): string {
  const kinds = runs.flatMap(({ method }) => method?.pictures ?? [])
  return kinds.find(({ name }) => name === view)?.title.toLowerCase() ?? view
}

/** Pictures of all inputs under all conditions, with the magnifier. */
export function matrixSection({ grid, pictures, metrics, request }: ComparisonContent, places: Places): Html {
  const { conditions, inputs, seeds } = grid
  const views = (Object.keys(pictures.views) as View[]).filter((view) => !pictures.constant.includes(view))
  const ofBase = conditions.length > 1 ? ` (${nameOf(grid.base)})` : ''
  const leading: readonly (readonly [string, string])[] = [
    ...(pictures.input ? [['input', 'Input'] as const] : []),
    ...(pictures.truth ? [['truth', 'Truth'] as const] : []),
    ...(pictures.views.target
      ? [['target', pictures.constant.includes('target') ? 'Target' : `Target${ofBase}`] as const]
      : []),
    ...(pictures.views.sibling
      ? [['sibling', pictures.constant.includes('sibling') ? 'Sibling' : `Sibling${ofBase}`] as const]
      : []),
  ]
  const frame = html`<div class="frame"><img alt="" width="128" height="128"><span class="lens" aria-hidden="true"></span></div>`
  const cell = (input: string, condition: number) => {
    const links = seeds.map((seed) => {
      const run = grid.at(conditions[condition]!.name, input, seed)
      return (run && places(run)) ?? ''
    })
    return html`<td data-condition="${condition}" data-links="${JSON.stringify(links)}">${frame}<p class="under"><span class="value"></span></p></td>`
  }
  const scaled =
    pictures.side < pictures.ownSide
      ? html` Pictures are shown at ${pictures.side} px; the runs' own have ${pictures.ownSide} px${request.links === false ? '' : ' and are in their folders'}.`
      : null
  return html`<section aria-labelledby="matrix-title" class="wide">
<h2 id="matrix-title">What it looks like</h2>
<p class="lead">Point at a picture, tap it, or move with the arrow keys: the magnifier shows the same place in all of them. Plus and minus change its power, Escape puts it away.${scaled}</p>
<noscript><p class="banner">The pictures and plots need scripts, which this browser does not run; the tables below don't.</p></noscript>
<div class="controls">
${
  views.length > 1
    ? choice(
        'view',
        'Show',
        views.map((view) => [view, wordsOf(grid, view)] as const),
      )
    : null
}
${
  seeds.length > 1
    ? choice(
        'seed',
        'Seed',
        seeds.map((seed, index) => [String(index), String(seed)] as const),
      )
    : null
}
<label class="field">Number below <select id="caption"><option value="">none</option>${metrics.map(({ key, label }) => html`<option value="${key}">${label}</option>`)}</select></label>
<label class="field">Size <input type="range" id="cell-size" min="72" max="320" step="8" value="136"></label>
<label class="field">Power <input type="range" id="lens-power" min="2" max="10" step="0.5" value="3"></label>
</div>
<div class="matrix-scroll" id="matrix" tabindex="0" role="group" aria-label="Matrix of pictures; arrow keys move the magnifier">
<table class="matrix">
<thead><tr><th scope="col" class="corner">Input</th>${leading.map(([, label]) => html`<th scope="col">${label}</th>`)}${conditions.map(
    (condition) =>
      html`<th scope="col"${condition === grid.base ? html` class="is-base"` : null}>${nameOf(condition)}${condition === grid.base ? html` <small>base</small>` : null}</th>`,
  )}</tr></thead>
<tbody>${inputs.map(
    (input, row) =>
      html`<tr data-input="${row}"><th scope="row"><span>${input}</span></th>${leading.map(([kind]) => html`<td data-leading="${kind}">${frame}</td>`)}${conditions.map((_, column) => cell(input, column))}</tr>`,
  )}</tbody>
</table>
</div>
<p class="note" id="lens-place" role="status"></p>
</section>`
}
