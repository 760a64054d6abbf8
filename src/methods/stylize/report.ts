/** What the report of a style transfer shows besides pictures, numbers and losses. */
import { basename } from 'node:path'
import type { ReportContent } from '../../report/collect.ts'
import { html } from '../../report/html.ts'
import type { ReportParts } from '../method.ts'
import type { StylizeConfig } from './schema.ts'

const COLORS: Record<StylizeConfig['color'], string> = {
  style: 'of the style',
  luminance: 'of the content; the style gives light and dark',
  histogram: 'the style in the colours of the content (histogram)',
  cholesky: 'the style in the colours of the content (linear, Cholesky)',
  symmetric: 'the style in the colours of the content (linear, symmetric)',
  coral: 'the style in the colours of the content (CORAL)',
}

export const stylizeReport: ReportParts = {
  heading: 'Content and result',
  numbers:
    'Likeness is measured in gray on the largest face of the content, at its place in both pictures. Losses are those of the last step.',
  facts(content) {
    const { styles, network, style, color, size } = configOf(content)
    return [
      ...(styles.length > 0
        ? [
            [
              styles.length === 1 ? 'Style' : 'Styles',
              styles.map(({ picture }) => basename(picture)).join(', '),
            ] as const,
          ]
        : []),
      ['Looked at by', `${network.role}, ${network.pooling} pooling`],
      ...(styles.length > 0 && style.weight > 0 ? [['Statistics', statisticsInWords(style)] as const] : []),
      ['Colours', COLORS[color]],
      ['Scales', `${size.scales.join(', ')} px`],
    ]
  },
  sections: (content) => [strip(content)],
}

function configOf({ config }: ReportContent): StylizeConfig {
  return config as unknown as StylizeConfig
}

function statisticsInWords({ statistics, normalization }: StylizeConfig['style']): string {
  return statistics === 'gram' ? `Gram matrices (${normalization})` : statistics
}

/** Most pictures of the strip. */
const MOST = 5

/** How the picture came to be, as a strip: the frames, evenly thinned. */
function strip({ frames }: ReportContent) {
  if (frames.length < 3) return null
  const count = Math.min(MOST, frames.length)
  const shown = Array.from({ length: count }, (_, i) => frames[Math.round((i * (frames.length - 1)) / (count - 1))]!)
  return html`<section aria-labelledby="strip-title">
<h2 id="strip-title">How the style comes in</h2>
<div class="gallery">${shown.map(
    ({ src, step }) =>
      html`<figure><img src="${src}" alt="The picture after ${String(step)} steps" loading="lazy"><figcaption>${step === 0 ? 'start' : `after ${step} steps`}</figcaption></figure>`,
  )}</div>
</section>`
}
