/**
 * The scripts of a page, inlined: TypeScript of the rooms' folders `client`, bundled to one module each. A clone bundles them when a page
 * is written; a published package has them bundled (scripts/bundle-clients.js).
 */
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { join, relative, sep } from 'node:path'
import { fileURLToPath } from 'node:url'
import { type Html, script } from './html.ts'

const require = createRequire(import.meta.url)
/** src or dist. */
const root = new URL('../', import.meta.url)

let plotlyCode: string | undefined

/** Plotly, for plots without a network. */
export function plotlyScript(): Html {
  plotlyCode ??= readFileSync(require.resolve('plotly.js-basic-dist-min'), 'utf8')
  return script(plotlyCode, 'classic')
}

/** How they are bundled, for esbuild. */
export const bundleOptions = {
  bundle: true,
  format: 'esm',
  target: 'es2022',
  charset: 'utf8',
  legalComments: 'none',
} as const

let bundled: ReadonlyMap<string, string> | undefined

/** A script of ours and what it imports. @param entry path below src, without its ending: "report/client/main" */
export function clientScript(entry: string): Html {
  if (!existsSync(new URL(`${entry}.ts`, root)))
    return script(readFileSync(new URL(`${entry}.js`, root), 'utf8'), 'module')
  bundled ??= bundleAll()
  return script(bundled.get(entry)!, 'module')
}

/** All at once, since esbuild's process ends with a Ctrl-C, behind which a report is still to be written. */
function bundleAll(): Map<string, string> {
  const { buildSync } = require('esbuild') as typeof import('esbuild')
  const src = fileURLToPath(root)
  const entryPoints = readdirSync(src).flatMap((room) => {
    const folder = join(src, room, 'client')
    return existsSync(folder) ? readdirSync(folder).map((name) => join(folder, name)) : []
  })
  const { outputFiles } = buildSync({ ...bundleOptions, entryPoints, outbase: src, outdir: src, write: false })
  const entryOf = (path: string) => relative(src, path).split(sep).join('/').replace(/\.js$/u, '')
  return new Map(outputFiles.map(({ path, text }) => [entryOf(path), text]))
}
