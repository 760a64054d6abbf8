/** The live page: the frame that client/ fills. At its end it becomes the report. */
import { htmlDocument } from '../report/document.ts'
import { html } from '../report/html.ts'
import { clientScript, plotlyScript } from '../report/page-scripts.ts'

/** What the page is of. */
export interface LivePageFacts {
  readonly title: string
  /** Whether the parts of a single run are shown, or the runs of a sweep. */
  readonly kind: 'run' | 'sweep'
}

const POLICY =
  "default-src 'none'; form-action 'none'; base-uri 'none'; img-src 'self' data: blob:; connect-src 'self'; style-src 'unsafe-inline'; script-src 'unsafe-inline'"

const EXTRA = `
.live { display: grid; grid-template-columns: repeat(auto-fit, minmax(min(18rem, 100%), 1fr)); gap: 1.5rem; margin-top: 1.5rem; }
.live img { width: 100%; min-height: 8rem; object-fit: contain; }
.bar { height: 6px; margin: 1rem 0 0.6rem; border-radius: 3px; background: var(--rule); overflow: hidden; }
.bar div { height: 100%; width: 0; background: var(--accent); transition: width 0.2s; }
.buttons { display: flex; flex-wrap: wrap; gap: 0.8rem; margin: 1rem 0; }
.buttons button:disabled { opacity: 0.45; cursor: default; }
.lost { color: var(--line-5); }
.matrix { border-collapse: collapse; font-size: 0.85rem; }
.matrix th, .matrix td { padding: 0.3rem; border: 1px solid var(--rule); text-align: center; vertical-align: middle; }
.matrix th { font-weight: 400; color: var(--faint); max-width: 12rem; overflow-wrap: anywhere; }
.matrix td { min-width: 5.5rem; height: 3rem; font-variant-numeric: tabular-nums; }
.matrix td img { width: 5rem; height: 5rem; object-fit: cover; margin: 0 auto; }
.matrix td.failed { background: var(--bad); }
.matrix td.running { background: var(--warn); }
#notes { font-size: 0.9rem; color: var(--faint); }
`

/** The page. */
export function livePage({ title, kind }: LivePageFacts): string {
  const run = html`
<div class="live">
  <figure><img id="before" alt="What the run began with" hidden><figcaption id="before-words"></figcaption></figure>
  <figure><img id="now" alt="The picture as it is now" hidden><figcaption id="now-words" role="status">No picture yet</figcaption></figure>
</div>
<section><h2>Losses</h2><div id="losses" class="plot tall" role="img" aria-label="Losses by step"></div></section>`
  const sweep = html`<section class="scroll"><table class="matrix" id="matrix"></table></section>`
  const body = html`<header><p class="kicker">rephoto, live</p><h1>${title}</h1></header>
<main>
<p id="state" role="status">Connecting …</p>
<div class="bar"><div id="bar"></div></div>
<div class="buttons">
  ${kind === 'run' ? html`<button id="pause" type="button" disabled>Pause</button>` : null}
  <button id="stop" type="button" disabled>Stop and keep</button>
  <a id="report" href="report" hidden>Report</a>
</div>
${kind === 'run' ? run : sweep}
<ul id="notes"></ul>
</main>
${kind === 'run' ? plotlyScript() : null}
${clientScript(kind === 'run' ? 'live/client/run' : 'live/client/sweep')}`
  // Without an icon of its own a page asks for one, which the secret keeps from it.
  return htmlDocument(title, body, EXTRA, { policy: POLICY, icon: html`<link rel="icon" href="data:,">` })
}
