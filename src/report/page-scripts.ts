/**
 * The scripts of a page, inlined. Ours are ordinary modules that import each other by relative paths; a page is one
 * file, so they are put one after the other, imported ones first, without their import lines.
 */
import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { type Html, script } from './html.ts'

const IMPORT = /^import \{[^}]*\} from '(\.[^']+)';?\n/gmu

let plotlyCode: string | undefined

/** Plotly, for plots without a network. */
export function plotlyScript(): Html {
  plotlyCode ??= readFileSync(createRequire(import.meta.url).resolve('plotly.js-basic-dist-min'), 'utf8')
  return script(plotlyCode, 'classic')
}

/** A module of ours and what it imports, as one module. Names at the top level must differ between them. */
export function clientScript(entry: URL): Html {
  const seen = new Set<string>()
  const parts: string[] = []
  const add = (url: URL) => {
    if (seen.has(url.href)) return
    seen.add(url.href)
    const code = readFileSync(url, 'utf8')
    for (const [, path] of code.matchAll(IMPORT)) add(new URL(path!, url))
    parts.push(code.replaceAll(IMPORT, ''))
  }
  add(entry)
  return script(parts.join('\n'), 'module')
}
