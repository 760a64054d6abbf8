/** The frame of a page of the docs' site: the list of pages, the search, the text. */
import { posix } from 'node:path'
import { Html, html } from '../../src/report/html.ts'
import { style } from '../../src/report/style.ts'
import type { Section } from './markdown.ts'

/** An entry of the list at the side. */
export interface Entry {
  readonly path: string
  readonly title: string
}

/** Pages under a heading. */
export interface Group {
  readonly title: string
  readonly entries: readonly Entry[]
}

const STYLE = `
body { display: grid; grid-template: 'top top' auto 'side text' 1fr / 15.5rem minmax(0, 1fr); min-height: 100vh; }
.top { grid-area: top; position: sticky; top: 0; z-index: 5; display: flex; align-items: center; gap: 1.5rem; padding: 0.6rem 1.2rem; background: var(--paper); border-bottom: 1px solid var(--rule); }
.top > a { font-family: var(--serif); font-size: 1.2rem; color: var(--ink); text-decoration: none; }
.search { position: relative; flex: 1; max-width: 34rem; margin-left: auto; }
.search input { width: 100%; font: inherit; padding: 0.4rem 0.9rem; border: 1px solid var(--rule); border-radius: 2rem; background: var(--card); color: var(--ink); }
#found { position: absolute; inset: 110% 0 auto auto; width: min(40rem, 94vw); max-height: 70vh; overflow: auto; margin: 0; padding: 0.3rem; list-style: none; background: var(--card); border: 1px solid var(--rule); border-radius: 8px; box-shadow: 0 6px 24px #0003; }
#found:empty { display: none; }
#found a { display: block; padding: 0.45rem 0.8rem; border-radius: 5px; color: var(--ink); text-decoration: none; }
#found a:focus, #found a:hover { background: color-mix(in srgb, var(--accent) 14%, transparent); outline: none; }
#found small { display: block; color: var(--faint); overflow: hidden; text-overflow: ellipsis; white-space: nowrap; }
#found .none { padding: 0.5rem 0.8rem; color: var(--faint); }
#found mark { background: none; color: var(--accent); font-weight: 600; }
.side { grid-area: side; border-right: 1px solid var(--rule); padding: 1rem 0 2rem 1.2rem; font-size: 0.9rem; }
.side nav { position: sticky; top: 4rem; max-height: calc(100vh - 5rem); overflow: auto; }
.side h2 { font: 600 0.8rem var(--sans); color: var(--faint); margin: 1.1rem 0 0.3rem; }
.side ul { list-style: none; margin: 0; padding: 0; }
.side a { display: block; padding: 0.18rem 0.6rem 0.18rem 0; color: var(--ink); text-decoration: none; }
.side a:hover { color: var(--accent); }
.side [aria-current] { color: var(--accent); font-weight: 600; }
main.text { grid-area: text; max-width: none; margin: 0; padding: 1.2rem clamp(1rem, 4vw, 3.5rem) 4rem; display: grid; grid-template-columns: minmax(0, 54rem) minmax(0, 13rem); gap: 2.5rem; align-items: start; }
article > :first-child { margin-top: 0; }
article h1 { font-size: 2.2rem; }
article h2 { margin-top: 2.2em; scroll-margin-top: 4rem; }
article h3 { font-size: 1.05rem; margin-top: 1.8em; scroll-margin-top: 4rem; }
article a, .contents a { color: var(--accent); }
article pre { padding: 0.8rem 1rem; background: var(--card); border: 1px solid var(--rule); border-radius: 6px; overflow-x: auto; white-space: pre; line-height: 1.45; }
article pre code { overflow-wrap: normal; }
article table { display: block; overflow-x: auto; border-collapse: collapse; font-size: 0.92rem; }
article th, article td { padding: 0.35rem 0.9rem 0.35rem 0; border-bottom: 1px solid var(--rule); text-align: left; vertical-align: top; }
article blockquote { margin-inline: 0; padding-left: 1rem; border-left: 3px solid var(--rule); color: var(--faint); }
.contents { position: sticky; top: 4.5rem; font-size: 0.82rem; max-height: calc(100vh - 6rem); overflow: auto; }
.contents ul { list-style: none; padding: 0; margin: 0; }
.contents li { margin: 0.25rem 0; line-height: 1.3; overflow-wrap: anywhere; }
@media (max-width: 70rem) { main.text { grid-template-columns: minmax(0, 1fr); } .contents { display: none; } }
@media (max-width: 48rem) {
  body { grid-template: 'top' auto 'text' auto 'side' auto / minmax(0, 1fr); }
  .side { border-right: 0; border-top: 1px solid var(--rule); padding-right: 1.2rem; }
  .side nav { position: static; max-height: none; }
}
@media print { .top, .side, .contents { display: none; } body, main.text { display: block; } }
`

/** The HTML of a page. @param path of it in the site, such as docs/runs.html */
export function sitePage(
  path: string,
  title: string,
  body: string,
  sections: readonly Section[],
  groups: readonly Group[],
): string {
  const to = (target: string) => posix.relative(posix.dirname(path), target) || posix.basename(target)
  const contents = sections.filter(({ level, anchor }) => anchor !== '' && (level === 2 || level === 3))
  return html`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>${title} · rephoto</title>
<link rel="icon" href="data:,">
<style>${new Html(style + STYLE)}</style>
</head>
<body>
<div class="top"><a href="${to('index.html')}">rephoto</a>
<div class="search" role="search"><input type="search" id="search" placeholder="Search (press /)" aria-label="Search the documentation" aria-controls="found" autocomplete="off"><ul id="found" aria-label="Found"></ul></div></div>
<div class="side"><nav aria-label="Pages">${groups.map(
    (group) =>
      html`<h2>${group.title}</h2><ul>${group.entries.map(
        (entry) =>
          html`<li><a href="${to(entry.path)}"${entry.path === path ? html` aria-current="page"` : null}>${entry.title}</a></li>`,
      )}</ul>`,
  )}</nav></div>
<main class="text"><article>${new Html(body)}</article>
${contents.length > 2 ? html`<nav class="contents" aria-label="On this page"><ul>${contents.map((section) => html`<li${section.level === 3 ? html` style="padding-left: 0.8rem"` : null}><a href="#${section.anchor}">${section.title}</a></li>`)}</ul></nav>` : null}
</main>
<script>const SITE_ROOT = ${new Html(JSON.stringify(posix.relative(posix.dirname(path), '.') || '.'))}</script>
<script defer src="${to('search.js')}"></script>
</body>
</html>
`.text
}
