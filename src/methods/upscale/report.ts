/** What the report of an enlargement shows besides pictures and numbers. */
import { basename } from 'node:path'
import type { ReportContent } from '../../report/collect.ts'
import type { ReportParts } from '../method.ts'
import type { UpscaleConfig } from './schema.ts'

export const upscaleReport: ReportParts = {
  heading: 'Without and with the network',
  numbers:
    "The result brought back to the input's size should be the input: what differs was invented, or was noise that is gone. The map shows where.",
  facts(content) {
    const { network, size, flips, output } = configOf(content)
    return [
      ['Network', networkInWords(content, network)],
      [
        'Size',
        size.width !== null ? `${size.width} px wide` : size.scale !== null ? `×${size.scale}` : "the network's",
      ],
      ...(flips ? [['Passes', 'eight, turned and mirrored'] as const] : []),
      ...(output.file === null ? [] : [['Written to', output.file] as const]),
    ]
  },
}

function configOf({ config }: ReportContent): UpscaleConfig {
  return config as unknown as UpscaleConfig
}

function networkInWords({ manifest }: ReportContent, { file, blend, share }: UpscaleConfig['network']): string {
  if (file === null) return `of the pack ${manifest.pack.name}`
  return blend === null ? basename(file) : `${share} of ${basename(file)}, the rest of ${basename(blend)}`
}
