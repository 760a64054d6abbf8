/**
 * The looks of reports: paper and ink, one column, plots and pictures at the width they need. Colours are variables,
 * once for light and once for dark; plots read them too (client/). A string and not a file, so that it is part of the build.
 */

/** The style sheet. */
export const style = `
:root {
  --paper: #f7f4ee; --card: #fffdf9; --ink: #26231e; --faint: #6f685c; --rule: #e2dccf; --accent: #8a4b2a; --warn: #f6e7c9; --bad: #f3d9d2;
  --line-1: #2f6f9f; --line-2: #c8741f; --line-3: #3d8c57; --line-4: #8d5aa8; --line-5: #b8475e; --line-6: #5b7f8a; --line-7: #8a7a2a; --line-8: #555fb8;
  --sans: system-ui, -apple-system, 'Segoe UI', Roboto, 'Helvetica Neue', sans-serif;
  --serif: 'Iowan Old Style', 'Palatino Linotype', Palatino, 'Book Antiqua', Georgia, serif;
  color-scheme: light dark;
}
@media (prefers-color-scheme: dark) {
  :root {
    --paper: #171614; --card: #201e1b; --ink: #ece6da; --faint: #a49b8b; --rule: #37332d; --accent: #d9996f; --warn: #3d3320; --bad: #452b26;
    --line-1: #6fb1e0; --line-2: #e9a35a; --line-3: #79c792; --line-4: #c39adb; --line-5: #ea8b9d; --line-6: #97bcc7; --line-7: #cdbb62; --line-8: #98a0ee;
  }
}
* { box-sizing: border-box; }
body { margin: 0; background: var(--paper); color: var(--ink); font: 16px/1.55 var(--sans); -webkit-text-size-adjust: 100%; }
header, main, footer { max-width: 68rem; margin: 0 auto; padding: 0 clamp(1rem, 4vw, 2.5rem); }
header { padding-top: clamp(1.5rem, 5vw, 3.5rem); }
h1, h2 { font-family: var(--serif); font-weight: 500; line-height: 1.15; text-wrap: balance; overflow-wrap: anywhere; }
h1 { font-size: clamp(1.9rem, 5vw, 3rem); margin: 0.1em 0 0.5em; }
h2 { font-size: clamp(1.4rem, 3vw, 1.8rem); margin: 0 0 0.6em; }
h3 { font-size: 0.95rem; margin: 0 0 0.5em; }
section { margin: clamp(2.5rem, 6vw, 4.5rem) 0; }
.kicker { margin: 0; color: var(--accent); font-size: 0.85rem; letter-spacing: 0.06em; }
.lead { color: var(--faint); margin: -0.4em 0 1.2em; max-width: 60ch; }
img { display: block; max-width: 100%; height: auto; border-radius: 6px; background: var(--rule); }
code, pre { font-family: ui-monospace, 'SF Mono', Menlo, Consolas, monospace; font-size: 0.88em; overflow-wrap: anywhere; }
pre { overflow-x: auto; white-space: pre-wrap; }
:focus-visible { outline: 3px solid var(--accent); outline-offset: 2px; }

.facts { display: flex; flex-wrap: wrap; gap: 0.4rem 2.2rem; margin: 0; padding: 1rem 0; border-block: 1px solid var(--rule); }
.facts dt { color: var(--faint); font-size: 0.8rem; }
.facts dd { margin: 0; font-variant-numeric: tabular-nums; }
.status.complete { color: var(--line-3); }
.status.failed { color: var(--line-5); }
.status.partial, .status.interrupted, .status.running { color: var(--line-2); }
.banner { margin-top: 1.5rem; padding: 0.9rem 1.1rem; border-radius: 6px; background: var(--warn); }
.banner.failed { background: var(--bad); }
.banner p, .banner ul { margin: 0; }
.banner p + ul { margin-top: 0.5em; }

.compare { position: relative; max-width: 40rem; margin: 0 auto; overflow: hidden; border-radius: 6px; }
.compares { display: grid; grid-template-columns: repeat(auto-fit, minmax(min(20rem, 100%), 1fr)); gap: 1.5rem; align-items: start; }
.compares .compare { width: 100%; max-width: 40rem; margin: 0 auto; }
.compares:has(.wide) { display: block; }
.compares .wide { max-width: none; margin-bottom: 1.5rem; }
.compare img { width: 100%; border-radius: 0; }
.compare .before { position: absolute; inset: 0; height: 100%; object-fit: cover; clip-path: inset(0 calc(100% - var(--at)) 0 0); }
.compare .divider { position: absolute; inset-block: 0; left: var(--at); width: 2px; margin-left: -1px; background: #fff; box-shadow: 0 0 6px #0008; pointer-events: none; }
.compare .divider::after { content: '↔'; position: absolute; top: 50%; left: 50%; width: 2.4rem; height: 2.4rem; margin: -1.2rem; border-radius: 50%; background: #fff; color: #333; text-align: center; line-height: 2.3rem; box-shadow: 0 1px 6px #0006; }
.compare input { position: absolute; inset: 0; width: 100%; height: 100%; margin: 0; opacity: 0; cursor: ew-resize; touch-action: pan-y; }
.compare:has(:focus-visible) { outline: 3px solid var(--accent); outline-offset: 2px; }
.tag { position: absolute; top: 0.7rem; padding: 0.1rem 0.6rem; border-radius: 1rem; background: #000a; color: #fff; font-size: 0.8rem; pointer-events: none; }
.tag.left { left: 0.7rem; }
.tag.right { right: 0.7rem; }

.gallery { display: grid; grid-template-columns: repeat(auto-fit, minmax(min(11rem, 45%), 1fr)); gap: 1.2rem 1rem; }
figure { margin: 0; min-width: 0; }
.gallery img { width: 100%; }
figcaption { margin-top: 0.5rem; color: var(--faint); font-size: 0.88rem; line-height: 1.4; }
figcaption strong { display: block; color: var(--ink); font-weight: 600; }

.film { max-width: 32rem; margin: 0 auto; }
.film img { width: 100%; aspect-ratio: 1; object-fit: contain; }
.film-controls { display: grid; grid-template-columns: auto 1fr; align-items: center; gap: 0.5rem 1rem; margin-top: 0.8rem; }
.film-controls input { width: 100%; accent-color: var(--accent); }
.film-controls output { grid-column: 1 / -1; text-align: center; color: var(--faint); font-variant-numeric: tabular-nums; }
.save { margin: 1rem 0 0; text-align: center; color: var(--faint); font-size: 0.88rem; }
.button { display: inline-block; text-decoration: none; margin-right: 0.6rem; }
button, .button { min-width: 5.5rem; padding: 0.4rem 1rem; border: 1px solid var(--rule); border-radius: 2rem; background: var(--card); color: var(--ink); font: inherit; cursor: pointer; }
button:hover, .button:hover { border-color: var(--accent); }
.modebar .modebar-btn { min-width: 0; }

.controls { display: flex; flex-wrap: wrap; gap: 0.8rem 2rem; margin-bottom: 1rem; }
.choice { display: flex; align-items: center; margin: 0; padding: 0; border: 0; min-width: 0; flex-wrap: wrap; }
.choice legend { float: left; padding: 0; margin-right: 0.7rem; color: var(--faint); font-size: 0.88rem; }
.choice label { cursor: pointer; }
.choice input { position: absolute; opacity: 0; }
.choice span { display: block; padding: 0.25rem 0.8rem; border: 1px solid var(--rule); background: var(--card); font-size: 0.88rem; }
.choice label + label span { border-left: 0; }
.choice label:first-of-type span { border-radius: 2rem 0 0 2rem; }
.choice label:last-of-type span { border-radius: 0 2rem 2rem 0; }
.choice input:checked + span { background: var(--accent); border-color: var(--accent); color: var(--card); }
.choice input:focus-visible + span { outline: 3px solid var(--accent); outline-offset: 2px; }
.plot { width: 100%; height: 20rem; }
.plot.tall { height: 28rem; }
.pair { display: grid; grid-template-columns: repeat(auto-fit, minmax(min(22rem, 100%), 1fr)); gap: 2rem; margin-top: 2rem; }
.pair figcaption { margin: 0; }

.trees { columns: 20rem 3; column-gap: 2rem; }
.tree { break-inside: avoid; margin-bottom: 1rem; padding: 1rem 1.2rem; border: 1px solid var(--rule); border-radius: 6px; background: var(--card); }
.tree dl { margin: 0; font-size: 0.86rem; }
.tree dl div:not(.branch) { display: flex; justify-content: space-between; gap: 1rem; }
.tree dt { color: var(--faint); }
.tree dd { margin: 0; text-align: right; overflow-wrap: anywhere; font-variant-numeric: tabular-nums; }
.tree .branch { margin-top: 0.5rem; }
.tree .branch > dt { color: var(--ink); font-weight: 600; }
.tree .branch > dd { text-align: left; padding-left: 0.8rem; border-left: 1px solid var(--rule); }
.scroll { overflow-x: auto; }
.measured { border-collapse: collapse; font-size: 0.92rem; font-variant-numeric: tabular-nums; }
.measured th, .measured td { padding: 0.35rem 1.2rem 0.35rem 0; border-bottom: 1px solid var(--rule); text-align: left; white-space: nowrap; }
.measured th { font-weight: 400; color: var(--faint); }
.measured td:nth-child(n + 3), .measured thead th:nth-child(n + 3) { text-align: right; }
.rows { margin: 0 0 1rem; font-size: 0.92rem; }
.rows div { display: grid; grid-template-columns: minmax(7rem, 11rem) 1fr; gap: 0.2rem 1rem; padding: 0.35rem 0; border-bottom: 1px solid var(--rule); }
.rows dt { color: var(--faint); overflow-wrap: anywhere; }
.rows dd { margin: 0; overflow-wrap: anywhere; }
.hashes { font-size: 0.8rem; }
summary { cursor: pointer; padding: 0.3rem 0; color: var(--accent); }
footer { padding-block: 2rem 3rem; color: var(--faint); font-size: 0.85rem; }
@media (max-width: 34rem) {
  .rows div { grid-template-columns: 1fr; }
  .choice span { padding-inline: 0.6rem; }
  .plot.tall { height: 24rem; }
}
@media (prefers-reduced-motion: no-preference) { button { transition: border-color 0.15s; } }
@media print { .controls, .film-controls, button, .save { display: none; } }
`
