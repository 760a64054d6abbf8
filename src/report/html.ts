/**
 * Just enough templating: whatever is put into an html`…` template is escaped, unless it is itself such a template.
 * File names, config values and error messages come from users, so that escaping must not depend on remembering it.
 */
import { visible } from '../text/visible.ts'

/** A piece of HTML that is safe to embed. */
export class Html {
  readonly text: string

  constructor(text: string) {
    this.text = text
  }
}

type Part = Html | string | number | null | undefined | readonly Part[]

/** HTML from a template; lists are joined, null and undefined vanish. */
export function html(strings: TemplateStringsArray, ...parts: readonly Part[]): Html {
  return new Html(strings.map((text, index) => text + textOf(parts[index])).join(''))
}

/** JSON to be embedded in a script element: no `<`, so that nothing in it can end the element. */
export function jsonScript(id: string, value: unknown): Html {
  // Written out as in attributes, so that names still are equal to those there.
  const json = JSON.stringify(value, (_, part: unknown) => (typeof part === 'string' ? visible(part) : part))
    .replaceAll('<', '\\u003c')
    .replaceAll('\u2028', '\\u2028')
    .replaceAll('\u2029', '\\u2029')
  return new Html(`<script type="application/json" id="${id}">${json}</script>`)
}

/** A script of our own. Its text must not contain what would end the element. */
export function script(code: string, kind: 'classic' | 'module'): Html {
  return new Html(
    `<script${kind === 'module' ? ' type="module"' : ''}>${code.replaceAll(/<\/(?=script)/giu, '<\\/')}</script>`,
  )
}

/** Escapes text for element content and quoted attributes, of HTML and XML; characters that neither can show are written out. */
export function escapeHtml(text: string): string {
  return visible(text)
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll('"', '&quot;')
    .replaceAll("'", '&#39;')
}

function textOf(part: Part): string {
  if (part === null || part === undefined) return ''
  if (part instanceof Html) return part.text
  if (Array.isArray(part)) return part.map(textOf).join('')
  return escapeHtml(String(part))
}
