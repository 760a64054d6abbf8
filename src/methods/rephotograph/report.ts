/** What the report of a portrait shows besides pictures, numbers and losses: the emulsion, the camera as it was learned. */
import type { JsonObject } from '../../config/merge.ts'
import type { ReportContent } from '../../report/collect.ts'
import { type Html, html } from '../../report/html.ts'
import type { ReportParts } from '../method.ts'
import { ageInWords } from './edit/words.ts'
import type { ResolvedConfig } from './schema.ts'

const EMULSIONS = {
  b: 'blue-sensitive (b)',
  gb: 'orthochromatic (gb)',
  g: 'panchromatic (g)',
} as const

export const portraitReport: ReportParts = {
  heading: 'Then and now',
  numbers:
    'The result, and beside it the sibling, which is what the encoders alone would answer. Likeness to the input and ages are measured in gray, so that gray is compared with gray.',
  facts: (content) => [
    ['Emulsion', EMULSIONS[configOf(content).sensitivity]],
    ...(content.manifest.age ? [['Age', ageInWords(content.manifest.age)] as const] : []),
  ],
  figures(content) {
    const { response } = configOf(content).degradation
    return [
      figure(
        'plot-camera',
        'Camera parameters as they were learned',
        'camera parameters over the steps. The numbers are in losses.csv.',
      ),
      ...(response && response.perChannel !== true
        ? [
            figure(
              'plot-response',
              'Camera response: light in, tone out',
              'the learned response curve and the straight line it started from.',
            ),
          ]
        : []),
    ]
  },
  data: (content): JsonObject => ({ response: configOf(content).degradation.response ?? null }),
}

function configOf({ config }: ReportContent): ResolvedConfig {
  return config as unknown as ResolvedConfig
}

function figure(id: string, title: string, words: string): Html {
  return html`<figure><figcaption>${title}</figcaption>
<div class="plot" id="${id}" role="img" aria-label="Line plot: ${words}"></div></figure>`
}
