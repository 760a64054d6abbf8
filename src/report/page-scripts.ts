/**
 * The scripts of a page, inlined: TypeScript of the rooms' folders `client`, bundled to one module each. A clone bundles them when a page
 * is written; a published package has them bundled (scripts/bundle-clients.js).
 */
import { existsSync, readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
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

const bundled = new Map<string, string>()

/** A script of ours and what it imports. @param entry path below src, without its ending: "report/client/main" */
export function clientScript(entry: string): Html {
  const known = bundled.get(entry) ?? codeOf(entry)
  bundled.set(entry, known)
  return script(known, 'module')
}

function codeOf(entry: string): string {
  const source = new URL(`${entry}.ts`, root)
  if (!existsSync(source)) return readFileSync(new URL(`${entry}.js`, root), 'utf8')
  const { buildSync } = require('esbuild') as typeof import('esbuild')
  const { outputFiles } = buildSync({ ...bundleOptions, entryPoints: [fileURLToPath(source)], write: false })
  return outputFiles[0]!.text
}
