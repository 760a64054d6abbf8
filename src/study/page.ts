/** The page of a study: a beginning, one choice after the other, and the answers as a file. Works offline, as reports do. */
import { htmlDocument } from '../report/document.ts'
import { html, jsonScript } from '../report/html.ts'
import { clientScript } from '../report/page-scripts.ts'
import type { Study } from './study.ts'

const STYLE = `
body { min-height: 100vh; display: flex; flex-direction: column; }
header { width: 100%; max-width: 92rem; }
main { flex: 1; width: 100%; max-width: 92rem; display: flex; flex-direction: column; }
main > section { margin: clamp(1rem, 4vh, 3rem) 0; }
#ask { flex: 1; display: flex; flex-direction: column; gap: 1rem; margin: 0.8rem 0; }
#ask[hidden], #begin[hidden], #done[hidden] { display: none; }
#question { font-family: var(--serif); font-size: clamp(1.2rem, 3vw, 1.7rem); margin: 0; text-align: center; text-wrap: balance; }
.pictures { flex: 1; display: grid; grid-template-columns: 1fr auto 1fr; gap: clamp(0.6rem, 2vw, 2rem); align-items: center; justify-items: center; }
.pictures figure { text-align: center; }
.pictures img { max-height: 62vh; width: auto; min-width: min(20vw, 16rem); image-rendering: auto; border-radius: 4px; }
.pictures .reference img { max-height: 44vh; }
.choose { all: unset; cursor: pointer; padding: 6px; border-radius: 10px; border: 2px solid transparent; }
.choose:hover, .choose:focus-visible { border-color: var(--accent); }
.foot { display: flex; align-items: center; justify-content: space-between; gap: 1rem; color: var(--faint); font-size: 0.9rem; flex-wrap: wrap; }
kbd { padding: 0.05rem 0.4rem; border: 1px solid var(--rule); border-radius: 4px; background: var(--card); font: inherit; font-size: 0.85em; }
progress { width: 12rem; accent-color: var(--accent); }
textarea { width: 100%; height: 12rem; font: 0.8rem ui-monospace, monospace; color: var(--ink); background: var(--card); border: 1px solid var(--rule); border-radius: 6px; }
.field { display: inline-flex; gap: 0.6rem; align-items: center; }
.field input { font: inherit; padding: 0.3rem 0.6rem; border: 1px solid var(--rule); border-radius: 6px; background: var(--card); color: var(--ink); }
@media (max-width: 44rem) {
  .pictures { grid-template-columns: 1fr 1fr; }
  .pictures .reference { grid-column: 1 / -1; grid-row: 1; }
  .pictures img { max-height: 38vh; }
}
`

/** The HTML. */
export function studyPage(study: Study): string {
  const { title, question, most, repeats, references } = study
  const withReference = references.some((index) => index >= 0)
  const body = html`<header><p class="kicker">rephoto · choose between two pictures</p></header>
<main>
<section id="begin"><h1>${title}</h1>
<p>Two pictures at a time. ${question} Choose the one on the left or on the right by a click, or with <kbd>←</kbd> and <kbd>→</kbd>; <kbd>Backspace</kbd> goes one back. ${withReference ? 'The picture in the middle is what both were made of, or should be like. ' : ''}There are ${most + Math.min(repeats, most)} choices. Where you can’t tell, choose what comes first to mind.</p>
<p>Nothing is sent anywhere: at the end you save a file and pass it on.</p>
<p><label class="field">Your name or number (may stay empty) <input id="participant" maxlength="80" autocomplete="off"></label></p>
<p><button type="button" id="start">Begin</button></p></section>
<section id="ask" hidden><p id="question">${question}</p>
<div class="pictures">
<figure><button type="button" class="choose" id="left" aria-label="The left picture"><img id="left-picture" alt="On the left"></button></figure>
<figure class="reference" id="reference"><img id="reference-picture" alt="What to compare with"></figure>
<figure><button type="button" class="choose" id="right" aria-label="The right picture"><img id="right-picture" alt="On the right"></button></figure>
</div>
<div class="foot"><span><kbd>←</kbd> left · <kbd>→</kbd> right · <kbd>Backspace</kbd> one back</span><span><progress id="bar" max="1" value="0" aria-label="How far you are"></progress> <span id="count" role="status"></span></span></div></section>
<section id="done" hidden><h1>Thank you</h1>
<p id="done-words" role="status"></p>
<p><a class="button" id="save">Save the answers</a> <button type="button" id="again">Another participant</button></p>
<details><summary>The answers as text</summary><textarea id="text" readonly aria-label="The answers as text"></textarea></details></section>
</main>
${jsonScript('study-data', hidden(study))}
${clientScript('study/client/main')}`
  return htmlDocument(`${title} · rephoto`, body, STYLE)
}

/** What the page carries. */
export type StudyData = ReturnType<typeof hidden>

/** Names are not to be read by accident, by whoever looks at the page's source. */
function hidden(study: Study) {
  const names = Buffer.from(JSON.stringify([study.conditions, study.inputs])).toString('base64')
  const { conditions: _, inputs: __, ...rest } = study
  return { ...rest, names }
}
