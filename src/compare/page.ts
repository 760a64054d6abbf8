/**
 * The page of a comparison. Its order is that of a reader's questions: what was compared, what does it look like, what
 * do the numbers say and how sure are they, was the truth found, what did it cost, what exactly differed.
 */
import { htmlDocument } from '../report/document.ts'
import { duration } from '../report/duration.ts'
import { type Html, html, jsonScript } from '../report/html.ts'
import { clientScript, plotlyScript } from '../report/page-scripts.ts'
import { versions } from '../run/environment.ts'
import { clientData } from './client-data.ts'
import type { ComparisonContent } from './content.ts'
import { agesSection } from './page-ages.ts'
import { configSection, costSection, runsSection } from './page-details.ts'
import { matrixSection } from './page-matrix.ts'
import { curvesSection, detailSection, overviewSection, paretoSection } from './page-numbers.ts'
import { recoverySection } from './page-recovery.ts'
import { parallelSection, searchSection } from './page-search.ts'
import { nameOf, placesOf, plural } from './page-words.ts'
import { comparisonStyle } from './style.ts'

/** The HTML of a comparison. @param out folder that the page will lie in; links are relative to it */
export function comparisonPage(content: ComparisonContent, out: string): string {
  const { request } = content
  const places = placesOf(content, out)
  const body = html`<header>
<p class="kicker">rephoto · comparison of runs</p>
<h1>${request.title}</h1>
${request.description ? html`<p class="description">${request.description}</p>` : null}
${facts(content)}
</header>
<main>
${banner(content)}
${matrixSection(content, places)}
${searchSection(content)}
${overviewSection(content)}
${detailSection(content)}
${recoverySection(content)}
${agesSection(content)}
${paretoSection(content)}
${parallelSection(content)}
${curvesSection(content)}
${costSection(content)}
${configSection(content)}
${runsSection(content, places)}
</main>
<footer>Made with rephoto ${versions().rephoto}. The numbers in full precision are in the folder <code>tables</code> beside this file.</footer>
${jsonScript('comparison-data', clientData(content))}
${plotlyScript()}
${clientScript('compare/client/main')}`
  return htmlDocument(`${request.title} · rephoto`, body, comparisonStyle)
}

function facts({ grid, costs }: ComparisonContent): Html {
  const complete = grid.runs.filter((run) => run.complete).length
  const seconds = costs.reduce((sum, cost) => sum + cost.seconds * cost.runs, 0)
  const rows: readonly (readonly [string, string])[] = [
    ['Conditions', String(grid.conditions.length)],
    ['Base', nameOf(grid.base)],
    ['Inputs', String(grid.inputs.length)],
    ['Seeds', grid.seeds.join(', ')],
    ['Complete runs', `${complete} of ${grid.runs.length}`],
    ['Time of the runs', duration(seconds)],
  ]
  return html`<dl class="facts">${rows.map(([name, value]) => html`<div><dt>${name}</dt><dd>${value}</dd></div>`)}</dl>`
}

/** What a reader must know before trusting what follows. */
function banner({ grid }: ComparisonContent): Html {
  const missing = grid.runs.filter((run) => !run.complete)
  const unmeasured = grid.runs.filter((run) => run.complete && run.problem)
  if (missing.length + unmeasured.length === 0) return html``
  return html`<aside class="banner" aria-label="Notes">
${missing.length > 0 ? html`<p>${plural(missing.length, 'run')} of ${grid.runs.length} ${missing.length === 1 ? 'is' : 'are'} not complete and left out of every number; <a href="#runs-title">the list of runs</a> says why.</p>` : null}
${unmeasured.length > 0 ? html`<p>${plural(unmeasured.length, 'run')}: ${unmeasured[0]!.problem}.</p>` : null}
</aside>`
}
