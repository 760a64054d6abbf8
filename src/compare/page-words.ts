/** Words and small pieces that the sections of a comparison share. */
import { relative, sep } from 'node:path'
import { type Html, html } from '../report/html.ts'
import type { ComparisonContent } from './content.ts'
import type { GatheredRun } from './gather.ts'
import type { ComparedMetric } from './metrics.ts'
import type { Mark } from './summary.ts'
import type { Condition } from './types.ts'

/** What a condition is called. */
export function nameOf({ name, label }: Condition): string {
  return label ?? name
}

/** "1 run", "3 runs". */
export function plural(count: number, word: string): string {
  return `${count} ${word}${count === 1 ? '' : 's'}`
}

/** Where the page finds the report of a run; undefined where it is not to link there, or there is none. */
export type Places = (run: GatheredRun) => string | undefined

/** Links relative to the page's folder, so that folder and runs can be moved together. */
export function placesOf({ request }: ComparisonContent, out: string): Places {
  return ({ folder, manifest }) => {
    if (request.links === false || manifest === undefined) return undefined
    const path = relative(out, folder).split(sep)
    return [...path, 'report.html'].map(encodeURIComponent).join('/')
  }
}

const MARKS: Readonly<Record<Mark, readonly [sign: string, words: string]>> = {
  better: ['✓', 'better'],
  worse: ['✗', 'worse'],
  differs: ['≠', 'differs'],
}

/** The mark of an interval that excludes zero: doubled where it also holds after Holm, in brackets where it is no evidence. */
export function markSign(mark: Mark | null, holds: boolean, metric: ComparedMetric): Html | null {
  if (mark === null) return null
  const [sign, words] = MARKS[mark]
  const evidence = metric.shared.length === 0
  const text = holds ? sign + sign : sign
  const said = `${words}${holds ? ', also after Holm’s correction' : ''}${evidence ? '' : ', but no evidence'}`
  return html`<span class="mark ${evidence ? mark : 'shared'}" title="${said}"><span aria-hidden="true">${evidence ? text : `(${text})`}</span><span class="unseen">${said}</span></span>`
}

/** Which way is better, in a word. */
export function betterWords({ better }: ComparedMetric): string {
  return better === null ? 'no better side' : `${better} is better`
}
