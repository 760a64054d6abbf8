/** What the report of a restoration shows besides pictures and numbers. */
import { basename } from 'node:path'
import type { ReportParts } from '../method.ts'
import type { RestoreConfig } from './schema.ts'

const FROM: Record<RestoreConfig['scratches']['from'], string> = {
  auto: 'looked for by the detector',
  none: 'not looked for',
  mask: 'given as a mask',
}

/** By the key `stretch`. */
const TONES: Readonly<Record<string, string>> = {
  true: 'stretched, as the official code does',
  false: 'as the networks gave them',
  null: 'stretched, as the official code does, where networks draw the whole picture',
}

export const restoreReport: ReportParts = {
  heading: 'Before and after',
  numbers:
    'These numbers say what was done, and where a truth is known how near the result came to it. Detail that the networks filled in is likely, not known.',
  facts(content) {
    const { scratches, highResolution, faces, fit, stretch, means, medianSide, output } =
      content.config as unknown as RestoreConfig
    if (means !== 'networks')
      return [['Restored by', means === 'none' ? 'nothing' : `a median filter of ${medianSide}×${medianSide} px`]]
    const damaged = Number(content.metrics?.['scratches.share'] ?? 0) > 0
    return [
      ['Networks', `of the pack ${content.manifest.pack.name}`],
      ['Damage', scratches.mask === null ? FROM[scratches.from] : `given as a mask, ${basename(scratches.mask)}`],
      ['Way', damaged ? (highResolution ? 'filled in from patches' : 'filled in by attention') : 'without filling in'],
      ['Faces', faces === 'none' ? 'not restored on their own' : `at ${faces} px`],
      ['Sides', fit === 'border' ? 'kept' : 'rounded, as the official code does'],
      ['Tones', TONES[String(stretch)]!],
      ...(output.file === null ? [] : [['Written to', output.file] as const]),
    ]
  },
}
