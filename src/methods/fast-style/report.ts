/** What the report of a style in one pass shows besides pictures and numbers. */
import { basename } from 'node:path'
import type { ReportParts } from '../method.ts'
import type { FastStyleConfig } from './schema.ts'

export const fastStyleReport: ReportParts = {
  heading: 'Content and result',
  numbers:
    'Losses are those that style transfer by optimization minimises, looked at by the VGG-19 for styles at 256 px. Of the style loss 1 is left in the content itself and 0 in the style.',
  facts(content) {
    const { styles, network, strength, strengthBy, fit } = content.config as unknown as FastStyleConfig
    const total = styles.reduce((sum, { weight }) => sum + (weight ?? 1), 0)
    const share = (weight = 1) => (styles.length > 1 ? ` (${Math.round((100 * weight) / total)} %)` : '')
    return [
      ...(styles.length > 0
        ? [
            [
              styles.length === 1 ? 'Style' : 'Styles',
              styles.map(({ picture, weight }) => basename(picture) + share(weight)).join(', '),
            ] as const,
          ]
        : []),
      ['Network', network.file === null ? `of the pack ${content.manifest.pack.name}` : basename(network.file)],
      ...(network.predictor === null ? [] : [['Predictor', basename(network.predictor)] as const]),
      ...(fit.steps === null || fit.steps === 0 ? [] : [['Fitted', `${fit.steps} steps a style`] as const]),
      ['Strength', strength === 1 ? 'full' : `${strength}${strengthBy === 'auto' ? '' : `, by ${strengthBy}`}`],
    ]
  },
}
