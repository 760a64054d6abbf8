/**
 * The docs' site: README, docs and the reference as pages that work from a disk or any server, with a search of their own. It lies
 * as the repository does (docs/runs.md is docs/runs.html); what pages link to is copied beside them. Dead links are errors.
 */
import { execFileSync } from 'node:child_process'
import { cpSync, existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { dirname, join, posix } from 'node:path'
import MiniSearch from 'minisearch'
import { escapeHtml } from '../../src/report/html.ts'
import { renderMarkdown, type Section } from './markdown.ts'
import { type Group, sitePage } from './page.ts'
import { referencePages } from './reference.ts'

/** Pages in the order in which they are read. */
const ORDER: readonly (readonly [group: string, pages: readonly string[]])[] = [
  ['Begin', ['README.md', 'docs/align.md', 'docs/pictures.md', 'docs/models.md', 'docs/devices.md']],
  [
    'Methods',
    [
      'docs/config.md',
      'docs/degradation.md',
      'docs/losses.md',
      'docs/tuning.md',
      'docs/stylize.md',
      'docs/fast-style.md',
      'docs/paint.md',
      'docs/upscale.md',
      'docs/restore.md',
    ],
  ],
  [
    'Experiments',
    [
      'docs/runs.md',
      'docs/experiments.md',
      'docs/comparing.md',
      'docs/synthetic.md',
      'docs/results.md',
      'docs/benchmarks.md',
    ],
  ],
  [
    'Inside',
    [
      'docs/architecture.md',
      'docs/extending.md',
      'docs/library.md',
      'docs/testing.md',
      'training/README.md',
      'models/compact/README.md',
    ],
  ],
  ['Project', ['CONTRIBUTING.md', 'CHANGELOG.md']],
]

/** What was made, and what is wrong with it. */
export interface Site {
  readonly pages: readonly string[]
  /** "page → link: why". */
  readonly dead: readonly string[]
  /** Exports without a docstring. */
  readonly silent: readonly string[]
}

interface Source {
  readonly path: string
  readonly markdown: string
}

/** Makes the site in a folder. */
export function makeSite(out: string): Site {
  rmSync(out, { recursive: true, force: true })
  const tracked = execFileSync('git', ['ls-files', '-zco', '--exclude-standard'], { encoding: 'utf8' }).split('\0')
  const files = new Set(tracked.filter((path) => path !== '' && existsSync(path)))
  const listed = ORDER.flatMap(([, pages]) => pages)
  // A page that nobody has put in its place stands at the end of its own group.
  const others = [...files].filter((path) => /^docs\/[^/]+\.md$/u.test(path) && !listed.includes(path))
  const sources = [...listed.filter((path) => files.has(path)), ...others].map(
    (path): Source => ({ path, markdown: readFileSync(path, 'utf8') }),
  )
  const reference = referencePages()
  const virtual = reference.map(({ name, markdown }): Source => ({ path: `api/${name}.md`, markdown }))

  const rendered = new Map<string, ReturnType<typeof renderMarkdown>>()
  const copies = new Set<string>()
  const wanted: { from: string; href: string; target: string; anchor: string }[] = []
  for (const { path, markdown } of [...sources, ...virtual])
    rendered.set(
      path,
      renderMarkdown(markdown, (href) => {
        if (/^[a-z][a-z\d+.-]*:/iu.test(href)) return href
        const [file = '', anchor = ''] = href.split('#')
        const target = file === '' ? path : posix.normalize(posix.join(posix.dirname(path), file)).replace(/\/$/u, '')
        wanted.push({ from: path, href, target, anchor })
        return addressOf(path, target, anchor, files)
      }),
    )
  const dead = wanted.flatMap(({ from, href, target, anchor }) => {
    const page = rendered.get(target)
    if (page) {
      const known = anchor === '' || page.sections.some((section) => section.anchor === anchor)
      return known ? [] : [`${from} → ${href}: there is no such heading`]
    }
    const inside = [...files].filter((file) => file === target || file.startsWith(`${target}/`))
    for (const file of inside) copies.add(file)
    return inside.length > 0 ? [] : [`${from} → ${href}: there is no such file`]
  })

  const groups = groupsOf(rendered, others, reference)
  for (const [path, { html, title, sections }] of rendered) {
    const place = htmlPath(path)
    write(out, place, sitePage(place, title, html, sections, groups))
  }
  for (const file of copies) {
    mkdirSync(dirname(join(out, file)), { recursive: true })
    cpSync(file, join(out, file))
  }
  for (const folder of new Set(wanted.map(({ target }) => target).filter((target) => isFolder(target, files))))
    write(out, `${folder}/index.html`, listingOf(folder, [...copies], groups))
  write(out, 'search.js', searchScript(rendered))
  return {
    pages: [...rendered.keys()].map(htmlPath),
    dead,
    silent: reference.flatMap(({ entry, silent }) => silent.map((name) => `${entry}: ${name}`)),
  }
}

function htmlPath(path: string): string {
  return path === 'README.md' ? 'index.html' : path.replace(/\.md$/u, '.html')
}

function isFolder(target: string, files: ReadonlySet<string>): boolean {
  return !files.has(target) && [...files].some((file) => file.startsWith(`${target}/`))
}

function addressOf(from: string, target: string, anchor: string, files: ReadonlySet<string>): string {
  const to = target.endsWith('.md') ? htmlPath(target) : isFolder(target, files) ? `${target}/index.html` : target
  const path = target === from ? '' : posix.relative(posix.dirname(htmlPath(from)), to)
  return encodeURI(path) + (anchor === '' ? '' : `#${encodeURIComponent(anchor)}`)
}

function write(out: string, path: string, text: string): void {
  mkdirSync(dirname(join(out, path)), { recursive: true })
  writeFileSync(join(out, path), text)
}

/** Titles that are sentences are too long for a list. */
const LONGEST_TITLE = 34

function groupsOf(
  rendered: ReadonlyMap<string, { readonly title: string }>,
  others: readonly string[],
  reference: ReturnType<typeof referencePages>,
): Group[] {
  const entry = (path: string) => {
    const title = path === 'README.md' ? 'rephoto' : rendered.get(path)!.title
    return {
      path: htmlPath(path),
      title: title.length > LONGEST_TITLE ? `${title.slice(0, LONGEST_TITLE - 1)}…` : title,
    }
  }
  return [
    ...ORDER.map(([title, pages]) => ({ title, entries: pages.filter((path) => rendered.has(path)).map(entry) })),
    ...(others.length > 0 ? [{ title: 'More', entries: others.map(entry) }] : []),
    { title: 'Reference', entries: reference.map(({ entry: title, name }) => ({ path: `api/${name}.html`, title })) },
  ]
}

function listingOf(folder: string, copies: readonly string[], groups: readonly Group[]): string {
  const own = copies.filter((file) => file.startsWith(`${folder}/`))
  const items = own.map((file) => {
    const name = file.slice(folder.length + 1)
    return `<li><a href="${escapeHtml(encodeURI(name))}">${escapeHtml(name)}</a></li>`
  })
  return sitePage(
    `${folder}/index.html`,
    folder,
    `<h1>${escapeHtml(folder)}</h1><ul>${items.join('')}</ul>`,
    [],
    groups,
  )
}

const SEARCH_OPTIONS = {
  fields: ['title', 'page', 'text'],
  storeFields: ['path', 'title', 'page', 'text'],
}

function searchScript(
  rendered: ReadonlyMap<string, { readonly title: string; readonly sections: readonly Section[] }>,
): string {
  const index = new MiniSearch(SEARCH_OPTIONS)
  let id = 0
  for (const [path, { title: page, sections }] of rendered)
    for (const { anchor, title, text } of sections) {
      if (title === '' && text.trim() === '') continue
      const address = `${htmlPath(path)}${anchor === '' ? '' : `#${anchor}`}`
      const short = text.replaceAll(/\s+/gu, ' ').trim()
      index.add({ id: id++, path: address, title: title || page, page, text: short })
    }
  const umd = join(dirname(createRequire(import.meta.url).resolve('minisearch')), '../umd/index.js')
  const library = readFileSync(umd, 'utf8')
  const client = readFileSync(new URL('./search-client.js', import.meta.url), 'utf8')
  const data = `const SEARCH_OPTIONS = ${JSON.stringify(SEARCH_OPTIONS)}\nconst SEARCH_INDEX = ${JSON.stringify(index)}`
  return `${library.replace(/\/\/# sourceMappingURL=.*$/mu, '')}\n${data}\n${client}`
}
