/** Markdown as HTML, with headings that can be linked to as on GitHub, and the sections of a page for the search. */
import MarkdownIt from 'markdown-it'

/** A part of a page under one heading. */
export interface Section {
  /** Of its heading; '' before the first. */
  readonly anchor: string
  readonly title: string
  readonly level: number
  readonly text: string
}

/** A page, rendered. */
export interface Rendered {
  readonly html: string
  readonly title: string
  readonly sections: readonly Section[]
  readonly links: readonly string[]
}

/** The anchor of a heading, as GitHub makes it; the second of the same gets -1. */
export function slugger(): (title: string) => string {
  const seen = new Map<string, number>()
  return (title) => {
    const slug = title
      .toLowerCase()
      .replaceAll(/[^\p{L}\p{N}\p{M}_ -]/gu, '')
      .replaceAll(' ', '-')
    const count = seen.get(slug) ?? 0
    seen.set(slug, count + 1)
    return count === 0 ? slug : `${slug}-${count}`
  }
}

const markdown = new MarkdownIt({ html: true, typographer: false })

/** Renders. @param linkTo what a link of the page becomes */
export function renderMarkdown(text: string, linkTo: (href: string) => string): Rendered {
  const tokens = markdown.parse(text, {})
  const slug = slugger()
  const links: string[] = []
  const sections: { anchor: string; title: string; level: number; text: string }[] = [
    { anchor: '', title: '', level: 1, text: '' },
  ]
  for (const [i, token] of tokens.entries()) {
    if (token.type === 'heading_open') {
      const title = plainOf(tokens[i + 1]!)
      const anchor = slug(title)
      token.attrSet('id', anchor)
      sections.push({ anchor, title, level: Number(token.tag.slice(1)), text: '' })
    } else if (token.type === 'inline' && tokens[i - 1]?.type !== 'heading_open') {
      sections.at(-1)!.text += `${plainOf(token)}\n`
    } else if (token.type === 'fence' || token.type === 'code_block') sections.at(-1)!.text += `${token.content}\n`
    for (const child of token.children ?? []) {
      const key = child.type === 'link_open' ? 'href' : child.type === 'image' ? 'src' : undefined
      if (key === undefined) continue
      const href = decodeURI(String(child.attrGet(key) ?? ''))
      links.push(href)
      child.attrSet(key, linkTo(href))
    }
  }
  const title = sections.find(({ level, title: own }) => level === 1 && own !== '')?.title ?? ''
  return { html: markdown.renderer.render(tokens, markdown.options, {}), title, sections, links }
}

type Token = ReturnType<typeof markdown.parse>[number]

function plainOf(token: Token): string {
  return (token.children ?? [])
    .map((child) => (child.type === 'softbreak' || child.type === 'hardbreak' ? ' ' : child.content))
    .join('')
}
