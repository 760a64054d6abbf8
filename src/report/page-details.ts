/** The parts of a report that are looked up: the whole config and the manifest. */
import { cropInWords } from '../align/crop-mark.ts'
import type { ReportContent } from './collect.ts'
import { duration } from './duration.ts'
import { type Html, html } from './html.ts'

/** The complete config, group by group. */
export function configSection({ config }: ReportContent): Html {
  return html`<section aria-labelledby="config-title">
<h2 id="config-title">What was done</h2>
<p class="lead">The complete config. <code>rephoto run config.json</code> in this folder repeats the run.</p>
<div class="trees">${groups(config).map(([name, value]) => html`<div class="tree"><h3>${name}</h3>${tree(value)}</div>`)}</div>
</section>`
}

/** Top-level values share one group; every object is a group of its own. */
function groups(config: object): [string, object][] {
  const entries = Object.entries(config) as [string, unknown][]
  const plain = Object.fromEntries(entries.filter(([, value]) => !isTree(value)))
  return [['run', plain], ...entries.filter((entry): entry is [string, object] => isTree(entry[1]))]
}

function isTree(value: unknown): value is object {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

function tree(value: object): Html {
  return html`<dl>${Object.entries(value).map(([key, inner]: [string, unknown]) =>
    isTree(inner)
      ? html`<div class="branch"><dt>${key}</dt><dd>${tree(inner)}</dd></div>`
      : html`<div><dt>${key}</dt><dd>${plainText(inner)}</dd></div>`,
  )}</dl>`
}

function plainText(value: unknown): string {
  if (typeof value === 'string') return value
  if (Array.isArray(value))
    return value.map((item) => (Array.isArray(item) ? `(${item.join(', ')})` : String(item))).join(', ')
  if (typeof value === 'number' && Math.abs(value) >= 1e5) return value.toExponential().replace('e+', 'e')
  return String(value)
}

/** Where and with what the run was made. */
export function manifestSection({ manifest }: ReportContent): Html {
  const { versions, machine, git, input, pack } = manifest
  const rows: readonly (readonly [string, string])[] = [
    ['Begun', manifest.created],
    ['Ended', manifest.finished ?? 'not yet'],
    ['Input', `${input.name}, ${input.width} × ${input.height}, sha256 ${input.sha256}`],
    ...(manifest.crop ? [['Crop', cropInWords(manifest.crop)] as const] : []),
    ['Device', `${manifest.device}, ${manifest.threads} threads`],
    ['Machine', `${machine.cpu}, ${machine.cores} cores, ${machine.memoryGiB} GiB, ${machine.platform}`],
    [
      'Versions',
      `rephoto ${versions.rephoto}, Node ${versions.node}, ONNX Runtime ${versions.onnxruntime ?? 'unknown'}`,
    ],
    ['Commit', git ? `${git.commit}${git.changed ? ' with uncommitted changes' : ''}` : 'not from a git clone'],
    ['Continued', `${manifest.resumed} times`],
    [
      'Times',
      Object.entries(manifest.timings)
        .map(([name, seconds]) => `${name} ${duration(seconds)}`)
        .join(', '),
    ],
    ...(manifest.peakMemoryMiB ? [['Peak memory', `${manifest.peakMemoryMiB} MiB`] as const] : []),
    ['Licences', pack.licences.join('; ') || 'none stated'],
  ]
  return html`<section aria-labelledby="manifest-title">
<h2 id="manifest-title">Made with</h2>
<dl class="rows">${rows.map(([name, value]) => html`<div><dt>${name}</dt><dd>${value}</dd></div>`)}</dl>
<details><summary>Hashes of the ${pack.files.length} weight files</summary>
<dl class="rows hashes">${pack.files.map(({ name, sha256 }) => html`<div><dt>${name}</dt><dd>${sha256}</dd></div>`)}</dl></details>
<details><summary>The manifest as it is</summary><pre>${JSON.stringify(manifest, null, 2)}</pre></details>
</section>`
}
