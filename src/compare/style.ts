/** What a comparison's looks need beside the common style sheet (report/style.ts): wide tables, the matrix, the marks. */

/** The style sheet. */
export const comparisonStyle = `
header, main, footer { max-width: 92rem; }
.description { max-width: 70ch; margin: -0.6em 0 1.4em; }
.note { color: var(--faint); font-size: 0.88rem; min-height: 1.5em; margin: 0.4rem 0; }
.reading { max-width: 80ch; margin: 0 0 1.2rem; font-size: 0.92rem; }
.reading p { margin: 0 0 0.5em; }
.field { display: inline-flex; align-items: center; gap: 0.6rem; color: var(--faint); font-size: 0.88rem; max-width: 100%; }
.field select { font: inherit; color: var(--ink); background: var(--card); border: 1px solid var(--rule); border-radius: 6px; padding: 0.3rem 0.5rem; min-width: 0; max-width: 100%; }
.field input[type='range'] { width: 8rem; accent-color: var(--accent); }
.unseen { position: absolute; width: 1px; height: 1px; overflow: hidden; clip-path: inset(50%); white-space: nowrap; }

.matrix-scroll { --cell: 136px; --x: 0.5; --y: 0.42; --power: 3; --lens: 0.62; width: fit-content; max-width: 100%; max-height: 88vh; overflow: auto; border: 1px solid var(--rule); border-radius: 6px; background: var(--card); overscroll-behavior-x: contain; }
.matrix { border-collapse: separate; border-spacing: 0; }
.matrix th { font-weight: 600; font-size: 0.82rem; line-height: 1.25; color: var(--ink); background: var(--card); padding: 0.45rem 0.4rem; text-align: left; }
.matrix thead th { position: sticky; top: 0; z-index: 3; vertical-align: bottom; max-width: var(--cell); overflow-wrap: anywhere; box-shadow: 0 1px 0 var(--rule); }
.matrix tbody th { position: sticky; left: 0; z-index: 2; min-width: 3.5rem; max-width: 8rem; overflow-wrap: anywhere; box-shadow: 1px 0 0 var(--rule); }
.matrix .corner { left: 0; z-index: 4; }
.matrix small { display: block; font-weight: 400; color: var(--faint); }
.matrix .is-base { color: var(--accent); }
.matrix td { padding: 3px; vertical-align: top; }
.matrix [data-leading] + [data-condition] { padding-left: 12px; }
.frame { position: relative; width: var(--cell); height: var(--cell); overflow: hidden; border-radius: 4px; background: var(--rule); cursor: crosshair; touch-action: pan-x pan-y; }
.frame img { width: 100%; height: 100%; object-fit: cover; border-radius: 0; background: none; }
.empty .frame { cursor: default; background: repeating-linear-gradient(45deg, var(--rule) 0 6px, var(--card) 6px 12px); }
.empty img { visibility: hidden; }
.lens { display: none; position: absolute; width: calc(var(--lens) * var(--cell)); height: calc(var(--lens) * var(--cell)); left: calc((var(--x) - var(--lens) / 2) * var(--cell)); top: calc((var(--y) - var(--lens) / 2) * var(--cell));
  border-radius: 50%; border: 1.5px solid #fff; box-shadow: 0 0 0 1px #0008, 0 2px 8px #0006; pointer-events: none; background-color: var(--rule); background-repeat: no-repeat; background-origin: border-box;
  background-size: calc(var(--power) * var(--cell)) calc(var(--power) * var(--cell)); background-position: calc((var(--lens) / 2 - var(--x) * var(--power)) * var(--cell)) calc((var(--lens) / 2 - var(--y) * var(--power)) * var(--cell)); }
.looking td:not(.empty) .lens { display: block; }
.under { display: flex; justify-content: space-between; gap: 0.4rem; width: var(--cell); margin: 0.1rem 0 0.2rem; font-size: 0.75rem; line-height: 1.3; color: var(--faint); font-variant-numeric: tabular-nums; overflow-wrap: anywhere; }
a { color: var(--accent); }

.table-scroll { position: relative; overflow-x: auto; border: 1px solid var(--rule); border-radius: 6px; background: var(--card); margin-bottom: 1.2rem; }
.numbers { border-collapse: separate; border-spacing: 0; width: 100%; font-size: 0.86rem; font-variant-numeric: tabular-nums; }
.numbers caption { text-align: left; padding: 0.7rem 0.8rem; color: var(--faint); }
.numbers th, .numbers td { padding: 0.4rem 0.8rem; border-bottom: 1px solid var(--rule); text-align: right; vertical-align: top; }
.numbers tbody:last-child tr:last-child > * { border-bottom: 0; }
.numbers th { font-weight: 600; }
.numbers thead th { vertical-align: bottom; color: var(--ink); min-width: 5rem; max-width: 14rem; }
.numbers td { white-space: nowrap; }
.numbers .words, .configs td { white-space: normal; }
.numbers tr > th:first-child { text-align: left; position: sticky; left: 0; z-index: 1; background: var(--card); min-width: 10rem; max-width: 17rem; overflow-wrap: anywhere; box-shadow: 1px 0 0 var(--rule); }
.numbers tbody th { font-weight: 500; }
.numbers .group th { background: var(--paper); color: var(--faint); font-weight: 600; max-width: none; z-index: 0; box-shadow: none; }
.numbers .group span { position: sticky; left: 0.8rem; }
.numbers small { display: block; font-weight: 400; color: var(--faint); font-size: 0.78rem; white-space: nowrap; }
.numbers th small { white-space: normal; }
.numbers strong { font-weight: 600; }
.numbers .none, .numbers .same { color: var(--faint); }
.numbers .words { text-align: left; min-width: 14rem; }
.numbers .no-evidence strong, .numbers .no-evidence th { color: var(--faint); font-weight: 400; }
.numbers small.warn { color: var(--line-2); }
.runs td, .configs td { text-align: left; overflow-wrap: anywhere; }
td.better, .mark.better { color: var(--line-3); }
td.worse, .mark.worse { color: var(--line-5); }
td.differs, .mark.differs { color: var(--line-1); }
td.better { background: color-mix(in srgb, var(--line-3) 10%, transparent); }
td.worse { background: color-mix(in srgb, var(--line-5) 10%, transparent); }
.mark { position: relative; display: inline-block; margin-left: 0.35em; font-weight: 700; }
.mark.shared { color: var(--faint); font-weight: 400; }
.reading .mark { margin-left: 0; }
button.sort { min-width: 0; padding: 0; border: 0; border-radius: 2px; background: none; font-weight: 600; text-align: inherit; color: inherit; }
button.sort:hover { text-decoration: underline; }
[aria-sort='ascending'] .sort::after { content: ' ▲'; color: var(--accent); }
[aria-sort='descending'] .sort::after { content: ' ▼'; color: var(--accent); }

.parallel { display: block; margin: 0 auto; font-size: 11px; touch-action: pan-x; user-select: none; }
.parallel .line { fill: none; stroke-width: 1.6; opacity: 0.75; }
.parallel .line.out { opacity: 0.08; }
.parallel .line.near { stroke-width: 4; opacity: 1; }
.parallel .axis { cursor: ns-resize; touch-action: none; }
.parallel .axis line { stroke: var(--faint); pointer-events: none; }
.parallel .hit { fill: transparent; }
.parallel .brush { fill: var(--accent); opacity: 0.35; pointer-events: none; }
.parallel .brush.all { opacity: 0; }
.parallel text { fill: var(--faint); pointer-events: none; paint-order: stroke; stroke: var(--paper); stroke-width: 3px; }
.parallel .name { fill: var(--ink); font-weight: 600; }

.confusions { display: flex; flex-wrap: wrap; gap: 1.2rem 2rem; margin: 0 0 1.6rem; }
.confusion { border-collapse: collapse; font-size: 0.84rem; font-variant-numeric: tabular-nums; }
.confusion caption { text-align: left; padding-bottom: 0.4rem; max-width: 14rem; color: var(--ink); line-height: 1.3; }
.confusion caption small { display: block; color: var(--line-2); }
.confusion th { font-weight: 500; color: var(--faint); padding: 0.25rem 0.5rem; text-align: right; }
.confusion td { min-width: 2.6rem; padding: 0.45rem 0.5rem; text-align: center; border: 1px solid var(--rule); }
.confusion .hit { background: color-mix(in srgb, var(--line-3) calc(var(--share) * 60%), transparent); }
.confusion .miss { background: color-mix(in srgb, var(--line-5) calc(var(--share) * 60%), transparent); }
@media (max-width: 34rem) {
  .matrix tbody th { padding: 0.4rem 0.2rem; min-width: 0; max-width: 2rem; }
  .matrix tbody th span { writing-mode: vertical-rl; transform: rotate(180deg); max-height: var(--cell); overflow: hidden; }
  .matrix .corner { font-size: 0; }
  .numbers th, .numbers td { padding: 0.35rem 0.5rem; }
  .numbers tr > th:first-child { min-width: 7.5rem; max-width: 9rem; font-size: 0.8rem; }
}
@media print { .matrix-scroll { max-height: none; overflow: visible; } }
`
